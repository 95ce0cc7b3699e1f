package validate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/validate"
)

// book turns published numbers into cases. Everything is compared in moles: published mass divided by the molar mass that
// the source gives for its package, so that ours do not matter. Acidity and sulfate are totals.
type book struct {
	t    *testing.T
	sys  *chem.System
	mass struct{ Sulfate, Chloride, Organic, Dissolved, Feed_oxide, Product_atom map[string]float64 }
	ukyF ukyFile
}

type number = json.Number

type stream struct {
	Package string
	Flow    float64            `json:"flow_L_h"`
	Conc    map[string]float64 `json:"conc_mg_L"`
	FlowKg  float64            `json:"flow_kg_h"`
	Frac    map[string]float64 `json:"mass_frac"`
}

type stage struct {
	Package string
	Stage   int
	PH      *float64           `json:"pH"`
	Aqueous map[string]float64 `json:"aq_mg_L"`
	Organic map[string]float64 `json:"org_mg_L"`
}

type ukyFile struct {
	Mass json.RawMessage `json:"molar_mass_g_mol"`
	Feed struct {
		Flow float64            `json:"flow_kg_h"`
		Frac map[string]float64 `json:"mass_frac"`
	}
	Recomputed struct {
		Source      string
		Streams     map[string]stream
		Profiles    map[string][]stage
		Precipitate map[string]float64 `json:"precipitate_mol_h"`
		Roaster     struct {
			Gas     float64            `json:"gas_out_mol_s"`
			Frac    map[string]float64 `json:"gas_out_molefrac"`
			Heat    float64            `json:"heat_duty_W"`
			Product float64            `json:"product_kg_h"`
			Dust    float64            `json:"dust_kg_h"`
			Oxide   map[string]float64 `json:"product_oxide_mass_frac"`
		}
		Recovery struct {
			WithSc    float64                       `json:"total_REE_recovery_pct_incl_Sc"`
			WithoutSc float64                       `json:"total_REE_recovery_pct_excl_Sc"`
			Purity    float64                       `json:"product_purity_pct_REE_metal"`
			Overall   map[string]float64            `json:"overall_recovery_pct"`
			Reject    map[string]map[string]float64 `json:"reject_pct"`
		}
	}
	Asserted struct {
		Source string
		Values []struct {
			Port, Stream, Quantity, Package string
			Flow                            float64
			Values                          map[string]struct {
				Value    number
				Rel, Abs float64
			}
		}
	}
	Tutorial struct {
		Source    string
		WithoutSc float64 `json:"REE_recovery_pct_excluding_Sc"`
		Purity    float64 `json:"purity_pct"`
	}
}

func newBook(t *testing.T) *book {
	b := &book{t: t}
	var err error
	b.sys, err = chem.Load(chem.Selection{Extractant: "D2EHPA",
		Elements: []string{"S", "Cl", "Al", "Ca", "Fe", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Gd", "Dy"},
		Families: []string{"aqueous", "organic", "gangue", "oxide", "oxalate", "gas"}})
	if err != nil {
		t.Fatal(err)
	}
	b.read("uky.json", &b.ukyF)
	if err := json.Unmarshal(b.ukyF.Mass, &b.mass); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *book) read(name string, into any) {
	text, err := os.ReadFile(filepath.Join(folder, "source", name))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// metals of the source, in the order of our system.
func (b *book) metals() (all []string) {
	for _, e := range b.sys.Elements {
		if _, ok := b.mass.Feed_oxide[e.Symbol]; ok {
			all = append(all, e.Symbol)
		}
	}
	return all
}

func (b *book) element(symbol string) int {
	e, ok := b.sys.Element(symbol)
	if !ok {
		b.t.Fatalf("no element %s", symbol)
	}
	return e
}

// dissolved is the name and mol/L of each component of a liquid given in mg/L.
func (b *book) dissolved(pkg string, conc map[string]float64) (names []string, molar map[string]float64) {
	molar = map[string]float64{}
	put := func(name string, v float64) {
		names = append(names, name)
		molar[name] = v / 1000
	}
	phase := chem.Aqueous
	switch pkg {
	case "sulfate":
		m := b.mass.Sulfate
		put("H+", conc["H"]/m["H"]+conc["HSO4"]/m["HSO4"])
		put("SO4-2", conc["SO4"]/m["SO4"]+conc["HSO4"]/m["HSO4"])
	case "chloride":
		put("H+", conc["H"]/b.mass.Chloride["H"])
	case "organic":
		phase = chem.Organic
		if v, ok := conc["DEHPA"]; ok {
			put("D2EHPA", v/b.mass.Organic["DEHPA"])
		}
	default:
		b.t.Fatalf("no package %q", pkg)
	}
	for _, el := range append([]string{"Cl"}, b.metals()...) {
		if v, ok := conc[el]; ok {
			put(b.sys.Components[b.sys.ByKey(phase, b.element(el))].Name, v/b.mass.Dissolved[el])
		}
	}
	return names, molar
}

// oxide is the component that the source calls "Nd2O3"; inerts are counted as SiO2.
func (b *book) oxide(el string) string {
	return b.sys.Components[b.sys.InFamily("oxide", b.element(el))].Name
}

func (b *book) oxalate(el string) string {
	return b.sys.Components[b.sys.InFamily("oxalate", b.element(el))].Name
}

// productOxide is the molar mass (g/mol) that the source's roaster gives an oxide.
func (b *book) productOxide(el string) float64 {
	a := b.mass.Product_atom
	if el == "Ca" {
		return a[el] + a["O"]
	}
	return 2*a[el] + 3*a["O"]
}

func want(path string, value float64, unit string, rel, abs float64, note string) validate.Expect {
	value, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 10, 64), 64) // the last bits depend on the machine
	if err != nil {
		panic(err)
	}
	return validate.Expect{Path: path, Value: value, Unit: unit, Rel: rel, Abs: abs, Note: note}
}

// cleaner says whether a stream or unit lies where the source's placeholder for Sc in the organic make-up shows.
func cleaner(name string) bool {
	return strings.HasPrefix(name, "cleaner") || strings.HasPrefix(name, "precipit")
}

const placeholder = "the source's 1e-8 mg/L placeholder in the organic make-up shows in Sc of the cleaner circuit: 1e-4"

func (b *book) liquid(name string, s stream, rel float64) (all []validate.Expect) {
	all = append(all, want("streams."+name+".m3_s", s.Flow, "L/h", rel, 0, ""))
	names, molar := b.dissolved(s.Package, s.Conc)
	for _, c := range names {
		rel, note := rel, ""
		if cleaner(name) && strings.HasPrefix(c, "Sc") {
			rel, note = 1e-4, placeholder
		}
		all = append(all, want("streams."+name+".mol_s."+c, s.Flow*molar[c]/3600, "mol/s", rel, 0, note))
	}
	return all
}

// profile expects mg/L with our molar masses: mol/L of the source times ours. Sulfate stands as S, acidity as H.
func (b *book) profile(unit string, stages []stage, rel float64) (all []validate.Expect) {
	for i, s := range stages {
		at := fmt.Sprintf("units.%s.profile.%d.", unit, i)
		all = append(all, want(at+"stage", float64(s.Stage), "", 0, 1e-9, ""))
		if s.PH != nil {
			all = append(all, want(at+"pH", *s.PH, "", 0, rel, ""))
		}
		for _, p := range []struct {
			field, pkg string
			conc       map[string]float64
		}{{"aq_mg_L", s.Package, s.Aqueous}, {"org_mg_L", "organic", s.Organic}} {
			if p.conc == nil {
				continue
			}
			names, molar := b.dissolved(p.pkg, p.conc)
			for _, c := range names {
				i, _ := b.sys.Index(c)
				key, mass := c, 1000*b.sys.Components[i].M
				if k := b.sys.Components[i].Key; k >= 0 {
					key, mass = b.sys.Elements[k].Symbol, 1000*b.sys.Elements[k].Mass
				}
				rel, note := rel, ""
				if cleaner(unit) && key == "Sc" {
					rel, note = 1e-4, placeholder
				}
				all = append(all, want(at+p.field+"."+key, 1000*molar[c]*mass, "mg/L", rel, 0, note))
			}
		}
	}
	return all
}

func (b *book) solid(name string, s stream, rel float64) (all []validate.Expect) {
	for _, el := range b.metals() {
		ox := strings.TrimSuffix(b.oxide(el), "(s)")
		v, ok := s.Frac[ox]
		if !ok {
			continue
		}
		all = append(all, want("streams."+name+".mol_s."+ox+"(s)", s.FlowKg*v/b.mass.Feed_oxide[el]*1000/3600, "mol/s", rel, 0, ""))
	}
	i, _ := b.sys.Index("SiO2(s)")
	return append(all, want("streams."+name+".mol_s.SiO2(s)", s.FlowKg*s.Frac["inerts"]/b.sys.Components[i].M/3600, "mol/s", rel, 0,
		"inerts: the mass is compared, counted as SiO2 on both sides (in moles: uky/gangue)"))
}

// gangue is the same in moles of the source's inerts, 60.08 g/mol. A mass of feed is more of those moles than of SiO2's.
func (b *book) gangue() validate.Case {
	const inerts = 0.06008 // kg/mol
	r := b.ukyF.Recomputed
	c := validate.Case{ID: "uky/gangue", Kind: validate.Solve, Role: validate.Spread, Config: "../uky.toml", Source: r.Source}
	for _, name := range slices.Sorted(maps.Keys(r.Streams)) {
		if s := r.Streams[name]; s.Package == "solid" {
			e := want("streams."+name+".mol_s.SiO2(s)", s.FlowKg*s.Frac["inerts"]/inerts/3600, "mol/s", 0, 0, "inerts of 60.08 g/mol; SiO2 is 60.083")
			c.Expect = append(c.Expect, e)
		}
	}
	return c
}

func (b *book) uky() []validate.Case {
	r := b.ukyF.Recomputed
	var streams, profiles []validate.Expect
	for _, name := range slices.Sorted(maps.Keys(r.Streams)) {
		if s := r.Streams[name]; s.Package == "solid" {
			streams = append(streams, b.solid(name, s, 1e-5)...)
		} else {
			streams = append(streams, b.liquid(name, s, 1e-5)...)
		}
	}
	for _, unit := range slices.Sorted(maps.Keys(r.Profiles)) {
		profiles = append(profiles, b.profile(unit, r.Profiles[unit], 1e-5)...)
	}
	config, source := "../uky.toml", r.Source
	one := func(id, source string, e []validate.Expect) validate.Case {
		return validate.Case{ID: "uky/" + id, Kind: validate.Solve, Config: config, Expect: e, Source: source}
	}
	return []validate.Case{
		one("asserted", b.ukyF.Asserted.Source, b.asserted()), one("streams", source, streams), one("profiles", source, profiles),
		one("product", source, b.product()), one("recovery", source, b.recovery()), one("losses", source, b.losses()),
		one("tutorial", b.ukyF.Tutorial.Source, []validate.Expect{
			want("kpis.recovery.REE_without_Sc.value", b.ukyF.Tutorial.WithoutSc, "%", 1e-4, 0, ""),
			want("kpis.purity.REE.value", b.ukyF.Tutorial.Purity, "%", 1e-4, 0, "")}),
		b.gangue(),
	}
}

// asserted are the values that PrOMMiS asserts in its own test, with its tolerances or tighter ones.
func (b *book) asserted() (all []validate.Expect) {
	seen := map[string]bool{}
	add := func(path string, value float64, unit string, rel, abs float64) {
		if !seen[path] { // the same flow is asserted at both ends of a pipe
			all = append(all, want(path, value, unit, rel, abs, ""))
		}
		seen[path] = true
	}
	for _, a := range b.ukyF.Asserted.Values {
		at := "streams." + a.Stream + "."
		conc, tol := map[string]float64{}, map[string]float64{}
		for k, v := range a.Values {
			conc[k], tol[k] = b.float(v.Value), v.Rel
		}
		switch a.Quantity {
		case "flow_vol":
			add(at+"m3_s", conc[""], "L/h", a.Values[""].Rel, 0)
		case "temperature":
			add(at+"T_K", conc[""], "K", a.Values[""].Rel, 0)
		case "conc_mass_comp":
			names, molar := b.dissolved(a.Package, conc)
			for _, c := range names {
				if !(cleaner(a.Stream) && strings.HasPrefix(c, "Sc")) {
					add(at+"mol_s."+c, a.Flow*molar[c]/3600, "mol/s", 1e-4, 0)
				}
			}
		case "mass_frac_comp":
			for _, e := range b.solid(a.Stream, stream{FlowKg: a.Flow, Frac: conc}, 1e-4) {
				add(e.Path, e.Value, e.Unit, e.Rel, 0)
			}
		case "mole_frac_comp":
			for _, gas := range slices.Sorted(maps.Keys(conc)) {
				add(at+"mol_s."+gas+"(g)", a.Flow*conc[gas], "mol/s", tol[gas], 0)
			}
		case "flow_mol_comp":
			for _, el := range b.metals() {
				if v, ok := a.Values[el]; ok && el != "Sc" {
					if v.Abs > 0 { // 1e-4 mol/h, up to 60 % of the value, would say little: the printed digits decide
						v.Abs = min(v.Abs, printed(v.Value))
					}
					add(at+"mol_s."+b.oxalate(el), conc[el], "mol/h", v.Rel, v.Abs)
				}
			}
		default:
			b.t.Fatalf("asserted quantity %q", a.Quantity)
		}
	}
	return all
}

const scandium = "the source has two molar masses of Sc, 44.946 and 44.956: 1.7e-4; and its placeholder, 1e-4"

// product is the precipitate, the roaster and its products.
func (b *book) product() (all []validate.Expect) {
	r := b.ukyF.Recomputed
	for _, el := range b.metals() {
		all = append(all, want("streams.precipitate.mol_s."+b.oxalate(el), r.Precipitate[el], "mol/h", 1e-4, 0, ""))
	}
	all = append(all, want("units.roaster.signals.heat.value", r.Roaster.Heat, "W", 1e-4, 0, ""))
	for _, gas := range slices.Sorted(maps.Keys(r.Roaster.Frac)) {
		all = append(all, want("streams.roaster_gas.mol_s."+gas+"(g)", r.Roaster.Gas*r.Roaster.Frac[gas], "mol/s", 1e-4, 0, ""))
	}
	for stream, flow := range inOrder("oxide_product", r.Roaster.Product, "roaster_dust", r.Roaster.Dust) {
		for _, el := range b.metals() {
			rel, note := 1e-4, ""
			if el == "Sc" {
				note = placeholder
			}
			all = append(all, want("streams."+stream+".mol_s."+b.oxide(el), 1000*flow*r.Roaster.Oxide[el]/b.productOxide(el)/3600, "mol/s", rel, 0, note))
		}
	}
	return all
}

// inOrder yields two named numbers.
func inOrder(a string, x float64, b string, y float64) func(func(string, float64) bool) {
	return func(yield func(string, float64) bool) { _ = yield(a, x) && yield(b, y) }
}

func (b *book) recovery() (all []validate.Expect) {
	r := b.ukyF.Recomputed.Recovery
	all = append(all, want("kpis.recovery.REE.value", r.WithSc, "%", 1e-4, 0, ""),
		want("kpis.recovery.REE_without_Sc.value", r.WithoutSc, "%", 1e-4, 0, ""),
		want("kpis.purity.REE.value", r.Purity, "%", 1e-4, 0, ""))
	for _, el := range b.metals() {
		rel, note := 1e-4, ""
		if el == "Sc" {
			rel, note = 3e-4, scandium
		}
		all = append(all, want("kpis.recovery."+el+".value", r.Overall[el], "%", rel, 0, note))
	}
	return all
}

// losses is where the metals of the feed went, in moles of the feed as the source counts it.
func (b *book) losses() (all []validate.Expect) {
	f := b.ukyF.Feed
	names := map[string]string{"cake_solid": "filter_cake_solid", "cake_liquid": "filter_cake_liquid"} // the others as here
	for _, el := range b.metals() {
		oxide := b.oxide(el)
		atoms := 2.0
		if el == "Ca" {
			atoms = 1
		}
		fed := atoms * f.Flow * f.Frac[strings.TrimSuffix(oxide, "(s)")] / b.mass.Feed_oxide[el] * 1000 // mol/h
		lost := b.ukyF.Recomputed.Recovery.Reject[el]
		for _, exit := range slices.Sorted(maps.Keys(lost)) {
			if el == "Sc" && (cleaner(exit) || strings.HasPrefix(exit, "roaster")) {
				continue // in case product, with its own tolerance
			}
			stream := exit
			if n, ok := names[exit]; ok {
				stream = n
			}
			component, per := "", 1.0
			switch {
			case exit == "cake_solid" || exit == "roaster_dust":
				component, per = oxide, atoms
			case strings.Contains(exit, "org"):
				component = b.sys.Components[b.sys.ByKey(chem.Organic, b.element(el))].Name
			default:
				component = b.sys.Components[b.sys.ByKey(chem.Aqueous, b.element(el))].Name
			}
			all = append(all, want("streams."+stream+".mol_s."+component, lost[exit]/100*fed/per, "mol/h", 1e-4, 0, ""))
		}
	}
	return all
}

func (b *book) leach() (all []validate.Case) {
	var f struct {
		Tolerance struct{ Rel float64 }
		Cases     []struct {
			Case, Source, Unit string
			Tanks              int
			H                  number `json:"H_mg_L"`
			SO4                number `json:"SO4_mg_L"`
			Conversion         map[string]float64
		}
	}
	b.read("leach.json", &f)
	for _, c := range f.Cases {
		one := validate.Case{ID: "leach/" + strings.TrimPrefix(c.Case, "leach_"), Kind: validate.Solve, Config: "leach.toml", Source: c.Source,
			Set: map[string]string{"leach.tanks": strconv.Itoa(c.Tanks),
				"acid.tenor.H+": c.H.String() + " mg/L", "acid.tenor.SO4-2": c.SO4.String() + " mg/L"}}
		for _, el := range b.metals() {
			one.Expect = append(one.Expect, want("units.leach.signals.conversion."+el+".value", c.Conversion[el], c.Unit, f.Tolerance.Rel, 0, ""))
		}
		all = append(all, one)
	}
	return all
}

func (b *book) extraction() []validate.Case {
	var f struct {
		Source string
		Inputs struct {
			Aqueous struct {
				Flow float64 `json:"flow_L_h"`
			} `json:"aq"`
		}
		Expected struct {
			Organic map[string]float64 `json:"org_out"`
			Aqueous map[string]float64 `json:"aq_out"`
		}
		Profile       []stage
		ProfileSource string `json:"profile_source"`
	}
	b.read("sx_3stage.json", &f)
	one := func(id, source string, e []validate.Expect) validate.Case {
		return validate.Case{ID: "sx/" + id, Kind: validate.Solve, Config: "sx_3stage.toml", Expect: e, Source: source}
	}
	flow := f.Inputs.Aqueous.Flow
	return []validate.Case{
		one("3stage_asserted", f.Source, append(b.liquid("aq_out", stream{Package: "sulfate", Flow: flow, Conc: f.Expected.Aqueous}, 1e-4),
			b.liquid("org_out", stream{Package: "organic", Flow: flow, Conc: f.Expected.Organic}, 1e-4)...)),
		one("3stage_profile", f.Source+"; "+f.ProfileSource, b.profile("load", f.Profile, 1e-5)),
	}
}

// printed is half a unit in the last digit of a number as it is printed.
func printed(n number) float64 {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(n.String()), "e")
	_, decimals, _ := strings.Cut(mantissa, ".")
	e, _ := strconv.Atoi(exponent)
	return 0.5 * math.Pow(10, float64(e-len(decimals)))
}

// digits is the relative tolerance of a product of printed numbers: 1e-4, or what their digits leave open if that is more.
func (b *book) digits(numbers ...number) float64 {
	open := 0.0
	for _, n := range numbers {
		open += printed(n) / math.Abs(b.float(n))
	}
	r, _ := strconv.ParseFloat(strconv.FormatFloat(open, 'g', 2, 64), 64)
	return max(1e-4, r)
}

func (b *book) float(n number) float64 {
	v, err := n.Float64()
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *book) roaster() []validate.Case {
	var f struct {
		Source   string
		Expected struct {
			Gas     number            `json:"gas_out_mol_s"`
			H2O     number            `json:"y_H2O"`
			O2      number            `json:"y_O2"`
			CO2     number            `json:"y_CO2"`
			Heat    number            `json:"heat_duty_W"`
			Product number            `json:"product_kg_s"`
			Frac    map[string]number `json:"mass_frac"`
		}
	}
	b.read("roaster.json", &f)
	x := f.Expected
	e := []validate.Expect{want("units.roaster.signals.heat.value", b.float(x.Heat), "W", b.digits(x.Heat), 0, "")}
	for _, g := range []struct {
		name string
		y    number
	}{{"H2O", x.H2O}, {"O2", x.O2}, {"CO2", x.CO2}} {
		e = append(e, want("streams.flue_gas.mol_s."+g.name+"(g)", b.float(x.Gas)*b.float(g.y), "mol/s", b.digits(x.Gas, g.y), 0, ""))
	}
	for _, el := range b.metals() {
		e = append(e, want("streams.oxide_product.mol_s."+b.oxide(el), 1000*b.float(x.Product)*b.float(x.Frac[el])/b.productOxide(el), "mol/s",
			b.digits(x.Product, x.Frac[el]), 0, ""))
	}
	return []validate.Case{{ID: "roaster/oxalate_CH4_gas", Kind: validate.Solve, Config: "roaster.toml", Expect: e, Source: f.Source}}
}

func (b *book) precipitator() []validate.Case {
	var f struct {
		Source string
		Inputs struct {
			Flow float64 `json:"flow_L_h"`
		}
		Aqueous   map[string]number  `json:"expected_aq_mg_L"`
		Solid     map[string]float64 `json:"expected_solid_mol_h"`
		Tolerance struct {
			Solid float64 `json:"solid_abs_mol_h"`
		}
	}
	b.read("precipitator.json", &f)
	var e []validate.Expect
	for _, el := range b.metals() {
		metal := b.sys.Components[b.sys.ByKey(chem.Aqueous, b.element(el))].Name
		e = append(e, want("streams.mother_liquor.mol_s."+metal, f.Inputs.Flow*b.float(f.Aqueous[el])/b.mass.Dissolved[el]/1000, "mol/h", 1e-4, 0, ""),
			want("streams.precipitate.mol_s."+b.oxalate(el), f.Solid[el], "mol/h", 1e-4, f.Tolerance.Solid, ""))
	}
	return []validate.Case{{ID: "precipitator/fixed_split", Kind: validate.Solve, Config: "precipitator.toml", Expect: e, Source: f.Source}}
}
