package hydromet

import (
	"math"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// oxalateSlurry sets up a unit of oxalates, with a slurry of one mole of neodymium in crystals, 0.01 dissolved, and a trace of dysprosium.
func oxalateSlurry(t *testing.T, unit flowsheet.Unit, table string) (*chem.System, []float64, []flowsheet.Stream, []flowsheet.Stream) {
	t.Helper()
	s, err := chem.Load(chem.Selection{Elements: []string{"Na", "Cl", "Ca", "Nd", "Dy"}, Families: []string{"aqueous", "water", "oxalate", "salt"}})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Parse("test", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	spec, err := unit.Init(flowsheet.Env{Tag: "unit", System: s, Param: tree.Root()})
	if err != nil {
		t.Fatal(err)
	}
	var u []float64
	for _, h := range spec.Handles {
		u = append(u, h.Value)
	}
	in := []flowsheet.Stream{{T: 300, N: make([]float64, len(s.Components))}}
	for name, n := range map[string]float64{"H2O": 100, "H+": 2, "Na+": 0.3, "Cl-": 2.5, "C2O4-2": 0.2, "Nd+3": 0.01, "Dy+3": 1e-3, "Nd2(C2O4)3·10H2O(s)": 0.5} {
		i, ok := s.Index(name)
		if !ok {
			t.Fatal(name)
		}
		in[0].N[i] = n
	}
	return s, u, in, []flowsheet.Stream{{N: make([]float64, len(s.Components))}}
}

// keeps checks elements and charge.
func keeps(t *testing.T, s *chem.System, in, out []float64) {
	t.Helper()
	for e := range s.Elements {
		if a, b := s.ElementFlow(e, in), s.ElementFlow(e, out); math.Abs(a-b) > 1e-13*math.Abs(a) {
			t.Errorf("%s: %g in, %g out", s.Elements[e].Symbol, a, b)
		}
	}
	if a, b := s.ChargeFlow(in), s.ChargeFlow(out); math.Abs(a-b) > 1e-12 {
		t.Errorf("charge %g in, %g out", a, b)
	}
}

// A trace goes down with its host: of dysprosium, all dissolved, the share of all rare earths that is precipitated.
func TestTracesAreCarriedDown(t *testing.T) {
	for _, D := range []float64{1, 0.25} {
		unit := NewCarryDown()
		s, u, in, out := oxalateSlurry(t, unit, "distribution = 1")
		u[0] = D
		if err := unit.Solve(nil, u, nil, in, out); err != nil {
			t.Fatal(err)
		}
		keeps(t, s, in[0].N, out[0].N)
		dy, _ := s.Index("Dy2(C2O4)3·10H2O(s)")
		nd, _ := s.Index("Nd2(C2O4)3·10H2O(s)")
		want := 1e-3 * D / (D + 0.011)
		if got := 2 * out[0].N[dy]; math.Abs(got/want-1) > 1e-12 {
			t.Errorf("D %g: %g mol/s of dysprosium go down, want %g", D, got, want)
		}
		if D < 1 && out[0].N[nd] != 0.5 {
			t.Errorf("D %g: the host moves to %g", D, out[0].N[nd])
		}
	}
}

// A cake's liquor leaves its sodium as salt and its metals as oxalates, as far as chloride and oxalate go; acid stays with the moisture.
func TestCakeDries(t *testing.T) {
	unit := NewCakeDryer()
	s, u, in, out := oxalateSlurry(t, unit, "")
	at := func(name string) int { i, _ := s.Index(name); return i }
	if err := unit.Solve(nil, u, nil, in, out); err != nil {
		t.Fatal(err)
	}
	keeps(t, s, in[0].N, out[0].N)
	n := out[0].N
	for name, want := range map[string]float64{"NaCl(s)": 0.3, "Na+": 0, "Cl-": 2.2, "H+": 2, "Dy+3": 0, "Dy2(C2O4)3·10H2O(s)": 5e-4, "Nd2(C2O4)3·10H2O(s)": 0.505} {
		if math.Abs(n[at(name)]-want) > 1e-15 {
			t.Errorf("%s: %g, want %g", name, n[at(name)], want)
		}
	}
	in[0].N[at("C2O4-2")], in[0].N[at("Cl-")] = 0.0055, 0.1 // a third of the oxalate that 0.011 of metal take
	if err := unit.Solve(nil, u, nil, in, out); err != nil {
		t.Fatal(err)
	}
	keeps(t, s, in[0].N, out[0].N)
	for name, want := range map[string]float64{"NaCl(s)": 0.1, "Na+": 0.2, "Cl-": 0, "C2O4-2": 0, "Nd+3": 0.01 * 2 / 3, "Dy+3": 1e-3 * 2 / 3} {
		if math.Abs(out[0].N[at(name)]-want) > 1e-15 {
			t.Errorf("short: %s: %g, want %g", name, out[0].N[at(name)], want)
		}
	}
}
