package cost

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"reetwin/flowsheet/chem"
)

func system(t testing.TB, elements string, families ...string) *chem.System {
	t.Helper()
	s, err := chem.Load(chem.Selection{Elements: strings.Fields(elements), Families: families})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func data(t testing.TB) *Book {
	t.Helper()
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *Book) wantedOf(t testing.TB, grade string) Wanted {
	t.Helper()
	for i, g := range b.Grades {
		if g.Name == grade {
			return Wanted{Name: "p", Streams: []string{"s"}, Grade: &b.Grades[i], Of: g.Of, Form: g.Convention}
		}
	}
	t.Fatalf("no grade %q", grade)
	return Wanted{}
}

// flow is mol/s by component from kg/s.
func flow(t testing.TB, s *chem.System, kg map[string]float64) []float64 {
	t.Helper()
	n := make([]float64, len(s.Components))
	for name, m := range kg {
		c, ok := s.Index(name)
		if !ok {
			t.Fatalf("no component %s", name)
		}
		n[c] = m / s.Components[c].M
	}
	return n
}

func close(t testing.TB, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*math.Max(1, math.Abs(want)) {
		t.Errorf("%s is %.15g, want %.15g", what, got, want)
	}
}

func demand(t testing.TB, p Product, what string) Demand {
	t.Helper()
	for _, d := range p.Demands {
		if d.What == what {
			return d
		}
	}
	t.Fatalf("no demand %s", what)
	return Demand{}
}

// An oxide made of known masses comes out as weighed: total, relative purity, limits, and the impurity that limits.
func TestOxideAgainstGrade(t *testing.T) {
	s := system(t, "Fe Ca Nd Pr La Cl", "oxide", "gangue")
	b := data(t)
	p := b.product(s, b.wantedOf(t, "Nd2O3 99.5"), flow(t, s, map[string]float64{"Nd2O3(s)": 99.3, "La2O3(s)": 0.3, "Fe2O3(s)": 0.0005, "CaO(s)": 0.3995}), inventory{})
	close(t, "total", *p.Total, 0.996)
	close(t, "relative", *p.Relative, 99.3/99.6)
	close(t, "content", p.Content, 99.3)
	close(t, "Fe2O3", *demand(t, p, "Fe2O3").Value, 5e-6)
	close(t, "Fe2O3 of its limit", *demand(t, p, "Fe2O3").Used, 0.5)
	close(t, "CaO of its limit", *demand(t, p, "CaO").Used, 79.9)
	close(t, "La used", *demand(t, p, "relative").Used, (0.3/99.6)/0.005)
	close(t, "La", p.Impurities["La2O3"], 0.003)
	if d := demand(t, p, "relative"); !*d.Met || d.By != "La2O3" {
		t.Errorf("relative: %+v", d)
	}
	if l := p.Limiting; l.Impurity != "CaO" || l.Demand != "CaO" || *p.Met {
		t.Errorf("limiting %+v, met %v", l, *p.Met)
	}
	if d := demand(t, p, "Cl"); d.Met != nil || !strings.Contains(d.Why, "carries none") {
		t.Errorf("chlorine, of which the model carries none: %+v", d)
	}
}

// Praseodymium counts as Pr6O11, whatever form it flows in.
func TestTradeOxide(t *testing.T) {
	s := system(t, "Nd Pr Fe", "oxide", "gangue")
	b := data(t)
	n := flow(t, s, map[string]float64{"Pr2O3(s)": 1, "Nd2O3(s)": 3})
	p := b.product(s, b.wantedOf(t, "NdPr oxide 99"), n, inventory{})
	pr := 140.90766
	want := (6*pr + 11*15.999) / (6*pr + 9*15.999)
	close(t, "Pr as Pr6O11", p.Shares["Pr"]*p.Content, want)
	if d := demand(t, p, "relative"); d.Met != nil {
		t.Errorf("no other rare earth in the model, yet relative purity is %+v", d)
	}
	if p.Met != nil {
		t.Error("a grade of which much is not known is met")
	}
}

// A metal counts as metal; everything known and within limits is met, an alloy counts by its content.
func TestMetal(t *testing.T) {
	s := system(t, "Ca F Dy Fe Nd", "metal", "fluoride", "oxide", "calcium", "gangue")
	b := data(t)
	g := b.wantedOf(t, "Dy metal 99")
	own := *g.Grade
	own.Limits = own.Limits[:3] // Ca, O, F
	g.Grade = &own
	p := b.product(s, g, flow(t, s, map[string]float64{"Dy(s)": 99.7, "Ca(s)": 0.02, "Dy2O3(s)": 0.1, "DyF3(s)": 0.05, "Nd(s)": 0.1}), inventory{})
	if p.Met == nil || !*p.Met {
		t.Errorf("%+v", p.Demands)
	}
	dyf3 := 162.5 + 3*18.998403162
	close(t, "F", *demand(t, p, "F").Value, 0.05*3*18.998403162/dyf3/99.97)
	if p.Limiting.Impurity != "Ca" {
		t.Errorf("limiting %+v", p.Limiting)
	}
	alloy := b.product(s, b.wantedOf(t, "DyFe 80"), flow(t, s, map[string]float64{"Dy(s)": 79, "Fe(s)": 21}), inventory{})
	if d := demand(t, alloy, "content"); *d.Met || d.By != "Fe" {
		t.Errorf("%+v", d)
	}
}

// Mass fractions of random mixtures: shares add to 1, the impurities and what is bought account for all of the mass of cations,
// and scaling a stream changes no fraction. The seed is unused.
func TestRandomProducts(t *testing.T) {
	s := system(t, "Fe Ca Al Nd Pr La Ce Tb Dy Y", "oxide", "gangue")
	b := data(t)
	dice := rand.New(rand.NewPCG(7710_2311, 1))
	first, end := s.Span(chem.Solid)
	for range 200 {
		n := make([]float64, len(s.Components))
		for c := first; c < end; c++ {
			n[c] = math.Pow(10, -6*dice.Float64())
		}
		p := b.product(s, b.wantedOf(t, "NdPr oxide 99"), n, inventory{})
		sum := 0.0
		for _, v := range p.Shares {
			sum += v
		}
		close(t, "sum of shares", sum, 1)
		used, worst := 0.0, ""
		for _, d := range p.Demands {
			if d.Used != nil && *d.Used > used {
				used, worst = *d.Used, d.What
			}
			if d.Met != nil && d.Used != nil && *d.Met != (*d.Used <= 1) && math.Abs(*d.Used-1) > 1e-9 {
				t.Errorf("%+v", d)
			}
		}
		if p.Limiting.Demand != worst {
			t.Errorf("limiting %s, worst %s", p.Limiting.Demand, worst)
		}
		for c := range n {
			n[c] *= 37
		}
		q := b.product(s, b.wantedOf(t, "NdPr oxide 99"), n, inventory{})
		for what, v := range p.Impurities {
			close(t, what, q.Impurities[what], v)
		}
	}
}
