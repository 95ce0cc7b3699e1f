package sx

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// rig is a section beside a plant.
type rig struct {
	sys     *chem.System
	s       *Section
	spec    flowsheet.Spec
	u, x    []float64
	in, out []flowsheet.Stream
}

func newRig(t testing.TB, stages int, aqueous string) *rig {
	t.Helper()
	sys, err := chem.Load(chem.Selection{Elements: append([]string{"S", "Cl"}, metals...),
		Families: []string{"aqueous", "organic", "oxide"}, Extractant: "D2EHPA"})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := conf.Parse("test", fmt.Appendf(nil, "stages = %d\naqueous = %q\nmodel = \"D2EHPA-UKy\"\naqueous_holdup = \"20 L\"\norganic_holdup = \"12 L\"\n", stages, aqueous))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{sys: sys, s: NewSection().(*Section)}
	if r.spec, err = r.s.Init(flowsheet.Env{Tag: "rig", System: sys, Param: tree.Root(), In: []string{"aqueous", "organic"}, Out: []string{"aqueous", "organic"}}); err != nil {
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
	for range 2 {
		r.in = append(r.in, flowsheet.Stream{T: 298.15, N: make([]float64, len(sys.Components))})
		r.out = append(r.out, flowsheet.Stream{N: make([]float64, len(sys.Components))})
	}
	return r
}

// feed sets both inlets to those of a published case, in the source's moles.
func (r *rig) feed(ref *reference, c *referenceCase) {
	const perHour = 1e-3 / 3600
	put := func(p int, name string, n float64) {
		i, ok := r.sys.Index(name)
		if !ok {
			panic("no component " + name)
		}
		r.in[p].N[i] = n
	}
	A, O := c.AqueousIn.Flow*perHour, c.OrganicIn.Flow*perHour
	aq, org := c.AqueousIn.Tenors, c.OrganicIn.Tenors
	water, diluent := r.sys.Solvent(chem.Aqueous), r.sys.Solvent(chem.Organic)
	r.in[0].N[water] = A / r.sys.Components[water].V
	r.in[1].N[diluent] = O / r.sys.Components[diluent].V
	put(0, "H+", A*ref.acid(aq, c.MassH))
	put(0, "SO4-2", A*ref.sulfate(aq))
	put(0, "Cl-", A*aq["Cl"]/ref.MolarMass["Cl"])
	put(1, "D2EHPA", O*org["DEHPA"]/ref.MolarMass["DEHPA"])
	for _, m := range metals {
		e, _ := r.sys.Element(m)
		r.in[0].N[r.sys.ByKey(chem.Aqueous, e)] = A * aq[m] / ref.MolarMass[m]
		r.in[1].N[r.sys.ByKey(chem.Organic, e)] = O * org[m] / ref.MolarMass[m]
	}
}

func (r *rig) solve(cold bool) error {
	return r.s.Solve(&flowsheet.Stage{Tol: 1e-13, Cold: cold}, r.u, r.x, r.in, r.out)
}

func (r *rig) index(name string) int {
	i, ok := r.sys.Index(name)
	if !ok {
		panic("no component " + name)
	}
	return i
}

// The unit as the plant sees it: profile, outlets and numbering against every published section.
func TestSectionPublished(t *testing.T) {
	ref := readReference(t)
	for i := range ref.Cases {
		c := &ref.Cases[i]
		r := newRig(t, c.Stages, c.Aqueous)
		r.feed(ref, c)
		if err := r.solve(true); err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		rep := r.s.Report(r.u, r.x, r.in, r.out)
		y := make([]float64, len(r.spec.Signals))
		r.s.Observe(r.u, r.x, r.in, r.out, y)
		for j, p := range c.Profile {
			got := rep.Profile[j]
			if got.Stage != p.Stage {
				t.Fatalf("%s: profile entry %d is stage %d", c.Name, j, got.Stage)
			}
			check := func(what string, got, want float64) {
				t.Helper()
				if !near(got, want, c.Tolerance) {
					t.Errorf("%s stage %d: %s is %.9g mol/m3, published %.9g", c.Name, p.Stage, what, got, want)
				}
			}
			for _, m := range metals {
				if slices.Contains(ref.Exclude[c.Name], m) {
					continue
				}
				e, _ := r.sys.Element(m)
				check(m, got.Aqueous[r.sys.ByKey(chem.Aqueous, e)], p.Aqueous[m]/ref.MolarMass[m])
				check("organic "+m, got.Organic[r.sys.ByKey(chem.Organic, e)], p.Organic[m]/ref.MolarMass[m])
			}
			check("acid", got.Aqueous[r.index("H+")], ref.acid(p.Aqueous, c.MassH))
			check("sulfate", got.Aqueous[r.index("SO4-2")], ref.sulfate(p.Aqueous))
			check("D2EHPA", got.Organic[r.index("D2EHPA")], p.Organic["DEHPA"]/ref.MolarMass["DEHPA"])
			if p.PH != 0 && (math.Abs(got.PH-p.PH) > 1e-5 || y[j] != got.PH) {
				t.Errorf("%s stage %d: pH %.7f, signal %.7f, published %.7f", c.Name, p.Stage, got.PH, y[j], p.PH)
			}
		}
		leaves := rep.Profile[c.Stages-1]
		if c.Aqueous == "backward" {
			leaves = rep.Profile[0]
		}
		nd, A := r.index("Nd+3"), r.sys.PhaseVolume(chem.Aqueous, r.in[0].N)
		if !near(r.out[0].N[nd], A*leaves.Aqueous[nd], 1e-12) {
			t.Errorf("%s: the outlet carries %g mol/s of Nd, the last stage %g", c.Name, r.out[0].N[nd], A*leaves.Aqueous[nd])
		}
	}
}

// Elements close to rounding although D(Y) is 1e9, and the trace of Y in the raffinate keeps its digits.
func TestClosesToRounding(t *testing.T) {
	ref := readReference(t)
	for i := range ref.Cases {
		c := &ref.Cases[i]
		r := newRig(t, c.Stages, c.Aqueous)
		r.feed(ref, c)
		if err := r.solve(true); err != nil {
			t.Fatal(err)
		}
		for e, el := range r.sys.Elements {
			in := r.sys.ElementFlow(e, r.in[0].N) + r.sys.ElementFlow(e, r.in[1].N)
			out := r.sys.ElementFlow(e, r.out[0].N) + r.sys.ElementFlow(e, r.out[1].N)
			if !near(out, in, 1e-15) {
				t.Errorf("%s: %s in %.17g, out %.17g mol/s", c.Name, el.Symbol, in, out)
			}
		}
	}
}

func TestWarmAndColdAgree(t *testing.T) {
	ref := readReference(t)
	r := newRig(t, 3, "forward")
	r.feed(ref, &ref.Cases[0])
	if err := r.solve(true); err != nil {
		t.Fatal(err)
	}
	for i := range r.in[0].N {
		r.in[0].N[i] *= 1.3
	}
	if err := r.solve(false); err != nil {
		t.Fatal(err)
	}
	warm := slices.Clone(r.x)
	if err := r.solve(true); err != nil {
		t.Fatal(err)
	}
	for i, v := range r.x {
		if !near(warm[i], v, 1e-12) {
			t.Errorf("variable %d: warm %.16g, cold %.16g", i, warm[i], v)
		}
	}
}

// March reaches, from the cold start and through implicit steps, what Newton finds at once.
func TestMarch(t *testing.T) {
	ref := readReference(t)
	for i := range ref.Cases {
		for _, R := range []float64{0, 1e-3} {
			c := &ref.Cases[i]
			k := ref.cascade(c.Stages)
			ref.set(k, c)
			k.data[rate] = R
			for j := range k.n {
				k.prevQ[j], k.prevE[j], k.prevS[j] = 30, 120, 15
			}
			k.inerts()
			v, w := make([]float64, 2*k.n), make([]float64, 2*k.n)
			if f := k.solve(v, 1e-12, true); f.cause != none {
				t.Fatalf("%s: %+v", c.Name, f)
			}
			for j := range w {
				w[j] = v[j] - 2 // a factor 7 in acid and extractant
			}
			if !k.march(w, 1e-12) {
				t.Errorf("%s, rate %g: the march does not arrive", c.Name, R)
			}
			for j := range v {
				if math.Abs(v[j]-w[j]) > 1e-9 {
					t.Errorf("%s, rate %g: unknown %d is %.12g by march, %.12g by Newton", c.Name, R, j, w[j], v[j])
				}
			}
		}
	}
}

// The tolerance of the plant, 1e-13, is reached or met by rounding however many stages there are.
func TestManyStages(t *testing.T) {
	ref := readReference(t)
	for _, n := range []int{1, 10, 60, 200} {
		for i := range ref.Cases {
			k := ref.cascade(n)
			ref.set(k, &ref.Cases[i])
			if f := k.solve(make([]float64, 2*n), 1e-13, true); f.cause != none {
				t.Errorf("%d stages of %s: %+v", n, ref.Cases[i].Name, f)
			}
		}
	}
}

func TestPhasesApart(t *testing.T) {
	ref := readReference(t)
	for _, missing := range []string{"aqueous", "organic", "both", "extractant"} {
		for _, R := range []float64{0, 1e-3} {
			r := newRig(t, 3, "forward")
			r.feed(ref, &ref.Cases[0])
			if missing != "organic" && missing != "extractant" {
				clear(r.in[0].N)
			}
			if missing == "extractant" {
				d := r.sys.Solvent(chem.Organic)
				diluent := r.in[1].N[d]
				clear(r.in[1].N)
				r.in[1].N[d] = diluent
			} else if missing != "aqueous" {
				clear(r.in[1].N)
			}
			r.in[1].T = 310
			st := &flowsheet.Stage{Tol: 1e-12, Cold: true, Rate: R, Prev: make([]float64, len(r.x))}
			for range 60 {
				if err := r.s.Solve(st, r.u, r.x, r.in, r.out); err != nil {
					t.Fatalf("%s, rate %g: %v", missing, R, err)
				}
				copy(st.Prev, r.x)
				st.Rate /= 1.5 // long steps: what is there passes in the end
			}
			for p := range r.in {
				for i, n := range r.in[p].N {
					if !near(r.out[p].N[i], n, 1e-5) {
						t.Errorf("without %s, rate %g: %s enters with %g and leaves with %g mol/s", missing, R, r.sys.Components[i].Name, n, r.out[p].N[i])
					}
				}
			}
			report := r.s.Report(r.u, r.x, r.in, r.out)
			said := slices.ContainsFunc(report.Warnings, func(w flowsheet.Warning) bool {
				return w.Code == "no_contact" && w.Where == missing+" inlet"
			})
			if want := missing == "aqueous" || missing == "organic"; said != want {
				t.Errorf("without %s: warnings %v", missing, report.Warnings)
			}
			for _, p := range report.Profile {
				if gone := missing == "aqueous" || missing == "both"; (p.Aqueous == nil) != gone || math.IsNaN(p.PH) != gone {
					t.Errorf("without %s: profile %+v", missing, p)
				}
			}
		}
	}
}

func TestErrorsNameStageAndAmount(t *testing.T) {
	ref := readReference(t)
	for _, c := range []struct {
		name  string
		spoil func(r *rig)
		want  []string
	}{
		{"alkaline", func(r *rig) { r.in[0].N[r.index("H+")] = -1 }, []string{"stage 1: acidity plus metal charge is -", "mol/m3: the aqueous needs acid"}},
		{"extractant exhausted", func(r *rig) { r.in[1].N[r.index("D2EHPA")] *= 0.02 }, []string{"free D2EHPA exhausted: metals need ", " mol/m3, ", "available"}},
		{"acid exhausted", func(r *rig) {
			r.in[0].N[r.index("H+")] *= 0.01
			r.in[1].N[r.index("Al(D2EHPA)3")] *= 10
		}, []string{"free acid exhausted: metals in the aqueous need ", "available"}},
		{"negative metal", func(r *rig) { r.in[0].N[r.index("Nd+3")] = -1e-3 }, []string{"Nd+3 enters with the negative flow -0.001 mol/s"}},
		{"bare diluent with metal", func(r *rig) { r.in[1].N[r.index("D2EHPA")] = -1 }, []string{"D2EHPA, free and bound, is -", "mol/m3: the organic needs extractant"}},
		{"too steep", func(r *rig) {
			for _, n := range []string{"D2EHPA", "kerosene"} {
				r.in[1].N[r.index(n)] *= map[string]float64{"D2EHPA": 1e5, "kerosene": 1}[n]
			}
		}, []string{"log10 D of Y is ", "beyond ±250"}},
	} {
		r := newRig(t, 3, "forward")
		r.feed(ref, &ref.Cases[0])
		c.spoil(r)
		err := r.solve(true)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", c.name, err, w)
			}
		}
	}
}

func TestReportWarns(t *testing.T) {
	ref := readReference(t)
	r := newRig(t, 3, "backward")
	i := slices.IndexFunc(ref.Cases, func(c referenceCase) bool { return c.Name == "cleaner_strip" })
	r.feed(ref, &ref.Cases[i])
	r.in[0].N[r.sys.InFamily("oxide", func() int { e, _ := r.sys.Element("Nd"); return e }())] = 1e-6
	if err := r.solve(true); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, w := range r.s.Report(r.u, r.x, r.in, r.out).Warnings {
		said = append(said, w.Where+": "+w.Text)
		if w.Code != "outside_range" && w.Code != "unreacted" {
			t.Errorf("code %q", w.Code)
		}
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{
		"O/A: O/A is 172; mixer-settlers are run at 0.1 to 10",
		"stage 3 pH: pH is 0.0654 in stage 3, 3 of 3 stages are outside the 1 to 2",
		"dosage: dosage is 19.6 in stage 3",
		"of solids in the inlets pass unreacted",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %q in\n%s", want, all)
		}
	}
}

func TestHighLoadingWarns(t *testing.T) {
	ref := readReference(t)
	r := newRig(t, 1, "forward")
	r.feed(ref, &ref.Cases[0])
	r.in[1].N[r.index("D2EHPA")] *= 0.037
	if err := r.solve(true); err != nil {
		t.Fatal(err)
	}
	y := make([]float64, len(r.spec.Signals))
	r.s.Observe(r.u, r.x, r.in, r.out, y)
	warned := slices.ContainsFunc(r.s.Report(r.u, r.x, r.in, r.out).Warnings, func(w flowsheet.Warning) bool { return w.Code == "high_loading" })
	if warned != (y[1] > highLoading) || !warned {
		t.Errorf("loading %.3f, warned %v", y[1], warned)
	}
}
