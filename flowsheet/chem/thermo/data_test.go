package thermo

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

func library(t testing.TB, files ...string) *Library {
	t.Helper()
	lib, err := Load(files...)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// grid are temperatures over a range, its ends among them.
func grid(lo, hi float64) []float64 {
	var all []float64
	for i := range 17 {
		all = append(all, lo+(hi-lo)*float64(i)/16)
	}
	return all
}

// every calls f for each form with its species.
func every(lib *Library, f func(s *Species, form *Form)) {
	for _, n := range lib.Names() {
		for _, form := range lib.species[n].Forms {
			f(lib.species[n], form)
		}
	}
}

// Every number has a source and a class, every form an uncertainty, every species a formula of known elements.
func TestProvenance(t *testing.T) {
	elements := map[string]bool{}
	constants, err := chem.Constants()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range constants {
		if rest, ok := strings.CutPrefix(c.Name, "element."); ok {
			elements[strings.TrimSuffix(rest, ".mass")] = true
		}
	}
	for _, symbol := range strings.Fields("Ar B Br Li F I Sr Si Ti Cr Pb Cd Th U Co Cu Ni Zn K N P Ba") { // of this data alone
		elements[symbol] = true
	}
	forms, numbers := 0, 0
	every(library(t), func(s *Species, f *Form) {
		forms++
		for _, n := range f.Numbers {
			numbers++
			if n.Source == "" || n.Class == "" || n.Text == "" || strings.Contains(n.Text, "NaN") {
				t.Errorf("%s: %+v", f.Name(), n)
			}
		}
		c := f.chain
		if c.uClass == "" || !(c.uh >= 0) || !(c.us >= 0) || f.HasHeat() && !(c.content >= 0) || math.IsNaN(c.h298) {
			t.Errorf("%s: uncertainty %+v", f.Name(), c)
		}
		if f.Class == "" || len(f.Numbers) == 0 || f.Lo > f.Hi || f.Lo <= 0 {
			t.Errorf("%s: %+v", f.Name(), f)
		}
		for symbol := range s.Atoms {
			if !elements[symbol] {
				t.Errorf("%s: %q is no element", s.Name, symbol)
			}
		}
	})
	if forms < 400 || numbers < 1200 {
		t.Errorf("only %d forms with %d numbers", forms, numbers)
	}
	t.Logf("%d species, %d forms, %d numbers", len(library(t).Names()), forms, numbers)
}

// Cp = dH/dT, Cp/T = dS/dT and G = H − TS on every form, by central differences.
func TestDerivatives(t *testing.T) {
	worst := 0.0
	every(library(t), func(_ *Species, f *Form) {
		if !f.HasHeat() || f.Hi == f.Lo {
			return
		}
		for _, p := range f.pieces {
			for _, T := range grid(p.lo+1, p.hi-1) {
				const d = 0.01
				cp := (p.h(T+d) - p.h(T-d)) / (2 * d)
				dS := T * (p.s(T+d) - p.s(T-d)) / (2 * d)
				for _, v := range []float64{cp, dS} {
					if f.HasEntropy() || v == cp {
						off := math.Abs(v-p.cp(T)) / (math.Abs(p.cp(T)) + 1)
						worst = max(worst, off)
						if off > 1e-5 {
							t.Errorf("%s at %g K: %g, Cp %g", f.Name(), T, v, p.cp(T))
						}
					}
				}
				if g := f.H(T) - T*f.S(T); f.HasEntropy() && math.Abs(g-f.G(T)) > 1e-9*math.Abs(g) {
					t.Errorf("%s at %g K: G %g, H − TS %g", f.Name(), T, f.G(T), g)
				}
			}
		}
	})
	t.Logf("largest relative deviation of a difference from Cp: %.1e", worst)
}

// Within a form H and S are continuous; between forms of a chain ΔG = 0 at the transition, and ΔH and ΔS are not negative.
func TestContinuity(t *testing.T) {
	var inside, across float64
	var where, place string
	every(library(t), func(s *Species, f *Form) {
		for i := 1; i < len(f.pieces); i++ {
			a, b := &f.pieces[i-1], &f.pieces[i]
			if f.HasEntropy() {
				gap := max(math.Abs(a.h(a.hi)-b.h(b.lo)), a.hi*math.Abs(a.s(a.hi)-b.s(b.lo)))
				if gap > inside {
					inside, where = gap, f.Name()
				}
				if gap > 60 { // J/mol; the fits of the source meet at 1000 K to this
					t.Errorf("%s jumps by %.3g J/mol at %g K", f.Name(), gap, a.hi)
				}
			}
		}
		for _, g := range s.Forms {
			if g == f || g.chain != f.chain || g.Lo != f.Hi || !f.HasEntropy() {
				continue
			}
			T := g.Lo
			gap := math.Abs(f.G(T) - g.G(T))
			if gap > across {
				across, place = gap, f.Name()+" to "+g.Name()
			}
			if gap > 60 {
				t.Errorf("%s to %s: ΔG %.4g J/mol at %g K", f.Name(), g.Name(), g.G(T)-f.G(T), T)
			}
			if g.H(T)-f.H(T) < -60 {
				t.Errorf("%s to %s gives heat: %g J/mol", f.Name(), g.Name(), g.H(T)-f.H(T))
			}
		}
	})
	t.Logf("largest jump within a form %.3g J/mol (%s), largest ΔG at a transition %.3g J/mol (%s)", inside, where, across, place)
}

// Elements in their reference state are 0 at 298.15 K: no atomisation enthalpy of a metal passes for its solid, as in PrOMMiS (Nd +326.9).
func TestReferenceStates(t *testing.T) {
	lib := library(t)
	for _, n := range strings.Fields("La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Y Sc Ca Mg Al Fe Li C O2 N2 H2 F2 Cl2 Ar S") {
		s, err := lib.Species(n)
		if err != nil {
			t.Error(err)
			continue
		}
		if f := s.Stable(Room, ""); math.Abs(f.H(Room)) > 15 { // J/mol, the rounding of the fits
			t.Errorf("%s at 298.15 K: H %g J/mol", f.Name(), f.H(Room))
		}
	}
}

// The other errors found in databases are not in this one.
func TestDatabaseErrors(t *testing.T) {
	lib := library(t)
	h := func(name string) float64 {
		s, err := lib.Species(name)
		if err != nil {
			t.Fatal(err)
		}
		return s.Stable(Room, "").H(Room) / 1000
	}
	// CRC: NdF3 -1657 is kept as an alternative, by name; SmF3 -1778 is below LaF3
	if math.Abs(h("NdF3")+1679.4) > 1e-9 || h("NdF3@CRC") != -1657 || h("SmF3") < h("LaF3") || h("SmF3") != -1669 {
		t.Errorf("NdF3 %g, NdF3@CRC %g, SmF3 %g", h("NdF3"), h("NdF3@CRC"), h("SmF3"))
	}
	// PrOMMiS mixes hydrates: its oxalates of La and Pr are near -5918, those of Nd and Ce -6782; decahydrates lie within 100 of each other
	for _, e := range strings.Fields("La Ce Pr Nd Sm Gd Dy Y") {
		if v := h(e + "2(C2O4)3·10H2O"); math.Abs(v+6800) > 60 {
			t.Errorf("%s oxalate: %g kJ/mol", e, v)
		}
	}
	// and takes 45.75 J/(mol K) for a decahydrate, which holds 10 water
	if s, err := lib.Species("Nd2(C2O4)3.10H2O"); err != nil || s.Forms[0].Cp(Room) < 10*37 {
		t.Errorf("Nd oxalate: %v", err)
	}
	// SUPCRT78: kaolinite -4109.6 and boehmite -983.6 are 10 kJ/mol off
	if math.Abs(h("kaolinite")+4119.6) > 0.1 || math.Abs(h("boehmite")+996.4) > 0.1 {
		t.Errorf("kaolinite %g, boehmite %g", h("kaolinite"), h("boehmite"))
	}
	// minteq.v4: ΔH of Co(OH)2 + 2 H+ stands as -0.0, which means missing
	r, err := lib.Parse("Co(OH)2 + 2 H+ = Co+2 + 2 H2O(l)")
	if err != nil {
		t.Fatal(err)
	}
	v := r.NewValues()
	if r.At(Room, v); math.Abs(v.H/1000+90.2) > 0.3 {
		t.Errorf("Co(OH)2: %g kJ/mol", v.H/1000)
	}
}

// Shomate constants of NIST and the NASA polynomials give the same Cp, H and S.
func TestShomateAgreesWithNASA(t *testing.T) {
	lib := library(t)
	for _, n := range []string{"O2", "H2O", "CO2", "N2"} {
		a, b := lib.species[n].Stable(900, "g"), lib.species[n+"@NIST"].Stable(900, "g")
		for _, T := range grid(max(b.Lo, 700), b.Hi) {
			if math.Abs(a.H(T)-b.H(T)) > 150 || math.Abs(a.S(T)-b.S(T)) > 0.15 || math.Abs(a.Cp(T)-b.Cp(T)) > 0.01*a.Cp(T) {
				t.Errorf("%s at %g K: H %.0f and %.0f, S %.3f and %.3f, Cp %.3f and %.3f", n, T, a.H(T), b.H(T), a.S(T), b.S(T), a.Cp(T), b.Cp(T))
			}
		}
	}
}

const mine = `
[source.mine]
text = "my laboratory"
class = "measured"
u_hf = "1 kJ/mol"
u_s = "1 J/(mol K)"
u_heat = 0.01

[entry.NdF3]
hf = "-1657 kJ/mol"
s = "120.8 J/(mol K)"
by = "mine"
steps = [ { state = "s", lo = "298.15 K", hi = "1000 K", cp = [90.0] } ]

[entry."Tb4O7"]
hf = "-3800 kJ/mol"
s = "300 J/(mol K)"
by = "mine"
steps = [
  { state = "s", phase = "α", lo = "298.15 K", T = [298.15, 400, 800], cp_at = [200.0, 230.0, 250.0] },
  { state = "s", phase = "β", dH = "4 kJ/mol", hi = "1200 K", cp = [250.0, 0.01] } ]
`

func write(t *testing.T, text string) string {
	name := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A user's file replaces entries and adds others, here with a table of Cp.
func TestOwnFile(t *testing.T) {
	lib := library(t, write(t, mine))
	ndf3 := lib.species["NdF3"]
	if len(ndf3.Forms) != 1 || math.Abs(ndf3.Forms[0].H(Room)+1657e3) > 1e-6 || ndf3.Forms[0].Class != chem.Measured || ndf3.Forms[0].Numbers[0].Source != "my laboratory" {
		t.Errorf("NdF3: %+v", ndf3.Forms[0])
	}
	tb := lib.species["Tb4O7"]
	if tb == nil || len(tb.Forms) != 2 {
		t.Fatal("no Tb4O7 with two forms")
	}
	a, b := tb.Forms[0], tb.Forms[1]
	if cp := a.Cp(600); math.Abs(cp-240) > 1e-9 {
		t.Errorf("Cp at 600 K %g, want 240", cp)
	}
	want := -3800e3 + 215*(400-298.15) + 240*400 // trapezoids
	if h := a.H(800); math.Abs(h-want) > 1e-6 {
		t.Errorf("H at 800 K %g, want %g", h, want)
	}
	if d := b.H(800) - a.H(800); math.Abs(d-4000) > 1e-6 || math.Abs(b.G(800)-a.G(800)) > 1e-6 {
		t.Errorf("transition: ΔH %g, ΔG %g", d, b.G(800)-a.G(800))
	}
	if got := tb.Stable(799, ""); got != a {
		t.Errorf("stable at 799 K: %s", got.Name())
	}
	if got := tb.Stable(801, ""); got != b {
		t.Errorf("stable at 801 K: %s", got.Name())
	}
}

func TestBadFiles(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`by = "mine"`, `by = "min"`, `there is no source "min"; did you mean "mine"?`},
		{`hf = "-1657 kJ/mol"`, `hf = "-1657 K"`, "wrong dimension"},
		{`hi = "1000 K"`, `hi = "100 K"`, "hi not below lo"},
		{`cp = [90.0]`, `cp = [90.0, "a"]`, "needs a finite number"},
		{`cp = [90.0]`, `cpp = [90.0]`, "unknown key \"cpp\""},
		{`cp_at = [200.0, 230.0, 250.0]`, `cp_at = [200.0, 230.0]`, "as many cp_at"},
		{`[298.15, 400, 800]`, `[298.15, 900, 800]`, "rising temperatures"},
		{`"Tb4O7"`, `"terbia"`, "give the key formula"},
		{`class = "measured"`, `class = "sure"`, "class"},
		{`u_hf = "1 kJ/mol"`, ``, "how uncertain the enthalpy"},
		{`state = "s", lo`, `state = "x", lo`, "state"},
		{`dH = "4 kJ/mol", `, ``, "dH"},
	} {
		text := strings.Replace(mine, c.from, c.to, 1)
		if text == mine {
			t.Fatalf("%q is not in the file", c.from)
		}
		if _, err := Load(write(t, text)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "mine.toml:") {
			t.Errorf("%s: %v, want %q with its line", c.to, err, c.want)
		}
	}
}

// A data file is read or refused by line; what is read evaluates, or says that it lacks numbers.
func FuzzData(f *testing.F) {
	f.Add(mine)
	f.Add("[source.a]\ntext = \"t\"\nclass = \"assumed\"\n[vapour.Sm]\npieces = [{state=\"s\", lo=\"1 K\", hi=\"2 K\", A=1, B=\"1 K\", C=0, D=\"0 1/K\", by=\"a\"}]\n")
	f.Add("[source.a]\ntext = \"t\"\nclass = \"assumed\"\n[melt.\"A-B\"]\nby = \"a\"\nsalts = [{name=\"A\", fusion=\"1 J/mol\", melts=\"900 K\"},{name=\"B\", fusion=\"1 J/mol\", melts=\"900 K\"}]\nexcess = [{constant=\"1 J/mol\"}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := conf.Parse("f.toml", []byte(text))
		if err != nil {
			return
		}
		b := newBuilder()
		if b.read(tree) != nil {
			return
		}
		b.assemble()
		every(b.lib, func(s *Species, form *Form) {
			if s.Stable(700, "") == nil || len(form.Numbers) == 0 || form.Class == "" {
				t.Errorf("%s: %+v", form.Name(), form)
			}
			if h := form.H(700); math.IsNaN(h) && form.HasHeat() {
				t.Errorf("%s: H %g", form.Name(), h)
			}
		})
	})
}

// The entropy of YF3 is what its neighbours leave: that of each trifluoride changes from metal to metal as half that of the sesquioxide.
func TestYttriumFluorideEntropy(t *testing.T) {
	lib := library(t)
	entropy := func(name string) float64 {
		s, err := lib.Species(name)
		if err != nil {
			t.Fatal(err)
		}
		return s.Stable(Room, "").S(Room)
	}
	got := entropy("YF3")
	for _, m := range []string{"Gd", "Dy", "Ho", "Er", "Lu"} {
		like := entropy(m+"F3") - (entropy(m+"2O3")-entropy("Y2O3"))/2
		if math.Abs(like-got) > 5 {
			t.Errorf("YF3 %.1f J/(mol K), after %sF3 %.1f", got, m, like)
		}
	}
	if recalled := entropy("YF3@RECALLED"); recalled < got+15 {
		t.Errorf("the set apart has %.1f", recalled)
	}
}
