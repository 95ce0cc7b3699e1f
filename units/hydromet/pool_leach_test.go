package hydromet

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// ashRig is a rig whose system knows the pools of ash.
func ashRig(t testing.TB, make1 func() flowsheet.Unit, table string, in, out []string) *rig {
	t.Helper()
	s, err := chem.Load(chem.Selection{
		Elements: []string{"Cl", "S", "Na", "Al", "Ca", "Fe", "Nd", "Y"},
		Families: []string{"aqueous", "water", "gangue", "oxide", "labile", "locked", "crystalline", "ash"},
	})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Parse("test", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{sys: s, unit: make1()}
	if tt, ok := t.(*testing.T); ok {
		r.T = tt
	}
	if r.spec, err = r.unit.Init(flowsheet.Env{Tag: "rig", System: s, Param: tree.Root(), In: in, Out: out}); err != nil {
		t.Fatal(err)
	}
	tree.Root().Close()
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	for _, h := range r.spec.Handles {
		r.u = append(r.u, h.Value)
	}
	r.x = make([]float64, len(r.spec.States)+len(r.spec.Algebraic))
	for range r.spec.In {
		r.in = append(r.in, r.stream())
	}
	for range r.spec.Out {
		r.out = append(r.out, r.stream())
	}
	return r
}

// warned says whether the report has a warning of a code, and gives it.
func (r *rig) warned(code string) (flowsheet.Warning, bool) {
	for _, w := range r.unit.(flowsheet.Reporter).Report(r.u, r.x, r.in, r.out).Warnings {
		if w.Code == code {
			return w, true
		}
	}
	return flowsheet.Warning{}, false
}

const tracer = `
tanks = %d
volume = "1 m3"
weir_time = "1e-9 s"
temperature = "50 degC"
cores = %d
[soluble]
source = "test"
class = "assumed"
at = "50 degC"
Nd = { surface = "1e-3 1/s", energy = "20 kJ/mol", order = 0%s }
`

// core is t in terms of 1/k_s and the product layer, after Levenspiel; coreAt inverts it for what is left.
func coreAt(t, surface, layer float64) (left float64) {
	time := func(rho float64) float64 {
		return surface*(1-rho) + layer*(1-3*rho*rho+2*rho*rho*rho)
	}
	if t >= time(0) {
		return 0
	}
	lo, hi := 0.0, 1.0
	for range 60 {
		if rho := (lo + hi) / 2; time(rho) > t {
			lo = rho
		} else {
			hi = rho
		}
	}
	return lo * lo * lo
}

// segregated is what n equal tanks of residence time theta each leave of the core: the integral of E(t).
func segregated(n int, theta, surface, layer float64) (left float64) {
	const steps = 20000
	top := 1.0
	for i := range n - 1 {
		top *= float64(i + 1)
	}
	end := surface + layer
	for i := range steps {
		t := (float64(i) + 0.5) * end / steps
		E := math.Pow(t/theta, float64(n-1)) * math.Exp(-t/theta) / theta / top
		left += E * coreAt(t, surface, layer) * end / steps
	}
	return left
}

// meanCore is what n tanks leave if all grains of a tank had its mean core: y + 3 kθ y^(2/3) = what enters.
func meanCore(n int, kTheta float64) float64 {
	y := 1.0
	for range n {
		lo, hi := 0.0, y
		for range 60 {
			if mid := (lo + hi) / 2; mid+3*kTheta*math.Pow(mid, 2.0/3) > y {
				hi = mid
			} else {
				lo = mid
			}
		}
		y = lo
	}
	return y
}

// Trains of one to twenty tanks leave what the residence-time distribution says, within the error of the core steps, which falls as
// there are more.
func TestPoolLeachResidenceTime(t *testing.T) {
	worst, mean := map[int]float64{}, 0.0
	for _, c := range []struct {
		tanks          int
		theta, k_layer float64
	}{{1, 300, 0}, {1, 1000, 0}, {1, 4000, 0}, {3, 200, 0}, {3, 500, 0}, {5, 150, 0}, {1, 1000, 1e-3}, {2, 700, 5e-4}, {3, 600, 2e-3},
		{1, 100, 0}, {1, 30, 0}, {8, 100, 0}, {20, 60, 0}} {
		layer, layerTime := "", 0.0
		if c.k_layer > 0 {
			layer, layerTime = fmt.Sprintf(`, layer = "%g 1/s", layer_energy = "10 kJ/mol", layer_order = 0`, c.k_layer), 1/c.k_layer
		}
		want := segregated(c.tanks, c.theta, 1000, layerTime)
		if layerTime == 0 {
			mean = math.Max(mean, math.Abs(meanCore(c.tanks, c.theta/1000)-want))
		}
		for _, cores := range []int{12, 60} {
			r := ashRig(t, NewPoolLeach, fmt.Sprintf(tracer, c.tanks, cores, layer), []string{"1"}, []string{"slurry"})
			water := r.sys.Solvent(chem.Aqueous)
			r.in[0].N[water] = 1 / c.theta / r.sys.Components[water].V
			r.in[0].N[r.index("H+")], r.in[0].N[r.index("Cl-")] = 1, 1
			r.in[0].N[r.index("Nd2O3(s)")] = 1e-6
			r.solve(flowsheet.Stage{Cold: true})
			off := math.Abs(r.out[0].N[r.index("Nd2O3(s)")]/1e-6 - want)
			worst[cores] = math.Max(worst[cores], off)
		}
	}
	t.Logf("largest error of the conversion: %.4f with 12 core steps, %.4f with 60; %.4f by the mean core of each tank", worst[12], worst[60], mean)
	if worst[12] > 0.03 || worst[60] > 0.009 || worst[12] > mean/1.5 {
		t.Errorf("errors %v, want at most 0.03 and 0.009", worst)
	}
}

// A closed tank, filled and left, follows the batch law of the core. The law is that of alumina in soda-roasted ash (Liu et al. 2023:
// 22.924/min, 25.174 kJ/mol, 90 degC, 120 min) and in ammonium-sulfate-roasted ash (6.03393/min, 22.0454 kJ/mol): 0.96 and 0.866.
func TestPoolLeachBatch(t *testing.T) {
	for _, c := range []struct{ perMinute, energy, want float64 }{{22.924, 25174, 0.96}, {6.03393, 22045.4, 0.866}} {
		k := c.perMinute / 60 * math.Exp(-c.energy/gasConstant/363.15)
		table := fmt.Sprintf("tanks = 1\nvolume = \"1 m3\"\ntemperature = \"90 degC\"\ncores = 60\n[soluble]\nsource = \"test\"\nclass = \"measured\"\n"+
			"at = \"90 degC\"\nAl = { surface = \"%.12g 1/s\", energy = \"%g J/mol\", order = 0 }\n", k, c.energy)
		r := ashRig(t, NewPoolLeach, table, []string{"1"}, []string{"slurry"})
		for i, v := range r.spec.States {
			switch v.Name {
			case "tank1.H2O":
				r.x[i] = 5e4
			case "tank1.H+", "tank1.Cl-":
				r.x[i] = 3000
			case "tank1.size1.core1.Al2O3(s)":
				r.x[i] = 1
			}
		}
		const steps = 3000
		for range steps {
			r.solve(flowsheet.Stage{Rate: steps / 7200.0, Prev: append([]float64(nil), r.x...)})
		}
		left := 0.0
		for i, v := range r.spec.States {
			if strings.HasSuffix(v.Name, ".Al2O3(s)") {
				left += r.x[i]
			}
		}
		exact := math.Pow(math.Max(0, 1-k*7200), 3)
		t.Logf("X = %.4f, by the law %.4f", 1-left, 1-exact)
		if math.Abs(left-exact) > 0.012 || math.Abs(1-exact-c.want) > 0.001 {
			t.Errorf("X = %.4f, want %.4f; the source's equation gives %.3f", 1-left, 1-exact, c.want)
		}
	}
}

const ashTable = `
tanks = 2
volume = "100 L"
temperature = "70 degC"
[labile]
source = "test"
class = "assumed"
at = "70 degC"
rate = "0.5 1/min"
energy = "15 kJ/mol"
[soluble]
source = "test"
class = "assumed"
at = "70 degC"
REE = { surface = "0.02 1/min", energy = "21 kJ/mol", layer = "0.02 1/min", layer_energy = "12 kJ/mol" }
Al = { surface = "0.005 1/min", energy = "25 kJ/mol" }
Ca = { surface = "0.05 1/min", energy = "15 kJ/mol" }
`

// feedAsh is some 20 kg/h of ash in 100 L/h of hydrochloric acid.
func (r *rig) feedAsh(acid float64) {
	for name, n := range map[string]float64{"H2O": 1.54, "SiO2(s)": 0.03, "Al2O3(s)": 2e-3, "CaO(s)": 1e-3, "CaO(labile)(s)": 1e-3,
		"Nd2O3(s)": 1e-6, "Nd2O3(labile)(s)": 2e-7, "Nd2O3(locked)(s)": 1e-6, "SiO2(locked)(s)": 0.04, "H4SiO4": 2e-4, "Fe2O3(s)": 1e-3} {
		r.in[0].N[r.index(name)] = n
	}
	r.in[0].N[r.index("H+")], r.in[0].N[r.index("Cl-")] = acid, acid
}

// As acid falls below what the oxides take, conversions fall smoothly to nothing, and the unit says so.
func TestPoolLeachAcidRunsOut(t *testing.T) {
	r := ashRig(t, NewPoolLeach, ashTable, []string{"1"}, []string{"slurry"})
	last := 1.0
	for acid := 0.05; acid > 1e-9; acid *= 0.7 {
		r.feedAsh(acid)
		r.solve(flowsheet.Stage{Cold: true})
		X := r.signal("conversion.Nd")
		if X > last {
			t.Errorf("%.3g mol/s of acid leach %.6g of the neodymium, more than with more acid: %.6g", acid, X, last)
		}
		if last = X; r.out[0].N[r.index("H+")] < 0 {
			t.Errorf("acidity %g", r.out[0].N[r.index("H+")])
		}
		_, said := r.warned("acid_exhausted")
		if pH := r.signal("pH"); said != (pH >= 7) {
			t.Errorf("pH %.3g, warned %v", pH, said)
		}
	}
	if last > 1e-6 {
		t.Errorf("without acid %.3g leaches", last)
	}
	for _, acid := range []float64{0, -0.01} {
		r.feedAsh(acid)
		r.solve(flowsheet.Stage{Cold: true})
		if _, said := r.warned("acid_exhausted"); !said || r.signal("conversion.Nd") != 0 {
			t.Errorf("total acidity %g: warned %v, conversion %g", acid, said, r.signal("conversion.Nd"))
		}
	}
}

// What is locked stays; silica above its limit is said with both numbers; an oxide without a rate is named.
func TestPoolLeachSays(t *testing.T) {
	r := ashRig(t, NewPoolLeach, ashTable, []string{"1"}, []string{"slurry"})
	r.feedAsh(0.05)
	r.solve(flowsheet.Stage{Cold: true})
	if got := r.out[0].N[r.index("Nd2O3(locked)(s)")]; got != 1e-6 {
		t.Errorf("locked oxide %g, fed 1e-6", got)
	}
	w, ok := r.warned("silica_gel")
	if want := r.signal("silica"); !ok || w.Value != want || w.Limit != silicaGel || want < 5 {
		t.Errorf("silica %g: %+v", want, w)
	}
	if w, ok := r.warned("no_rate"); !ok || w.Where != "Fe2O3(s)" {
		t.Errorf("%+v", w)
	}
}

// When the feed stops, what is in the tanks leaches on and washes out; nothing needs a reference to the feed.
func TestPoolLeachFeedStops(t *testing.T) {
	r := ashRig(t, NewPoolLeach, ashTable, []string{"1"}, []string{"slurry"})
	r.feedAsh(0.05)
	r.solve(flowsheet.Stage{Cold: true})
	held := func() (sum float64) {
		for i, v := range r.spec.States {
			if strings.HasSuffix(v.Name, "Al2O3(s)") {
				sum += r.x[i]
			}
		}
		return sum
	}
	before := held()
	clear(r.in[0].N)
	for range 100 {
		r.solve(flowsheet.Stage{Rate: 1.0 / 60, Prev: append([]float64(nil), r.x...)})
	}
	if after := held(); !(after < 0.5*before) || r.out[0].N[r.index("Al2O3(s)")] > 1e-6 {
		t.Errorf("alumina held: %g mol, %g after 100 min without feed; outflow %g", before, after, r.out[0].N[r.index("Al2O3(s)")])
	}
}

// Sizes of equal mass by Rosin and Rammler: at spread 1 the sizes are quantiles of the exponential distribution.
func TestRosinRammler(t *testing.T) {
	for m, got := range rosinRammler(1, 4) {
		if want := -math.Log(1 - (float64(m)+0.5)/4); math.Abs(got-want) > 1e-12 {
			t.Errorf("class %d: d/d63 = %g, want %g", m, got, want)
		}
	}
	if d := rosinRammler(2, 1)[0]; math.Abs(d-math.Sqrt(math.Ln2)) > 1e-12 {
		t.Errorf("median %g", d)
	}
}

// Coarse grains leach less: by the surface as their size, by the layer as its square.
func TestPoolLeachSize(t *testing.T) {
	leached := func(d63 string) float64 {
		r := ashRig(t, NewPoolLeach, ashTable+"[size]\nsource = \"test\"\nclass = \"assumed\"\nspread = 1.2\nreference = \"20 um\"\nd63 = \""+d63+"\"\n", []string{"1"}, []string{"slurry"})
		r.feedAsh(0.05)
		r.solve(flowsheet.Stage{Cold: true})
		return r.signal("conversion.Nd")
	}
	if fine, as, coarse := leached("5 um"), leached("20 um"), leached("80 um"); !(fine > as+0.005 && as > coarse+0.01) {
		t.Errorf("conversion %g at 5 um, %g at 20, %g at 80", fine, as, coarse)
	}
}

// A train of two tanks against two trains of one: grains are fresh where they enter a train, without the layer that slows them.
func TestPoolLeachTwoTrains(t *testing.T) {
	whole := ashRig(t, NewPoolLeach, ashTable, []string{"1"}, []string{"slurry"})
	whole.feedAsh(0.05)
	whole.solve(flowsheet.Stage{Cold: true})
	one := strings.Replace(ashTable, "tanks = 2", "tanks = 1", 1)
	first := ashRig(t, NewPoolLeach, one, []string{"1"}, []string{"slurry"})
	first.feedAsh(0.05)
	first.solve(flowsheet.Stage{Cold: true})
	second := ashRig(t, NewPoolLeach, one, []string{"1"}, []string{"slurry"})
	copy(second.in[0].N, first.out[0].N)
	second.solve(flowsheet.Stage{Cold: true})
	a := whole.out[0].N[whole.index("Nd2O3(s)")] / 1e-6
	b := second.out[0].N[second.index("Nd2O3(s)")] / 1e-6
	t.Logf("acid-soluble Nd left: %.4f by one train of two tanks, %.4f by two trains of one", a, b)
	if !(b < a && b > a-0.03) {
		t.Errorf("left %g and %g", a, b)
	}
}
