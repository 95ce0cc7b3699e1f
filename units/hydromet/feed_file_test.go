package hydromet

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/assay"
	"reetwin/flowsheet/conf"
)

// everything is a chemistry that has all that a feed can bring.
const everything = `
[chemistry]
elements = ["S", "Cl", "F", "Na", "K", "Mg", "Ca", "Ti", "Mn", "Co", "Ni", "Cu", "Zn", "Al", "Fe", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Th", "U"]
families = ["aqueous", "water", "gangue", "oxide", "ash", "coal", "phosphate_rock"]
[unit]
`

// feedOf sets a feed unit up on a feed file, with more lines for the unit, and solves it at 1 m3/s or 1 kg/s.
func feedOf(t *testing.T, from, lines string) (*chem.System, flowsheet.Spec, flowsheet.Stream, flowsheet.Report, error) {
	t.Helper()
	flow := "1 kg/s"
	if a, err := assay.Open(from, ""); err == nil && a.Kind == assay.Water {
		flow = "1 m3/s"
	}
	tree, err := conf.Parse("plant.toml", []byte(everything+fmt.Sprintf("from = %q\nflow = %q\n", from, flow)+lines))
	if err != nil {
		t.Fatal(err)
	}
	sys := chem.FromConfig(tree.Root().Table("chemistry"))
	table := tree.Root().Table("unit")
	f := NewFeed()
	spec, err := f.Init(flowsheet.Env{System: sys, Param: table})
	table.Close()
	if faults := tree.Err(); faults != nil {
		err = faults
	}
	if err != nil {
		return sys, spec, flowsheet.Stream{}, flowsheet.Report{}, err
	}
	var u []float64
	for _, h := range spec.Handles {
		u = append(u, h.Value)
	}
	out := []flowsheet.Stream{{N: make([]float64, len(sys.Components))}}
	if err := f.Solve(&flowsheet.Stage{}, u, nil, nil, out); err != nil {
		t.Fatal(err)
	}
	return sys, spec, out[0], f.(flowsheet.Reporter).Report(u, nil, nil, out), nil
}

// Every feed replaces another of its kind by one line, or says what is missing; what is filled by choice then runs.
func TestEveryFeedInAPlant(t *testing.T) {
	fill := map[string]string{
		"pH": "pH = 1\n", assay.REE: "[unit.assay]\nREE = \"500 ppm\"\n", "split": "proxy.split = \"ash\"\n", "matrix": "proxy.matrix = \"fly_ash_appalachia_F\"\n",
	}
	complete := 0
	for _, name := range assay.Names() {
		a, err := assay.Open(name, "")
		if err != nil {
			t.Fatal(err)
		}
		_, _, _, _, err = feedOf(t, name, "")
		lines, rest := "", ""
		for _, gap := range a.Missing {
			if err == nil || !strings.Contains(err.Error(), name+" is incomplete: no "+gap.Key+" ("+gap.Why+")") {
				t.Errorf("%s: gap %s is not named: %v", name, gap.Key, err)
			}
			if strings.HasPrefix(fill[gap.Key], "[") {
				rest += fill[gap.Key]
			} else {
				lines += fill[gap.Key]
			}
		}
		if a.Form == "metal" {
			if err == nil {
				t.Errorf("%s: metals count as oxides", name)
			}
			continue
		}
		switch name {
		case "hpc_wvu": // sulfate, of no cation
			lines = "leave_out = [\"SO4\"]\nrest = \"SiO2\"\n" + strings.ReplaceAll(lines, fill["matrix"], "")
		case "hpc_wky":
			lines = "rest = \"SiO2\"\n"
		case "amdp_sx_strip":
			lines += "balance = \"Cl\"\n"
		}
		sys, spec, out, _, err := feedOf(t, name, lines+rest)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(a.Missing) == 0 {
			complete++
		}
		if mass := sys.Mass(out.N); a.Kind == assay.Solid && math.Abs(mass-1) > 1e-9 {
			t.Errorf("%s: 1 kg/s weighs %.12g", name, mass)
		}
		if z := sys.ChargeFlow(out.N); math.Abs(z) > 1e-9 {
			t.Errorf("%s: charge %g mol/s", name, z)
		}
		for _, c := range spec.Constants {
			if c.Class == "" || c.Source == "" {
				t.Errorf("%s: %+v", name, c)
			}
		}
	}
	if complete < 14 {
		t.Errorf("only %d feeds are complete", complete)
	}
}

// The numbers arrive: rare earths of the ash by total and split, silicon as the rest, the water's tenors in moles.
func TestFeedFileNumbers(t *testing.T) {
	sys, _, ash, report, err := feedOf(t, "fly_ash_appalachia_F", "")
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, s flowsheet.Stream) float64 {
		i, ok := sys.Index(name)
		if !ok {
			t.Fatal(name)
		}
		return s.N[i]
	}
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Errorf("%s is %.12g, want %.12g", what, got, want)
		}
	}
	near("Al2O3", at("Al2O3(s)", ash), 0.27/(2*26.9815384e-3+3*15.999e-3))
	near("Nd", 2*at("Nd2O3(s)", ash), 431e-6*0.16/1.1029/144.242e-3) // the shares of "ash" add to 1.1029
	if !slices.ContainsFunc(report.Warnings, func(w flowsheet.Warning) bool { return w.Code == "rest" && w.Value > 0.51 && w.Value < 0.52 }) {
		t.Errorf("warnings %+v", report.Warnings)
	}
	sys, _, water, report, err := feedOf(t, "W1", "")
	if err != nil {
		t.Fatal(err)
	}
	near("Fe+2", at("Fe+2", water), 6/55.845)
	near("Fe+3", at("Fe+3", water), 12/55.845)
	near("silica", at("H4SiO4", water), 22/60.083)
	for _, code := range []string{"closes_charge"} {
		if !slices.ContainsFunc(report.Warnings, func(w flowsheet.Warning) bool { return w.Code == code }) {
			t.Errorf("no warning %s: %+v", code, report.Warnings)
		}
	}
}

// The plant's numbers lie over the file's, and count as assumed; a moved tenor moves what closes the charge.
func TestFeedFileOverride(t *testing.T) {
	_, base, plain, _, err := feedOf(t, "W1", "acidity = \"2 mol/m3\"\n")
	if err != nil {
		t.Fatal(err)
	}
	sys, spec, more, _, err := feedOf(t, "W1", "acidity = \"2 mol/m3\"\n[unit.tenor]\nAl = \"80 mg/L\"\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(base.Handles) != len(spec.Handles) {
		t.Errorf("%d and %d handles", len(base.Handles), len(spec.Handles))
	}
	al, _ := sys.Index("Al+3")
	s, _ := sys.Index("SO4-2")
	dal, ds := more.N[al]-plain.N[al], more.N[s]-plain.N[s]
	if math.Abs(dal-25/26.9815384) > 1e-9 || math.Abs(ds-1.5*dal) > 1e-9 {
		t.Errorf("Al rises by %g, sulfate by %g mol/s", dal, ds)
	}
	i := slices.IndexFunc(spec.Constants, func(c chem.Constant) bool { return c.Name == "w1_appalachia.Al" })
	if i < 0 || spec.Constants[i].Class != chem.Assumed || spec.Constants[i].Source != "the plant file" {
		t.Errorf("constants %+v", spec.Constants)
	}
}

// What is left out is said; the charge closes without it.
func TestFeedFileLeaveOut(t *testing.T) {
	sys, _, out, report, err := feedOf(t, "W2", "leave_out = [\"K\", \"Cu\"]\n")
	if err != nil {
		t.Fatal(err)
	}
	k, _ := sys.Index("K+")
	if out.N[k] != 0 || math.Abs(sys.ChargeFlow(out.N)) > 1e-12 {
		t.Errorf("K %g, charge %g", out.N[k], sys.ChargeFlow(out.N))
	}
	left := 0
	for _, w := range report.Warnings {
		if w.Code == "left_out" {
			left++
		}
	}
	if left != 2 {
		t.Errorf("%d of 2 are said to be left out", left)
	}
}

// A sulfate that would be negative is an error, not a clipped zero.
func TestFeedFileChargeCannotClose(t *testing.T) {
	tree, err := conf.Parse("plant.toml", []byte(everything+"from = \"W3\"\nflow = \"1 m3/s\"\nacidity = \"-50 mol/m3\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	sys := chem.FromConfig(tree.Root().Table("chemistry"))
	f := NewFeed()
	spec, err := f.Init(flowsheet.Env{System: sys, Param: tree.Root().Table("unit")})
	if err != nil || tree.Err() != nil {
		t.Fatal(err, tree.Err())
	}
	var u []float64
	for _, h := range spec.Handles {
		u = append(u, h.Value)
	}
	err = f.Solve(&flowsheet.Stage{}, u, nil, nil, []flowsheet.Stream{{N: make([]float64, len(sys.Components))}})
	if err == nil || !strings.Contains(err.Error(), "the charge is not closed by SO4-2") {
		t.Errorf("error %v", err)
	}
}
