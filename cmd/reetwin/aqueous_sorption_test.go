package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// Sorption is switched by the command line over the file; what is sorbed, dissolved and in solids adds up.
func TestAqueousSorption(t *testing.T) {
	titrate := func(args ...string) titration {
		t.Helper()
		code, out, stderr := reetwin(append([]string{"aqueous", "titrate", "--feed", "W2", "--reagent", "NaOH", "--to-ph", "7", "--points", "5", "-o", "json"}, args...)...)
		if code != 0 {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		var curve titration
		if err := json.Unmarshal([]byte(out), &curve); err != nil {
			t.Fatal(err)
		}
		return curve
	}
	on, off := titrate("--sorption"), titrate()
	last := on.Points[4]
	if strings.Join(on.Sorbing, ", ") != "HFO, Al solids" || last.Surfaces["HFO"].Metal < 0.5 || last.Surfaces["HFO"].Potential <= 0 {
		t.Errorf("%v: %+v", on.Sorbing, last.Surfaces)
	}
	if sum := last.Sorbed["heavy REE+Y"] + last.Dissolved["heavy REE+Y"]; math.Abs(sum-1) > 1e-9 || last.Sorbed["heavy REE+Y"] < 0.8 {
		t.Errorf("heavy: %g sorbed, %g dissolved", last.Sorbed["heavy REE+Y"], last.Dissolved["heavy REE+Y"])
	}
	if last.ByComponent["Yb"] < last.ByComponent["La"] || last.Residual > 1e-10 || last.Iterations == 0 {
		t.Errorf("%+v", last)
	}
	if o := off.Points[4]; o.Sorbed != nil || o.Surfaces != nil || o.Dissolved["heavy REE+Y"] < 0.99 {
		t.Errorf("off: %+v", o)
	}
	code, out, _ := reetwin("aqueous", "titrate", "--feed", "W2", "--reagent", "NaOH", "--to-ph", "7", "--points", "3", "--sorption")
	if code != 0 || !strings.Contains(out, "sorption on Al solids (with Al(OH)3(am), Basaluminite): sites and area assumed") || !strings.Contains(out, "Sorbed, % of all there is") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestAqueousSorbents(t *testing.T) {
	const text = "pH = 6\nbalance = \"Cl\"\nsorption = true\n[tenor]\nNa = \"100 mg/L\"\nLa = \"10 ug/L\"\nY = \"10 ug/L\"\n[sorbent]\nHFO = \"55.845 mg/L\"\n"
	file := write(t, "w.toml", text)
	code, out, stderr := reetwin("aqueous", "speciate", file, "-o", "json")
	var answer speciation
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 0 {
		t.Fatalf("exit %d: %s, %v", code, stderr, err)
	}
	p := answer.Contact
	if p == nil || math.Abs(*p.PH-6) > 1e-9 || math.Abs(p.Surfaces["HFO"].Metal-1e-3) > 1e-9 || !(p.Sorbed["Y"] > p.Sorbed["La"]) {
		t.Errorf("%+v", p)
	}
	if code, out, _ = reetwin("aqueous", "speciate", file); code != 0 || !strings.Contains(out, "with the sorbents, pH held at 6.000") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if code, out, _ = reetwin("aqueous", "speciate", file, "--sorption=false"); code != 0 || strings.Contains(out, "sorbents") {
		t.Errorf("exit %d\n%s", code, out)
	}
	bad := write(t, "bad.toml", strings.Replace(text, "HFO", "HFX", 1))
	if code, _, stderr = reetwin("aqueous", "speciate", bad); code != exitUsage || !strings.Contains(stderr, `there is no surface "HFX"; did you mean "HFO"`) {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if code, _, stderr = reetwin("aqueous", "speciate", "--feed", "W2", "--sorption"); code != exitUsage || !strings.Contains(stderr, "there is nothing to sorb on") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// A batch sorbs where its case or the command line says so, and compares what is sorbed.
func TestAqueousRunSorption(t *testing.T) {
	const text = `{"cases": [{"id": "a", "sorption": true, "initial": {"dissolved_mol_per_kgw": {"Fe_tri": 0.002, "S": 0.01, "Nd": 1e-7}},
		"allowed_solids": ["Fe(OH)3(a)"], "sorbents_mol": {"HFO": 1e-4}, "points": [{"target_pH": 7, "titrant": "NaOH"}]}]}`
	run := func(text string, args ...string) (int, batchAnswer) {
		t.Helper()
		code, out, stderr := reetwin(append([]string{"aqueous", "run", write(t, "a.json", text), "-o", "json"}, args...)...)
		var answer batchAnswer
		if err := json.Unmarshal([]byte(out), &answer); err != nil {
			t.Fatalf("exit %d: %s, %v", code, stderr, err)
		}
		return code, answer
	}
	code, answer := run(text)
	p := answer.Cases[0].Points[0]
	if code != 0 || p.Sorbed["Nd"] < 5e-8 || math.Abs(p.Sorbed["Nd"]+p.Dissolved["Nd"]**p.KgWater-1e-7) > 1e-15 {
		t.Fatalf("exit %d: %+v", code, p)
	}
	if metal := p.Surfaces["HFO"].Metal; math.Abs(metal-p.Solids["Fe(OH)3(a)"]-1e-4) > 1e-12 {
		t.Errorf("metal %g of %g precipitated", metal, p.Solids["Fe(OH)3(a)"])
	}
	if _, answer = run(text, "--sorption=false"); answer.Cases[0].Points[0].Sorbed != nil {
		t.Error("sorbs although switched off")
	}
	expect := strings.Replace(text, `"titrant": "NaOH"`, `"titrant": "NaOH", "sorbed_mol": {"Nd": 1e-8}`, 1)
	if code, answer = run(expect); code != exitOutside || *answer.Cases[0].Worst.Sorbed < 0.5 {
		t.Errorf("exit %d", code)
	}
	code, _, stderr := reetwin("aqueous", "run", write(t, "b.json", strings.Replace(text, `"HFO": 1e-4`, `"HFX": -1`, 1)))
	if code != exitUsage || !strings.Contains(stderr, `there is no surface "HFX"`) {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
