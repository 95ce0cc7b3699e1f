package flowsheet_test

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// furnaces are the kinds of the hot end with a heat of their own. The HF scrubber is none: ions have enthalpies at 298.15 K only.
var furnaces = []string{"calciner", "heat_exchanger", "hydrofluorinator", "calciothermic", "electrolysis_cell", "lanthanothermic", "oxidising_roaster", "pick_up"}

// energyCloses wants every furnace of a solved plant to close within 1e-9, by its own enthalpies, by those of chem/thermo alone, and together.
func energyCloses(t *testing.T, p *flowsheet.Plant) {
	t.Helper()
	lib, err := thermo.Load()
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Energy()
	if err != nil {
		t.Fatal(err)
	}
	worst, closed, unknown := 0.0, 0, 0
	for _, u := range e.Units {
		v, _ := p.Unit(u.Tag)
		if u.NoData != nil {
			unknown++
		} else {
			closed++
		}
		if heated := slices.Contains(furnaces, v.Kind); heated != u.Heated {
			t.Errorf("%s: heat of its own %v", u.Tag, u.Heated)
		} else if !heated {
			if u.NoData == nil && u.Rel > 1e-9 {
				t.Errorf("%s: all has an enthalpy, and energy closes to %g", u.Tag, u.Rel)
			}
			continue
		}
		if u.NoData != nil || !(u.Rel <= 1e-9) || u.Share > 0.1 && v.Kind != "heat_exchanger" { // a cooler of liquor leaves out its salts
			t.Errorf("%s: energy closes to %g, no data on %v, %g of the mass left out", u.Tag, u.Rel, u.NoData, u.Share)
		}
		if gap := longWayRound(p.System, lib, v) + u.Heat + u.Work; math.Abs(gap) > 1e-9*u.Turnover {
			t.Errorf("%s: by chem/thermo alone energy is %g W off, of %g W", u.Tag, gap, u.Turnover)
		}
		worst = math.Max(worst, u.Rel)
	}
	if !(e.Plant.Rel <= 1e-9) || !(e.Plant.Turnover > 1e4) || !(e.Plant.Work > 1e3) || len(e.Plant.NoData) == 0 {
		t.Errorf("furnaces together: %+v", e.Plant)
	}
	t.Logf("energy: %d units close, furnaces to %.1e, together to %.1e of %.3g W; no data on %d", closed, worst, e.Plant.Rel, e.Plant.Turnover, unknown)
}

// longWayRound is H(in) − H(out) of solids, gases and water, W, from the library and the streams: what is charged cools to 298.15 K, becomes what is drawn, which heats up.
func longWayRound(sys *chem.System, lib *thermo.Library, v flowsheet.UnitView) (sum float64) {
	count := func(s flowsheet.Stream, sign float64) {
		for i, n := range s.N {
			c := &sys.Components[i]
			if n == 0 || c.Phase == chem.Aqueous && i != sys.Solvent(chem.Aqueous) {
				continue
			}
			if species, tag := lib.Component(c); species != nil {
				sum += sign * n * species.Stable(s.T, tag).H(s.T)
			} else if c.Enthalpy != nil {
				sum += sign * n * c.Enthalpy.At(s.T)
			}
		}
	}
	for _, s := range v.In {
		count(s, 1)
	}
	for k, s := range v.Out {
		if v.Spec.Out[k].Drawn {
			count(s, 1)
		} else {
			count(s, -1)
		}
	}
	return sum
}

// leaky takes a part in ten million of its heat from nowhere.
type leaky struct{ flowsheet.Heated }

func (l leaky) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	return l.Heated.(flowsheet.Unit).Init(env)
}

func (l leaky) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	return l.Heated.(flowsheet.Unit).Solve(st, u, x, in, out)
}

func (l leaky) Supplied(y []float64) (heat, work float64) {
	heat, work = l.Heated.Supplied(y)
	return heat * (1 + 1e-7), work
}

// A furnace that does not close is an error that names it.
func TestEnergyThatDoesNotClose(t *testing.T) {
	kinds := maps.Clone(units.Kinds())
	sound := kinds["calciner"]
	kinds["calciner"] = func() flowsheet.Unit { return leaky{sound().(flowsheet.Heated)} }
	tree, err := conf.Load("../configs/oxide-line.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, kinds)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Solve()
	if f, ok := errors.AsType[*flowsheet.Failure](err); !ok || f.Unit != "calciner" || !strings.Contains(f.Reason, "energy") {
		t.Fatalf("%v", err)
	}
}

// Without data there is no number, and what lacks is named; what nothing happens to closes whatever it is.
func TestEnergyWithoutData(t *testing.T) {
	p := loaded(t, "../configs/magnets.toml")
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	e, err := p.Energy()
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range e.Units {
		if (u.NoData != nil) != math.IsNaN(u.Rel) {
			t.Errorf("%s: %+v", u.Tag, u)
		}
		if u.Tag == "roaster" && !slices.Equal(u.NoData, []string{"NiO(s)", "H(metal)(s)"}) {
			t.Errorf("roaster: no data on %v", u.NoData)
		}
	}
}
