package pyromet

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/solve"
)

// potRoom is a cell with all that Solve takes.
type potRoom struct {
	*Cell
	t       testing.TB
	spec    flowsheet.Spec
	u, x    []float64
	in, out []flowsheet.Stream
}

// cellFile is a cell for some elements and salts; more is what else stands in the file.
func cellFile(elements, salts, more string) string {
	return `
[chemistry]
elements = ["F", ` + elements + `]
families = ["gangue", "oxide", "calcined", "metal", "fluoride", "electrode", "gas", "carbon_monoxide", "perfluorocarbon"]
[unit]
current = "4010 A"
heat_loss = "15 W/K"
[unit.bath]
mass = "250 kg"
salts = { ` + salts + ` }
[unit.anode]
radius = "0.22 m"
outer_radius = "0.30 m"
length = "0.8 m"
immersion = "0.58 m"
[unit.cathode]
radius = "0.06 m"
` + more
}

const ndBath = "NdF3 = 0.875, LiF = 0.125"

func tryCell(t testing.TB, text string, set ...string) (*potRoom, error) {
	t.Helper()
	tree, err := conf.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range set {
		if err := tree.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	sys := chem.FromConfig(tree.Root().Table("chemistry"))
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	c := &potRoom{Cell: NewCell().(*Cell), t: t}
	unit := tree.Root().Table("unit")
	c.spec, err = c.Init(flowsheet.Env{Tag: "cell", System: sys, Param: unit})
	unit.Close()
	if err == nil {
		err = tree.Err()
	}
	for _, h := range c.spec.Handles {
		c.u = append(c.u, h.Value)
	}
	c.x = make([]float64, len(c.spec.States))
	for range c.spec.In {
		c.in = append(c.in, flowsheet.Stream{T: 298.15, N: make([]float64, len(sys.Components))})
	}
	for range c.spec.Out {
		c.out = append(c.out, flowsheet.Stream{N: make([]float64, len(sys.Components))})
	}
	return c, err
}

func newCell(t testing.TB, text string, set ...string) *potRoom {
	t.Helper()
	c, err := tryCell(t, text, set...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *potRoom) at(name string) int {
	c.t.Helper()
	i, ok := c.sys.Index(name)
	if !ok {
		c.t.Fatalf("no component %q", name)
	}
	return i
}

// feed sets the flow of an oxide to so many times what the current reduces at an efficiency of 0.76, with air enough.
func (c *potRoom) feed(oxide string, times float64) {
	k := &c.sys.Components[c.at(oxide)]
	c.in[0].N[c.at(oxide)] = times * c.cells * 0.76 * c.u[current] / (3 * thermo.Faraday) / k.KeyCount
	c.in[1].N[c.at("O2(g)")] = 0.21 * c.cells
	c.in[1].N[c.at("N2(g)")] = 0.79 * c.cells
}

func (c *potRoom) solve() []float64 {
	c.t.Helper()
	if err := c.Solve(&flowsheet.Stage{Cold: true, Tol: 1e-13}, c.u, c.x, c.in, c.out); err != nil {
		c.t.Fatal(err)
	}
	y := make([]float64, len(c.spec.Signals))
	c.Observe(c.u, c.x, c.in, c.out, y)
	return y
}

// Decomposition voltages at 1050 °C, V, to CO2, CO, CF4 and C2F6. Of Nd: 1.45, 1.30, 2.80 as the issue has them; the others were computed by an
// independent code from tables (reference collection, class derived).
func TestCellDecompositionVoltages(t *testing.T) {
	for symbol, want := range map[string][4]float64{
		"La": {1.421, 1.264, 2.870, 3.094}, "Ce": {1.411, 1.253, 2.822, 3.046}, "Pr": {1.446, 1.288, 2.819, 3.043}, "Nd": {1.453, 1.295, 2.800, 3.023},
		"Gd": {1.441, 1.284, 2.820, 3.044}, "Tb": {1.546, 1.388, 2.844, 3.068}, "Dy": {1.514, 1.356, 2.802, 3.026}, "Y": {1.607, 1.449, 2.905, 3.129}, // CF4 and C2F6 of Y: with the entropy of YF3 repaired (3.003, 3.227 there)
	} {
		c := newCell(t, cellFile(`"`+symbol+`"`, symbol+"F3 = 0.875, LiF = 0.125", ""))
		for k, e := range c.decomposition(&c.metals[0], complex(1323.15, 0)) {
			if math.Abs(real(e)-want[k]) > 0.02 {
				t.Errorf("%s, gas %d: %.3f V, want %.3f V", symbol, k, real(e), want[k])
			}
		}
	}
	nd := newCell(t, cellFile(`"Nd"`, ndBath, ""))
	e := nd.decomposition(&nd.metals[0], complex(1323.15, 0))
	for k, want := range []float64{1.45, 1.30, 2.80} {
		if math.Abs(real(e[k])-want) > 0.02 {
			t.Errorf("Nd, gas %d: %.3f V, want %.2f V", k, real(e[k]), want)
		}
	}
}

// Power, heat loss, heat of the hood and the enthalpies of all streams close, from the data of chem/thermo alone.
func TestCellEnergyCloses(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2026))
	for _, kind := range []struct{ elements, salts, more, oxide string }{
		{`"Nd"`, ndBath, "", "Nd2O3(s)"},
		{`"Pr", "Nd"`, "NdF3 = 0.7, PrF3 = 0.175, LiF = 0.125", "", "Nd2O3(s)"},
		{`"Fe", "Dy"`, "DyF3 = 0.9, LiF = 0.1", "[unit.alloy]\niron = 0.2\n", "Dy2O3(s)"},
		{`"Fe", "Gd"`, "GdF3 = 0.9, LiF = 0.1", "[unit.alloy]\niron = 0.27\n", "Gd2O3(s)"},
	} {
		for range 5 {
			c := newCell(t, cellFile(kind.elements, kind.salts, kind.more))
			for i, h := range c.spec.Handles {
				if h.Name != "anode.outer_radius" && h.Name != "cathode.radius" {
					c.u[i] *= 0.98 + 0.02*r.Float64()
				}
			}
			c.feed(kind.oxide, 1.1+0.4*r.Float64())
			c.in[0].T = 300 + 800*r.Float64()
			if i, ok := c.sys.Index("Pr6O11(s)"); ok {
				c.in[0].N[i] = 1e-4 * r.Float64()
			}
			y := c.solve()
			gap, size := y[yPower]-y[yLoss]-y[yHood], y[yPower]
			count := func(s flowsheet.Stream, sign float64, cell bool) {
				for i, n := range s.N {
					if n == 0 {
						continue
					}
					h := 0.0
					if form := c.fixed(i); cell && form != nil {
						h = form.H(s.T)
					} else {
						h = c.heats[i].h(s.T)
					}
					gap += sign * n * h
					size += math.Abs(n * h)
				}
			}
			for k := range c.in {
				count(c.in[k], 1, false)
			}
			for k := range c.out {
				if c.spec.Out[k].Drawn {
					count(c.out[k], 1, false)
				} else {
					count(c.out[k], -1, true)
				}
			}
			if !(math.Abs(gap) <= 1e-9*y[yPower]) {
				t.Errorf("%s: energy is %g W off, of a power of %g W", kind.elements, gap, y[yPower])
			}
		}
	}
}

// Metal is by Faraday's law: 1.7940 g/Ah of Nd at an efficiency of 1 and no fluoride reduced.
func TestCellFaraday(t *testing.T) {
	for symbol, gPerAh := range map[string]float64{"La": 1.7276, "Ce": 1.7426, "Pr": 1.7525, "Nd": 1.7940} {
		c := newCell(t, cellFile(`"`+symbol+`"`, symbol+"F3 = 0.875, LiF = 0.125", ""))
		c.feed(symbol+"2O3(s)", 1.4)
		y := c.solve()
		metal := c.sys.Mass(c.out[cellMetal].N)
		want := gPerAh / 3.6e6 * c.u[current] * (y[yEfficiency]*(1-y[yFluoride]) + y[yFluoride])
		if math.Abs(metal/want-1) > 1e-4 {
			t.Errorf("%s: %g kg/s, want %g", symbol, metal, want)
		}
	}
}

// Oxides of higher valence give up their oxygen; an alloy has the iron it is set to; elements are reduced in the proportion they are dissolved.
func TestCellMixtures(t *testing.T) {
	c := newCell(t, cellFile(`"Pr", "Nd", "Sm"`, "NdF3 = 0.7, PrF3 = 0.175, LiF = 0.125", ""))
	c.feed("Nd2O3(s)", 0.9)
	pr := c.in[0].N[c.at("Nd2O3(s)")] / 10
	c.in[0].N[c.at("Pr6O11(s)")] = pr
	c.in[0].N[c.at("Sm2O3(s)")] = pr / 100
	c.solve()
	if ratio := c.out[cellMetal].N[c.at("Pr(s)")] / c.out[cellMetal].N[c.at("Nd(s)")]; math.Abs(ratio-0.3) > 1e-3 {
		t.Errorf("Pr per Nd is %g, fed 0.3", ratio)
	}
	if n := c.out[cellSludge].N[c.at("Sm2O3(s)")]; n != pr/100 {
		t.Errorf("%g mol/s of Sm2O3 in the sludge, fed %g", n, pr/100)
	}
	alloy := newCell(t, cellFile(`"Fe", "Dy"`, "DyF3 = 0.9, LiF = 0.1", "[unit.alloy]\niron = 0.2\n"))
	alloy.feed("Dy2O3(s)", 1.2)
	alloy.solve()
	iron := alloy.out[cellMetal].N[alloy.at("Fe(s)")] * alloy.sys.Components[alloy.at("Fe(s)")].M
	if w := iron / alloy.sys.Mass(alloy.out[cellMetal].N); math.Abs(w-0.2) > 1e-12 {
		t.Errorf("iron is %g of the alloy, set to 0.2", w)
	}
}

// Fed with half of what its current reduces, the cell is in the anode effect: it takes what is not raked out, and the rest of the current makes
// CF4 and C2F6. The efficiency is held, else it falls in the hot bath and less oxide is wanted.
func TestCellStarved(t *testing.T) {
	c := newCell(t, cellFile(`"Nd"`, ndBath, "[unit.efficiency]\nheating = \"0 1/K\"\nstarving = 0\n"), "unit.heat_loss=60 W/K")
	c.feed("Nd2O3(s)", 0.5)
	y := c.solve()
	raked := c.out[cellSludge].N[c.at("Nd2O3(s)")] / c.in[0].N[c.at("Nd2O3(s)")]
	if want := 1 - 0.5*(1-raked); raked > 0.02 || math.Abs(y[yFluoride]-want) > 1e-9 {
		t.Errorf("perfluorocarbons take %g of the current, want %g; %g of the oxide is raked out", y[yFluoride], want, raked)
	}
	if !(y[yRatio] > 1 && y[yFilm] > 20) {
		t.Errorf("limit used %g, film %g V", y[yRatio], y[yFilm])
	}
	g := c.out[cellGas].N
	fluorine := 4*g[c.at("CF4(g)")] + 6*g[c.at("C2F6(g)")]
	if want := y[yFluoride] * c.u[current] / thermo.Faraday; math.Abs(fluorine/want-1) > 1e-9 {
		t.Errorf("%g mol/s of fluorine leaves as gas, want %g", fluorine, want)
	}
	r := c.Report(c.u, c.x, c.in, c.out)
	if len(r.Warnings) == 0 || r.Warnings[0].Code != "anode_effect" {
		t.Errorf("warnings %+v", r.Warnings)
	}
}

func TestCellRefusals(t *testing.T) {
	for _, c := range []struct {
		set, want string
		feed      float64
	}{
		{"unit.heat_loss=2 W/K", "the bath would be at", 1.2},
		{"unit.anode.radius=0.299 m", "burn through", 1.2},
		{"unit.current=20000 A", "oxygen short", 1.2},
	} {
		cell, err := tryCell(t, cellFile(`"Nd"`, ndBath, ""), c.set)
		if err != nil {
			t.Fatal(err)
		}
		cell.feed("Nd2O3(s)", c.feed)
		if c.want == "oxygen short" {
			cell.in[1].N[cell.at("O2(g)")] = 1e-3
			cell.u[current] = 4010
		}
		err = cell.Solve(&flowsheet.Stage{Cold: true, Tol: 1e-10}, cell.u, cell.x, cell.in, cell.out)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.set, err, c.want)
		}
	}
	for _, c := range []struct{ set, want string }{
		{"unit.anode.radius=0.05 m", "must lie between"}, {"unit.bath.salts.LiF=0.2", "add to"}, {"unit.current=-1 A", "current"},
	} {
		if _, err := tryCell(t, cellFile(`"Nd"`, ndBath, ""), c.set); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.set, err, c.want)
		}
	}
	if _, err := tryCell(t, strings.Replace(cellFile(`"Nd"`, ndBath, ""), `"metal", `, "", 1)); err == nil || !strings.Contains(err.Error(), "metal") {
		t.Errorf("no metals: %v", err)
	}
}

// A cell that heats up until no current efficiency is left is refused as soon as it is seen to run there, not after creeping up to it: without an end
// this takes some 350 Newton steps.
func TestCellRunawayEndsEarly(t *testing.T) {
	c := newCell(t, cellFile(`"Nd"`, ndBath, ""), "unit.heat_loss=2 W/K")
	for _, times := range []float64{0.3, 0.6, 1.2} {
		c.feed("Nd2O3(s)", times)
		err := c.Solve(&flowsheet.Stage{Cold: true, Tol: 1e-13}, c.u, c.x, c.in, c.out)
		var fault *solve.NotConverged
		if !errors.As(err, &fault) || !errors.Is(err, solve.ErrLeaves) || fault.Iterations > 150 || !strings.Contains(err.Error(), "the bath would be at") {
			t.Errorf("fed %g of what is reduced: %v", times, err)
		}
	}
}

// Every parameter of data/cell.toml is read, with a class and a source.
func TestCellData(t *testing.T) {
	all, err := readCellData()
	if err != nil {
		t.Fatal(err)
	}
	if want := cellHandles - bathDensity; len(all) != want {
		t.Errorf("%d parameters, want %d", len(all), want)
	}
	for name, d := range all {
		if d.Source == "" || d.Class == "" {
			t.Errorf("%s has no source or class", name)
		}
	}
}

func ExampleNewCell() {
	tree, _ := conf.Parse("cell.toml", []byte(cellFile(`"Nd"`, ndBath, "")))
	sys := chem.FromConfig(tree.Root().Table("chemistry"))
	cell := NewCell()
	spec, err := cell.Init(flowsheet.Env{System: sys, Param: tree.Root().Table("unit")})
	fmt.Println(err, tree.Err())
	for _, v := range spec.States {
		fmt.Println(v.Name, v.Unit)
	}
	// Output:
	// <nil> <nil>
	// oxide.Nd2O3(s) mol
	// sludge.Nd2O3(s) mol
	// metal.Nd(s) mol
	// anode.C(s) mol
	// T K
}
