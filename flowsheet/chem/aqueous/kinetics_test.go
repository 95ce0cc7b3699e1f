package aqueous

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/si"
)

func loadKinetics(t testing.TB) *Kinetics {
	t.Helper()
	k, err := LoadKinetics()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// asPrinted compares a value with a printed one: half a unit of its last digit.
func asPrinted(t *testing.T, what string, got, want, unit float64) {
	t.Helper()
	if !(math.Abs(got-want) <= unit/2) {
		t.Errorf("%s: %.6g, printed %g (+-%g)", what, got, want, unit/2)
	}
}

// phWater is water of that pH at 25 degC with pK_w 14, under 0.21 atm of oxygen.
func phWater(pH float64) OxidationWater {
	return OxidationWater{T: 298.15, LnH: -pH * math.Ln10, LnOH: (pH - 14) * math.Ln10, PO2: 0.21 * 101325, O2: 0.26}
}

const kineticMinute, kineticHour = 60.0, 3600.0 // s

func TestFerrousHalfLives(t *testing.T) {
	f := &loadKinetics(t).Ferrous
	half := func(pH float64) float64 { return math.Ln2 / f.Rate(phWater(pH), 1, nil, nil).DFe }
	asPrinted(t, "half-life at pH 6, h", half(6)/kineticHour, 6.9, 0.1)
	asPrinted(t, "half-life at pH 6, min", half(6)/kineticMinute, 414, 1)
	asPrinted(t, "half-life at pH 7, min", half(7)/kineticMinute, 4.1, 0.1)
	asPrinted(t, "half-life at pH 8, min", half(8)/kineticMinute, 0.041, 0.001)
	// The same constant per kineticMinute and per second; the field range 3 to 340 times as large.
	perMinute := f.Fast * 101325 * 60
	asPrinted(t, "constant, 1e13 L2/(mol2 atm min)", perMinute/1e13, 8.0, 0.1)
	asPrinted(t, "lowest field factor", f.FieldLo/f.Fast, 3, 1)
	asPrinted(t, "highest field factor", f.FieldHi/f.Fast, 340, 10)
	asPrinted(t, "slow term, 1e-9/s", f.Slow/1e-9, 2.91, 0.01)
	// 99.9 % in 47 min is 0.147/min: within the laboratory and the highest field constant at the pH of caustic dosing.
	pilot := math.Log(1000) / 47
	asPrinted(t, "pilot, 1/min", pilot, 0.147, 0.001)
	if lab := math.Ln2 / half(7) * kineticMinute; pilot < 0.5*lab || pilot > lab*f.FieldHi/f.Fast {
		t.Errorf("pilot %g/min against %g/min at pH 7", pilot, lab)
	}
}

func TestFerrousSurface(t *testing.T) {
	f := &loadKinetics(t).Ferrous
	for _, c := range []struct {
		name string
		k    float64 // L/(mol s)
	}{{"ferrihydrite", 2.12}, {"goethite", 1.30}, {"lepidocrocite", 1.69}, {"schwertmannite", 1.20}, {"Si-ferrihydrite", 0.68}} {
		i, err := f.Solid(c.name)
		if err != nil {
			t.Fatal(err)
		}
		// 1 mmol/L sorbed, 0.25 mmol/L of oxygen, in mol/(L s) and in mol/(m3 s).
		w := phWater(5)
		w.O2 = 0.25
		r := f.Rate(w, 0, []SorbedIron{{i, 1, 10}}, nil)
		asPrinted(t, c.name, r.Surface/1000/(1e-3*0.25e-3), c.k, 0.001)
		if r.Caution&(OutsidePH|AboveSites) != 0 {
			t.Errorf("%s: %v", c.name, r.Caution)
		}
	}
	if _, err := f.Solid("ferrihydrit"); err == nil || !strings.Contains(err.Error(), `"ferrihydrite"`) {
		t.Errorf("misspelt solid: %v", err)
	}
	if r := f.Rate(phWater(4), 1, []SorbedIron{{0, 0.3, 1}}, nil); r.Caution&(OutsidePH|AboveSites|AboveSpeedup|NotOfOxygen) != OutsidePH|AboveSites|AboveSpeedup|NotOfOxygen {
		t.Errorf("pH 4, 0.3 mol sorbed per mol of iron: %v", r.Caution)
	}
	if r := f.Rate(phWater(7), 1, nil, nil); r.Caution != 0 {
		t.Errorf("pH 7, 25 degC: %v", r.Caution)
	}
	w := phWater(7)
	w.T = 283.15
	if r := f.Rate(w, 1, nil, nil); r.Caution != NoTemperature {
		t.Errorf("10 degC: %v", r.Caution)
	}
}

// The apparent constants of the source are of buffers whose speciation is not in the reference, so they cannot be
// computed outright. What can: with the first hydrolysis constant of our data (-10.597) the MnOH+ path alone stays below
// both, and the second hydrolysis constant that explains the rest is the same at both ends of the range.
func TestManganousApparent(t *testing.T) {
	m := &loadKinetics(t).Manganous
	fractions := func(pH, log1, log2 float64) []float64 {
		one, two := math.Pow(10, log1+pH), math.Pow(10, log2+2*pH)
		x := map[string]float64{"MnOH+": one / (1 + one + two), "Mn(OH)2": two / (1 + one + two)}
		var c []float64
		for _, p := range m.Paths {
			c = append(c, x[p.Species])
		}
		return c
	}
	apparent := func(pH, log2 float64) float64 { return m.Apparent(fractions(pH, -10.597, log2)) * 1000 } // L/(mol s)
	var implied [2]float64
	for i, c := range []struct{ pH, k float64 }{{8.03, 8.6e-5}, {9.30, 2.5e-2}} {
		if first := apparent(c.pH, -99); first >= c.k {
			t.Errorf("pH %g: MnOH+ alone gives %g, more than the %g measured", c.pH, first, c.k)
		}
		lo, hi := -24.0, -20.0
		for range 60 {
			if mid := (lo + hi) / 2; apparent(c.pH, mid) > c.k {
				hi = mid
			} else {
				lo = mid
			}
		}
		implied[i] = lo
	}
	if d := math.Abs(implied[0] - implied[1]); d > 0.3 {
		t.Errorf("second hydrolysis constant implied at the two ends: %.2f and %.2f", implied[0], implied[1])
	}
	both := (implied[0] + implied[1]) / 2
	for _, c := range []struct{ pH, k float64 }{{8.03, 8.6e-5}, {9.30, 2.5e-2}} {
		if got := apparent(c.pH, both); got < 0.7*c.k || got > 1.4*c.k {
			t.Errorf("pH %g: %g with %.2f, measured %g", c.pH, got, both, c.k)
		}
	}
	// Units: 1 mmol/L of each path alone, 0.25 mmol/L of oxygen.
	for i, want := range []float64{1.66e-2, 20.9, 8.13e-2} {
		c := []float64{0, 0, 0}
		c[i] = 1
		w := phWater(8.5)
		w.O2 = 0.25
		r := m.Rate(w, c, nil)
		asPrinted(t, m.Paths[i].Species, r.Rate/1000/(1e-3*0.25e-3)/want, 1, 1e-9)
		if r.Caution != 0 {
			t.Errorf("%s: %v", m.Paths[i].Species, r.Caution)
		}
	}
	if r := m.Rate(phWater(7), []float64{1, 0, 0}, nil); r.Caution != OutsidePH {
		t.Errorf("pH 7: %v", r.Caution)
	}
}

// The area formula of the design program: m2 = 0.276 Q [L/min] log10(C0/C) / (k [1/h per m2/m3] a depth).
func TestManganeseBed(t *testing.T) {
	b := &loadKinetics(t).Bed
	const q, c0, c, a, depth = 500.0, 12.0, 1.5, 40.0, 0.9 // L/min, mg/L, m2/m3, m
	want := 0.276 * q * math.Log10(c0/c) / (4.39e-4 * a * depth)
	got := b.Area(q*1e-3/60, c0, c, a, depth).Area
	asPrinted(t, "coefficient", 0.276*got/want, 0.276, 0.001)
	// Plug flow through the bed area without the unexplained factor removes exactly what was asked.
	plug := b.Area(q*1e-3/60, c0, c, a, depth)
	volume := plug.Area / b.Factor * depth
	if out := c0 * math.Exp(-b.Rate(1, a).Rate*volume/(q*1e-3/60)); math.Abs(out-c) > 1e-9 {
		t.Errorf("plug flow leaves %g of %g mg/L", out, c)
	}
	asPrinted(t, "constant, 1e-4/h", b.K*kineticHour/1e-4, 4.39, 0.01)
	asPrinted(t, "retention, h", b.Retention/kineticHour, 24, 1e-9)
	asPrinted(t, "target, g/m3", b.Target*1e3, 1.5, 1e-9)
	if b.Rate(1, 1).Caution != Guessed || plug.Caution != Guessed {
		t.Error("the bed is a software default and must say so")
	}
}

func TestOxygenSaturation(t *testing.T) {
	o := &loadKinetics(t).Oxygen
	for _, c := range []struct{ degC, mgL float64 }{
		{0, 14.63}, {5, 12.82}, {10, 11.36}, {15, 10.16}, {20, 9.16}, {25, 8.32}, {30, 7.61}, {40, 6.44},
	} {
		s := o.Saturation(273.15+c.degC, 101325)
		asPrinted(t, fmt.Sprintf("mg/L at %g degC", c.degC), s.O2*31.9988, c.mgL, 0.01)
		p, _, _ := o.Pressure(273.15+c.degC, s.O2)
		if math.Abs(p-s.PO2) > 1e-9*p {
			t.Errorf("%g degC: pressure of the saturated water %g, of the air %g", c.degC, p, s.PO2)
		}
	}
	h, _ := o.Henry(298.15)
	// The file holds -2.8983 at 25 degC and an expression that gives -2.8924 there; it computes with the expression.
	if d := math.Abs(math.Log10(h*101325) + 2.8983); d > 0.007 {
		t.Errorf("log10 K at 25 degC off by %g", d)
	}
	if s := o.Saturation(400, 101325); s.Caution != Boiling || s.O2 != 0 {
		t.Errorf("above boiling: %+v", s)
	}
}

// The sensitivity to kLa against the steady state of a tank with first-order consumption, solved in closed form.
func TestOxygenSensitivity(t *testing.T) {
	o := &loadKinetics(t).Oxygen
	const saturated, inlet, renewal = 0.27, 0.05, 1 / 7200.0
	for _, k := range []float64{1e-6, 1e-4, 1e-3, 1} {
		at := func(kLa float64) float64 { return (renewal*inlet + kLa*saturated) / (renewal + kLa + k) }
		c := at(o.KLa)
		s := o.Sensitivity(o.KLa, saturated, c, renewal, k*c, k)
		const e = 1e-5
		want := (math.Log(at(o.KLa*(1+e))) - math.Log(at(o.KLa*(1-e)))) / (2 * e)
		if math.Abs(s.DLnKLa-want) > 1e-7 {
			t.Errorf("k %g: d ln rate / d ln kLa %g, by difference %g", k, s.DLnKLa, want)
		}
	}
	// Without renewal: k/(kLa + k), so 1 where transfer limits.
	k := 1e3 * o.KLa
	c := o.KLa * saturated / (o.KLa + k)
	asPrinted(t, "transfer limited", o.Sensitivity(o.KLa, saturated, c, 0, k*c, k).DLnKLa, 1000.0/1001, 1e-9)
}

// What docs/kinetics.md says of kLa: its share in the oxidation of 0.1, 1 and 3 mol/m3 of Fe(II) at a(OH-) 1e-7, 25 degC.
func TestShareOfKLa(t *testing.T) {
	k := loadKinetics(t)
	o := &k.Oxygen
	s := o.Saturation(298.15, 101325)
	_, _, dp := o.Pressure(298.15, s.O2)
	for _, c := range []struct{ fe, share float64 }{{0.1, 0.16}, {1, 0.65}, {3, 0.85}} {
		slope := k.Peroxide.O2Fe * k.Ferrous.Rate(phWater(7), c.fe, nil, nil).DPO2 * dp
		o2 := o.KLa * s.O2 / (o.KLa + slope)
		got := o.Sensitivity(o.KLa, s.O2, o2, 0, slope*o2, slope)
		asPrinted(t, fmt.Sprintf("share of kLa at %g mol/m3", c.fe), got.DLnKLa, c.share, 0.01)
	}
}

// Mass ratios with the atomic masses of the library.
func TestPeroxideStoichiometry(t *testing.T) {
	k := loadKinetics(t)
	p := &k.Peroxide
	sys, err := chem.Load(chem.Selection{Elements: []string{"Fe", "Mn"}, Families: []string{"aqueous"}})
	if err != nil {
		t.Fatal(err)
	}
	mass := func(symbol string) float64 {
		e, ok := sys.Element(symbol)
		if !ok {
			t.Fatalf("no element %s", symbol)
		}
		return sys.Elements[e].Mass
	}
	h2o2, o2 := 2*(mass("H")+mass("O")), 2*mass("O")
	asPrinted(t, "kg H2O2 per kg Fe", p.Demand(1, 0)*h2o2/mass("Fe"), 0.305, 0.001)
	asPrinted(t, "kg H2O2 per kg Mn", p.Demand(0, 1)*h2o2/mass("Mn"), 0.619, 0.001)
	asPrinted(t, "kg O2 per kg Fe", p.OxygenDemand(1, 0)*o2/mass("Fe"), 0.143, 0.001)
	asPrinted(t, "kg O2 per kg Mn", p.OxygenDemand(0, 1)*o2/mass("Mn"), 0.291, 0.001)
	asPrinted(t, "Fe/H2O2 of full demand", 1/p.Demand(1, 0), p.Ratio, 1e-9)
	if c := p.Rate(298.15, 1, 1).Caution; c != Guessed {
		t.Errorf("rate with peroxide: %v", c)
	}
}

func TestLimestone(t *testing.T) {
	l := &loadKinetics(t).Limestone
	// mmol/(cm2 s) is 10 mol/(m2 s).
	k1, k2, k3 := l.Constants(298.15)
	asPrinted(t, "k1", k1/10, 0.05115, 1e-5)
	asPrinted(t, "k2, 1e-5", k2/10/1e-5, 3.454, 1e-3)
	asPrinted(t, "k3, 1e-7", k3/10/1e-7, 1.193, 1e-3)
	// Slopes as activation energies: 8.5, 41.68, 6.07 and 33.25 kJ/mol.
	energy := func(a arrhenius) float64 { return a.slope * 8.314 / 1000 }
	asPrinted(t, "Ea k1", energy(l.k1), 8.5, 0.1)
	asPrinted(t, "Ea k2", energy(l.k2), 41.68, 0.02)
	asPrinted(t, "Ea k3 cold", energy(l.cold), 6.07, 0.02)
	asPrinted(t, "Ea k3 warm", energy(l.warm), 33.25, 0.02)
	// Branches: within 1 % at 25 degC, equal where they are joined.
	cold, _ := l.cold.at(298.15)
	warm, _ := l.warm.at(298.15)
	asPrinted(t, "k3 warm, 1e-7", warm/10/1e-7, 1.18, 0.015) // printed 1.18 is 1.186 cut off
	if d := cold/warm - 1; d < 0.004 || d > 0.01 {
		t.Errorf("branches of k3 differ by %g at 25 degC", d)
	}
	_, _, below := l.Constants(math.Nextafter(l.change, 0))
	_, _, above := l.Constants(math.Nextafter(l.change, 1e3))
	if math.Abs(below/above-1) > 1e-12 || math.Abs(l.change-298.32) > 0.005 {
		t.Errorf("k3 jumps from %g to %g at %g K", below, above, l.change)
	}
	// pH 4 and pCO2 1e-2 atm by hand: 10 (0.05115e-4 + 3.454e-5 x 3.4e-4 + 1.193e-7), far from and near equilibrium.
	w := CarbonateWater{T: 298.15, LnH: -4 * math.Ln10, LnCO2: math.Log(3.4e-4), LnOmega: math.Inf(-1)}
	far := l.Rate(w)
	asPrinted(t, "rate, 1e-5 mol/(m2 s)", far.Rate/1e-5, 10*(5.115e-6+3.454e-5*3.4e-4+1.193e-7)/1e-5, 0.01)
	w.LnOmega = math.Log(0.125)
	asPrinted(t, "1 - 0.125^(2/3)", l.Rate(w).Rate/far.Rate, 0.75, 1e-9)
	w.LnOmega = 0
	if r := l.Rate(w); r.Rate != 0 || r.Caution != 0 {
		t.Errorf("at equilibrium: %+v", r)
	}
	w.LnOmega = 1
	if r := l.Rate(w); r.Rate >= 0 || r.Caution != Precipitating {
		t.Errorf("supersaturated: %+v", r)
	}
}

func TestArmouring(t *testing.T) {
	l := &loadKinetics(t).Limestone
	w := CarbonateWater{T: 298.15, LnH: -9, LnOmega: -9}
	for _, c := range []struct {
		iron, aluminium float64 // mg/L
		want            Caution
	}{{0, 0, 0}, {0.5, 0, 0}, {5, 0, ArmourPossible}, {0, 5, ArmourPossible}, {149, 0, ArmourPossible}, {150.1, 0, ArmourPossible | ArmourSeen}} {
		w.Iron, w.Aluminium = c.iron/55.845, c.aluminium/26.982
		if got := l.Rate(w).Caution; got != c.want {
			t.Errorf("Fe %g, Al %g mg/L: %v", c.iron, c.aluminium, got)
		}
	}
	asPrinted(t, "life of the armoured bed, h", l.ArmouredIn/kineticHour, 48, 1e-9)
}

func TestMineralConstants(t *testing.T) {
	k := loadKinetics(t)
	if len(k.Minerals) != 25 {
		t.Errorf("%d minerals", len(k.Minerals))
	}
	for _, c := range []struct {
		mineral, term string
		logk          float64 // at 25 degC, mol/(m2 s)
	}{
		{"calcite (PK)", "acid", -0.3}, {"calcite (PK)", "neutral", -5.81}, {"dolomite (PK)", "neutral", -8.6}, {"gibbsite (PK)", "base", -16.65},
		{"kaolinite (PK)", "acid", -11.31}, {"hematite (PK)", "acid", -9.39}, {"gypsum (PK)", "neutral", -2.79}, {"quartz (PK)", "neutral", -13.4},
		{"albite (PK)", "base", -15.6}, {"barite (PK)", "acid", -6.9}, {"pyrite and oxygen", "oxygen", -8.19},
		{"amorphous silica (Hermanska)", "base", -14.2},
		// Prefactor form: A exp(-Ea/RT) against the log k of RATE_PARAMETERS_HERMANSKA for the same glass.
		{"rhyolite glass (Kinec)", "acid", -9.1}, {"rhyolite glass (Kinec)", "base", -16.27},
	} {
		m, err := k.Mineral(c.mineral)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(m.Terms, func(term RateTerm) bool { return term.Name == c.term })
		unit := 1e-9
		if m.Name == "rhyolite glass (Kinec)" {
			unit = 0.02 // the table rounds A and log k separately
			if c.term == "acid" {
				unit = 0.1
			}
		}
		asPrinted(t, c.mineral+" "+c.term, math.Log10(m.Terms[i].At(298.15)), c.logk, unit)
	}
	// The path of CO2 is per atm in its source.
	m, _ := k.Mineral("calcite (PK)")
	w := MineralWater{T: 298.15, LnH: math.Inf(-1), LnOmega: math.Inf(-1), LnCO2: math.Log(101325)}
	asPrinted(t, "calcite, neutral + 1 atm of CO2", m.Rate(w).Rate/(math.Pow(10, -5.81)+math.Pow(10, -3.48)), 1, 1e-9)
	if _, err := k.Mineral("fluorapatite"); err == nil || !strings.Contains(err.Error(), "fluorapatite (Kinec)") {
		t.Errorf("misspelt mineral: %v", err)
	}
}

// Palandri and Kharaka list 250 kJ/mol for apatites: no such number may come in, by our data or by a later edit.
func TestApatiteTrap(t *testing.T) {
	k := loadKinetics(t)
	m, err := k.Mineral("fluorapatite (Kinec)")
	if err != nil {
		t.Fatal(err)
	}
	for _, term := range m.Terms {
		asPrinted(t, "Ea of "+term.Name, term.Ea, 43e3, 1e-6)
	}
	if m.Sigma != 5 {
		t.Errorf("sigma %g", m.Sigma)
	}
	ratio := func(m *MineralRate) float64 {
		w := MineralWater{T: 348.15, LnH: -2, LnOmega: math.Inf(-1)}
		hot := m.Rate(w).Rate
		w.T = 298.15
		return hot / m.Rate(w).Rate
	}
	asPrinted(t, "25 to 75 degC", ratio(m), 12.1, 0.1) // 250 kJ/mol would give 1.9e6
	text := strings.Replace(kineticsData, `A = "80 mol/(m2 s)", Ea = "43 kJ/mol"`, `logk = -3.73, Ea = "250 kJ/mol"`, 1)
	if _, err := new(kineticsReader).read("kinetics.toml", text); err == nil || !strings.Contains(err.Error(), "outside 0 to 100 kJ/mol") {
		t.Errorf("250 kJ/mol for apatite: %v", err)
	}
}

func TestAssumed(t *testing.T) {
	k := loadKinetics(t)
	all := k.Figures()
	if len(all) < 180 {
		t.Errorf("%d figures", len(all))
	}
	names := make(map[string]bool)
	for _, f := range all {
		if names[f.Name] || len(f.Source) < 10 || f.Range == "" || f.Class == "" {
			t.Errorf("%s: doubled or without class, source or range: %+v", f.Name, f)
		}
		names[f.Name] = true
		if _, err := si.ParseUnit(f.Unit); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	var got []string
	for _, f := range k.Assumed() {
		got = append(got, f.Name)
		if !(f.Lo < f.Hi && f.Lo <= f.Value && f.Value <= f.Hi) {
			t.Errorf("%s: %g in %g to %g", f.Name, f.Value, f.Lo, f.Hi)
		}
	}
	want := []string{"same.temperature", "ferrous.at", "surface.at", "bed.k", "bed.factor", "bed.retention", "bed.target", "pyrolusite.at",
		"oxygen.water", "oxygen.kLa", "peroxide.k", "peroxide.at", "limestone.armour.from",
		`mineral.law."fly-ash glass, class F".factor`, `mineral.law."fly-ash glass, class C".factor`}
	if !slices.Equal(got, want) {
		t.Errorf("assumed:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	ash, err := k.Mineral("fly-ash glass, class F")
	if err != nil {
		t.Fatal(err)
	}
	if r := ash.Rate(MineralWater{T: 298.15, LnOmega: math.Inf(-1)}); r.Caution != Guessed || r.Rate <= 0 {
		t.Errorf("ash glass: %+v", r)
	}
}

func TestKineticDataFaults(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`class = "measured"`, ``, "gas.R: has no class"},
		{`range = "25 degC, pH 8.03-9.30, dissolved Mn(II), no MnO2 surface; multiple regression over buffers and seawater"`, ``, "has no range"},
		{`"ferrihydrite" = { value = "2.12 L/(mol s)"`, `"ferrihydrite" = { value = "2.12 1/s"`, "wrong dimension"},
		{`"ferrihydrite" = { value = "2.12 L/(mol s)"`, `"ferrihydrite" = { value = "3 L/(mol s)"`, "lies outside its span"},
		{`kLa = { value = "5 1/h", lo = "0.5 1/h", hi = "20 1/h",`, `kLa = { value = "5 1/h",`, "oxygen.kLa: is assumed and needs a span"},
		{`slow = "2.91e-9 1/s"`, `slw = "2.91e-9 1/s"`, "ferrous"},
		{`of = "basalt glass (Kinec)"`, `of = "basalt"`, `there is no mineral "basalt" above`},
		{`[limestone]`, `[limestones]`, "limestone"},
	} {
		if !strings.Contains(kineticsData, c.old) {
			t.Fatalf("the data no longer hold %q", c.old)
		}
		_, err := new(kineticsReader).read("kinetics.toml", strings.Replace(kineticsData, c.old, c.new, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.new, err, c.want)
		}
	}
}

func FuzzReadKinetics(f *testing.F) {
	f.Add(kineticsData)
	f.Add("[gas]\nR = 1")
	f.Add("[mineral.law.x]\nof = \"x\"")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := new(kineticsReader).read("fuzz.toml", text)
		if (k == nil) == (err == nil) {
			t.Fatalf("%v with error %v", k, err)
		}
	})
}

func ExampleLoadKinetics() {
	k, err := LoadKinetics()
	if err != nil {
		fmt.Println(err)
		return
	}
	air := k.Oxygen.Saturation(283.15, 101325)
	water := OxidationWater{T: 283.15, LnH: -7 * math.Ln10, LnOH: -7 * math.Ln10, PO2: air.PO2, O2: air.O2}
	rate := k.Ferrous.Rate(water, 1, nil, nil)
	fmt.Printf("half-life %.1f min; %v\n", math.Ln2/rate.DFe/60, rate.Caution)
	// Output: half-life 4.2 min; no temperature dependence known
}
