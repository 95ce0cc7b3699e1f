package cost

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// twoProducts is a plant of two products: ore ─▶ a ─▶ b ─▶ first; b ─▶ c ─▶ second; reagents at a (HCl) and c (calcium), a residue at a.
func twoProducts(t testing.TB) (Solved, *Plan) {
	t.Helper()
	s := system(t, "Nd Dy Ca Cl Na Fe", "aqueous", "oxide", "metal", "calcium", "gangue", "gas")
	f := func(name, from, to string, kg map[string]float64) Flow {
		return Flow{Name: name, From: from, To: to, Enters: from == "" || from == "feed", Leaves: to == "", Drawn: from == "", N: flow(t, s, kg)}
	}
	acid := f("acid", "", "a", map[string]float64{"H2O": 7})
	h, _ := s.Index("H+")
	cl, _ := s.Index("Cl-")
	acid.N[h], acid.N[cl] = 0.1, 0.1
	solved := Solved{System: s, From: []string{"ore"}, Flows: []Flow{
		f("ore", "feed", "a", map[string]float64{"Nd2O3(s)": 4, "Dy2O3(s)": 1, "Fe2O3(s)": 5}),
		acid,
		f("ab", "a", "b", map[string]float64{"Nd2O3(s)": 4, "Dy2O3(s)": 1}),
		f("tails", "a", "", map[string]float64{"Fe2O3(s)": 5}),
		f("first", "b", "", map[string]float64{"Nd2O3(s)": 4}),
		f("bc", "b", "c", map[string]float64{"Dy2O3(s)": 1}),
		f("calcium", "", "c", map[string]float64{"Ca(s)": 2}),
		f("second", "c", "", map[string]float64{"Dy(s)": 0.8}),
		f("gas", "c", "", map[string]float64{"CO2(g)": 0.3}),
	}, Units: []Machine{{Tag: "a", Kind: "tank"}, {Tag: "b", Kind: "splitter"}, {Tag: "c", Kind: "calciothermic", ByPower: true, Watts: map[string]float64{"heat": 50, "power": 500}}}}
	plan := &Plan{Allocation: "mass", Products: []Wanted{{Name: "first", Streams: []string{"first"}, Of: []string{"Nd"}, Form: "oxide"},
		{Name: "second", Streams: []string{"second"}, Of: []string{"Dy"}, Form: "metal"}}}
	return solved, plan
}

func entry(t testing.TB, l *Ledger, kind, name string) Entry {
	t.Helper()
	i := slices.IndexFunc(l.Entries, func(e Entry) bool { return e.Kind == kind && e.Name == name })
	if i < 0 {
		t.Fatalf("no entry %s %s in %+v", kind, name, l.Entries)
	}
	return l.Entries[i]
}

func ledgerOf(t testing.TB, p *Plan, s Solved) *Ledger {
	t.Helper()
	a, err := p.Account(s)
	if err != nil {
		t.Fatal(err)
	}
	return a.Ledger
}

// What enters where only one product can be reached is carried by that one; what enters before both is shared by the rule.
func TestLedgerSharesByReach(t *testing.T) {
	s, plan := twoProducts(t)
	h, _ := s.System.Index("H+")
	cl, _ := s.System.Index("Cl-")
	for allocation, first := range map[string]float64{"mass": 4 / 4.8, "moles": 2 * 4 / 0.336481 / (2*4/0.336481 + 0.8/0.1625), "value": 4 * 732.5 / (4*732.5 + 0.8*3475)} {
		plan.Allocation = allocation
		l := ledgerOf(t, plan, s)
		if got := l.Products["first"].Share; math.Abs(got-first) > 1e-6 {
			t.Errorf("by %s the first carries %g, want %g", allocation, got, first)
		}
		acid := entry(t, l, Reagent, "HCl")
		close(t, "HCl in all", acid.Amount, 0.1*(s.System.Components[h].M+s.System.Components[cl].M))
		close(t, "HCl shared", acid.Per["first"]*4+acid.Per["second"]*0.8, acid.Amount)
		if got := acid.Per["first"] * 4 / acid.Amount; math.Abs(got-first) > 1e-6 {
			t.Errorf("by %s the first carries %g of the acid", allocation, got)
		}
		calcium := entry(t, l, Reagent, "calcium")
		close(t, "calcium of the second", calcium.Per["second"], 2/0.8)
		if calcium.Per["first"] != 0 {
			t.Error("the first product carries calcium")
		}
		close(t, "power of the second", entry(t, l, Electricity, "US average").Per["second"], 500/0.8)
		close(t, "residue shared", entry(t, l, Residue, "tails").Per["first"]*4/5, l.Products["first"].Share)
		close(t, "CO2 of the second", entry(t, l, Direct, "CO2(g)").Per["second"], 0.3/0.8)
	}
}

// Technical lime brings silica: that is of the lime's kg, with no line and no gap of its own, and the kg of all reagents are as before. What comes in an
// amount that is no impurity keeps its line, and so does what no reagent brings.
func TestLedgerCountsImpuritiesWithTheirReagent(t *testing.T) {
	s, plan := twoProducts(t)
	sys := s.System
	for _, c := range []struct {
		calcium, iron float64
		with          int
	}{{2, 0.08, 1}, {2, 0.3, 0}, {0, 0.08, 0}} {
		i := slices.IndexFunc(s.Flows, func(f Flow) bool { return f.Name == "calcium" })
		s.Flows[i].N = flow(t, sys, map[string]float64{"Ca(s)": c.calcium, "Fe2O3(s)": c.iron, "H2O": 3})
		l := ledgerOf(t, plan, s)
		sum, gap := 0.0, false
		for _, e := range l.Entries {
			if e.Kind == Reagent && e.At[0] == "calcium" {
				sum += e.Amount
				if e.Name == "calcium" && len(e.With) != c.with || e.Name == "Fe2O3(s)" && c.with == 1 {
					t.Errorf("%+v: %+v", c, e)
				}
				if e.Name == "calcium" && c.with == 1 {
					close(t, "calcium with its iron", e.Amount, c.calcium+c.iron)
					close(t, "carried", e.Per["second"]*0.8, c.calcium+c.iron)
				}
			}
		}
		for _, g := range l.NoData {
			gap = gap || slices.Contains(g.For, "Fe2O3(s)")
		}
		if close(t, "all reagents", sum, c.calcium+c.iron); gap != (c.with == 0) {
			t.Errorf("%+v: %+v", c, l.NoData)
		}
	}
}

// Per kg times kg adds to what enters and leaves, over random plants with recycles. The seed is unused.
func TestLedgerCarriesEverythingOnce(t *testing.T) {
	s := system(t, "Nd Dy Ca Cl Na Fe S", "aqueous", "oxide", "metal", "calcium", "gangue", "gas")
	dice := rand.New(rand.NewPCG(8120_2311, 2))
	for range 200 {
		solved := Solved{System: s}
		plan := &Plan{Allocation: []string{"mass", "moles", "value"}[dice.IntN(3)]}
		const units = 8
		tag := func(i int) string { return string(rune('a' + i)) }
		random := func() []float64 {
			n := make([]float64, len(s.Components))
			for c := range n {
				if dice.IntN(3) == 0 {
					n[c] = dice.Float64()
				}
			}
			return n
		}
		add := func(from, to string) string {
			f := Flow{Name: from + ">" + to + string(rune('0'+len(solved.Flows)%64)), From: from, To: to, Enters: from == "", Drawn: from == "", Leaves: to == "", N: random()}
			solved.Flows = append(solved.Flows, f)
			return f.Name
		}
		for range 12 {
			add(tag(dice.IntN(units)), tag(dice.IntN(units)))
		}
		for i := range units {
			add("", tag(i))
			add(tag(i), "")
			solved.Units = append(solved.Units, Machine{Tag: tag(i), Kind: "tank", Watts: map[string]float64{"heat": dice.Float64() - 0.3}})
		}
		plan.Products = []Wanted{
			{Name: "p", Streams: []string{add(tag(0), "")}, Of: []string{"Nd"}, Form: "oxide"},
			{Name: "q", Streams: []string{add(tag(5), "")}, Of: []string{"Nd", "Dy"}, Form: "oxide"}}
		l := ledgerOf(t, plan, solved)
		if l == nil {
			continue
		}
		for _, e := range l.Entries {
			sum := 0.0
			for name, per := range e.Per {
				sum += per * l.Products[name].Content
			}
			close(t, e.Words(), sum, e.Amount)
		}
		in, out := 0.0, 0.0
		for _, f := range solved.Flows {
			if f.Enters {
				in += s.Mass(f.N)
			}
			if f.Leaves && !slices.ContainsFunc(plan.Products, func(w Wanted) bool { return w.Streams[0] == f.Name }) {
				out += s.Mass(f.N)
			}
		}
		for _, e := range l.Entries {
			switch e.Kind {
			case Reagent, Water, Raw:
				in -= e.Amount
			case Residue, Effluent, Organic, OffGas:
				out -= e.Amount
			}
		}
		if math.Abs(in) > 1e-9 || math.Abs(out) > 1e-9 {
			t.Errorf("%g kg/s that enters and %g that leaves is in no entry", in, out)
		}
	}
}

// What has no datum is named and in no sum.
func TestGapsAreNamed(t *testing.T) {
	s, plan := twoProducts(t)
	fe, _ := s.System.Index("Fe2O3(s)")
	s.Flows[6].N[fe] = 2 // comes with the calcium, too much of it for an impurity
	l := ledgerOf(t, plan, s)
	if e := entry(t, l, Reagent, "Fe2O3(s)"); e.CO2e != nil {
		t.Errorf("%+v", e)
	}
	for what, name := range map[string]string{"emission factor": "Fe2O3(s)", "electricity (pumps, agitators, drives, fans)": "a"} {
		if !slices.ContainsFunc(l.NoData, func(g Gap) bool { return g.What == what && slices.Contains(g.For, name) }) {
			t.Errorf("%s of %s is not among the gaps %v", what, name, l.NoData)
		}
	}
}

// Of a unit that is held hot, whose heat has no data, the ledger shows what its water takes, and has it in no sum.
func TestWaterOfUnknownHeat(t *testing.T) {
	s, plan := twoProducts(t)
	before := ledgerOf(t, plan, s)
	s.Units[0].Heated, s.Units[0].Water = true, 7000
	l := ledgerOf(t, plan, s)
	e := entry(t, l, Warming, "where heat has no data")
	if e.Amount != 7000 || e.CO2e != nil || e.Class != "estimated" || e.Source == "" || e.At[0] != "a" {
		t.Errorf("%+v", e)
	}
	close(t, "shared", e.Per["first"]*4+e.Per["second"]*0.8, 7000)
	if l.Products["first"].CO2e != before.Products["first"].CO2e {
		t.Error("it is in the sum of CO2e")
	}
	if !slices.ContainsFunc(l.NoData, func(g Gap) bool { return g.What == "heat" && slices.Contains(g.For, "a") }) {
		t.Errorf("heat is no gap any more: %v", l.NoData)
	}
	s.Units[0].Watts = map[string]float64{"heat": 50}
	if slices.ContainsFunc(ledgerOf(t, plan, s).Entries, func(e Entry) bool { return e.Kind == Warming }) {
		t.Error("a unit with a heat of its own is counted by its water too")
	}
}

// Activities follow from the masses of Th and U; what no unit follows is told as all that is fed.
func TestActivity(t *testing.T) {
	s := system(t, "Th U Nd", "oxide", "ash", "gangue", "coal", "water", "aqueous")
	ash := Flow{Name: "ash", To: "a", Enters: true, N: flow(t, s, map[string]float64{"SiO2(s)": 0.999, "ThO2(s)": 0.001})}
	cake := Flow{Name: "cake", From: "a", Leaves: true, N: flow(t, s, map[string]float64{"ThO2(s)": 0.001, "H2O": 0.249})}
	plan := &Plan{Allocation: "mass", Followed: []Followed{{Nuclide: "Ra-226", Stream: "ash", Activity: 169}}}
	a, err := plan.Account(Solved{System: s, Flows: []Flow{ash, cake}})
	if err != nil {
		t.Fatal(err)
	}
	th := a.Activity.Streams["cake"].Nuclides["Th-232"]
	close(t, "Th-232 of the cake", th.Value, 4.057e6*0.001*232.0377/(232.0377+2*15.999)/0.25)
	close(t, "its share of 1 Bq/g", th.OfLimit, th.Value/1000)
	ra := a.Activity.Streams["cake"].Nuclides["Ra-226"]
	close(t, "radium of the cake at most", ra.Value, 169/0.25)
	if !ra.AtMost || ra.Limit != "5 pCi/g Ra-226" || a.Activity.Streams["ash"].Nuclides["Ra-226"].AtMost {
		t.Errorf("%+v", ra)
	}
}

// What is dissolved is not known where the plant has no water, as on a cell's sludge.
func TestDischargeWithoutWater(t *testing.T) {
	s := system(t, "Fe Nd", "oxide", "gangue")
	d := Discharge{Stream: "out", Permits: []Permit{{Name: "salt", Elements: []Limit{{Name: "dissolved", Asked: Asked{Value: 2000}}}}}}
	h, err := d.held(Solved{System: s, Flows: []Flow{{Name: "out", N: flow(t, s, map[string]float64{"Fe2O3(s)": 1})}}})
	if err != nil {
		t.Fatal(err)
	}
	if l := h.Lines[0]; l.Value != nil || l.Met != nil || l.Why != "the plant has no water" || h.Met != nil {
		t.Errorf("%+v, met %v", l, h.Met)
	}
}

// A discharge counts what is dissolved and what is not; what no reading tells is not known.
func TestDischarge(t *testing.T) {
	s := system(t, "Fe Mn Al", "aqueous", "water", "gangue", "oxide")
	n := flow(t, s, map[string]float64{"H2O": 1000, "Fe2O3(s)": 0.004})
	fe, _ := s.Index("Fe+3")
	n[fe] = 0.001 / 0.055845
	b := data(t)
	d := Discharge{Name: "d", Stream: "out", Permits: b.Permits, PH: "pH"}
	h, err := d.held(Solved{System: s, Flows: []Flow{{Name: "out", N: n}}, Value: func(string) (float64, error) { return 9.5, nil }})
	if err != nil {
		t.Fatal(err)
	}
	volume := s.Volume(n)
	for _, l := range h.Lines {
		switch {
		case l.What == "Fe":
			if want := 1000 * (0.001 + 0.004*2*55.845/159.687) / volume; math.Abs(*l.Value/want-1) > 1e-5 || *l.Met != (want <= 3) {
				t.Errorf("Fe %g, want %g, met %v", *l.Value, want, *l.Met)
			}
		case l.What == "dissolved":
			if want := 1000 * 0.001 / volume; math.Abs(*l.Value/want-1) > 1e-5 || !*l.Met {
				t.Errorf("dissolved %g, want %g, met %v", *l.Value, want, *l.Met)
			}
		case l.What == "Cl" && (l.Value != nil || l.Why == ""):
			t.Errorf("chloride of a plant that has none: %+v", l)
		case l.What == "pH" && *l.Met:
			t.Error("pH 9.5 is met")
		case l.What == "alkalinity" && l.Met != nil:
			t.Error("alkalinity is known")
		}
	}
	if h.Met == nil || *h.Met {
		t.Error("the discharge is within its permits")
	}
}

// Heat that power makes is not counted twice, fuel holds its losses, a duty does not, heat taken away is named and not credited.
func TestEnergy(t *testing.T) {
	for _, c := range []struct {
		unit           Machine
		electric, heat float64
		gap            string
	}{
		{Machine{Tag: "c", Kind: "calciothermic", ByPower: true, Watts: map[string]float64{"heat": 50, "power": 500}}, 500, 0, ""},
		{Machine{Tag: "c", Kind: "evaporator", Watts: map[string]float64{"heat": 70, "heat.preheat": 70, "power": 30}}, 30, 70, "losses of burners (heat is the net duty)"},
		{Machine{Tag: "c", Kind: "acid_regenerator", Watts: map[string]float64{"heat": 60, "fuel": 80, "cooling": 5}}, 0, 80, "power of cooling"},
		{Machine{Tag: "c", Kind: "heat_exchanger", Watts: map[string]float64{"heat": -40}}, 0, 0, "power of cooling"},
		{Machine{Tag: "c", Kind: "pool_leach", Heated: true}, 0, 0, "heat"},
		{Machine{Tag: "c", Kind: "crusher", Watts: map[string]float64{"work": 9}}, 9, 0, ""},
	} {
		s, plan := twoProducts(t)
		s.Units = []Machine{c.unit}
		l := ledgerOf(t, plan, s)
		got := map[string]float64{}
		for _, e := range l.Entries {
			got[e.Kind] += e.Per["second"] * 0.8
		}
		close(t, c.unit.Kind+" electricity", got[Electricity], c.electric)
		close(t, c.unit.Kind+" heat", got[Heat], c.heat)
		if c.gap != "" && !slices.ContainsFunc(l.NoData, func(g Gap) bool { return g.What == c.gap }) {
			t.Errorf("%s: %q is not among %v", c.unit.Kind, c.gap, l.NoData)
		}
	}
}
