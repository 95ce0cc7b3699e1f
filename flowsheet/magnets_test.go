package flowsheet_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

const magnetsFile = "../configs/magnets.toml"

// magnets is the magnet recycling plant with settings.
func magnets(t *testing.T, set ...string) *flowsheet.Plant {
	t.Helper()
	tree, err := conf.Load(magnetsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range set {
		if err := tree.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, p *flowsheet.Plant, path string) float64 {
	t.Helper()
	v, _, err := p.Value(path)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Magnets of hard disks, and swarf by one setting, become a chloride liquor of rare earths that is free of iron; every element and unit closes.
func TestMagnetPlant(t *testing.T) {
	for _, feed := range []string{"ndfeb_hdd", "ndfeb_swarf"} {
		p := magnets(t, "units.magnets.from="+feed)
		if err := p.Solve(); err != nil {
			t.Fatalf("%s: %v", feed, err)
		}
		c := p.Convergence()
		t.Logf("%s: %d passes, %d tangents, closure %v, %.2f ms", feed, c.Passes, c.Tangents, closure(p), 1e3*c.Seconds)
		if w := closure(p); w.Rel > 1e-10 {
			t.Errorf("%s: plant closure %v", feed, w)
		}
		for _, u := range p.Balances().Units {
			if u.Worst.Rel > 1e-10 {
				t.Errorf("%s: %s: %v", feed, u.Tag, u.Worst)
			}
		}
		if pH := read(t, p, "leach.pH"); math.Abs(pH-0.8) > 1e-8 {
			t.Errorf("%s: pH %g", feed, pH)
		}
		nd, fe, re := read(t, p, "recovery.Nd"), read(t, p, "iron_in_liquor"), read(t, p, "ree_liquor.mg_L.Nd")
		t.Logf("%s: Nd %.4g %%, %.3g g/L Nd, Fe/Nd %.2g", feed, 100*nd, re/1000, fe)
		if !(nd > 0.9 && nd < 0.99 && fe < 1e-4 && re > 10) {
			t.Errorf("%s: Nd %g, Fe/Nd %g, %g kg/m3 Nd", feed, nd, fe, re)
		}
	}
}

// The table of docs/magnets.md is what the plant computes.
func TestMagnetPage(t *testing.T) {
	text, err := os.ReadFile("../docs/magnets.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows [6][2]string
	for k, feed := range []string{"ndfeb_hdd", "ndfeb_swarf"} {
		p := magnets(t, "units.magnets.from="+feed)
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
		ree := 0.0
		for _, e := range []string{"Pr", "Nd", "Dy"} {
			ree += read(t, p, "ree_liquor.mg_L."+e) / 1000
		}
		for i, s := range []string{
			fmt.Sprintf("%.1f", 100*read(t, p, "recovery.REE")), fmt.Sprintf("%.0f", 100*read(t, p, "leach.conversion.Fe")), fmt.Sprintf("%.1f", ree),
			fmt.Sprintf("%.0e", read(t, p, "iron_in_liquor")), fmt.Sprintf("%.2f; %.1f", read(t, p, "reagent.HCl.per_kg_REO"), read(t, p, "acid_ratio")),
			fmt.Sprintf("%.2f", read(t, p, "reagent.NaOH.per_kg_REO")),
		} {
			rows[i][k] = s
		}
	}
	for _, r := range rows {
		if want := strings.ReplaceAll("| "+r[0]+" | "+r[1]+" |", "e-07", "e-7"); !strings.Contains(string(text), want) {
			t.Errorf("docs/magnets.md lacks %q", want)
		}
	}
}

// More acid in the leach wins more rare earths, takes more iron, and costs acid and caustic: the trade that the pH loop sets.
func TestMagnetLeachTrade(t *testing.T) {
	type outcome struct{ nd, fe, acid, caustic float64 }
	at := func(pH string) outcome {
		p := magnets(t, "control.leach acid.set="+pH)
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
		return outcome{read(t, p, "leach.conversion.Nd"), read(t, p, "leach.conversion.Fe"), read(t, p, "reagent.HCl.per_kg_REO"), read(t, p, "reagent.NaOH.per_kg_REO")}
	}
	weak, strong := at("1.5"), at("0.3")
	if !(strong.nd > weak.nd && strong.fe > weak.fe && strong.acid > weak.acid && strong.caustic > weak.caustic) {
		t.Errorf("pH 1.5: %+v; pH 0.3: %+v", weak, strong)
	}
	if strong.fe > 0.5*strong.nd {
		t.Errorf("the leach takes %g of the iron: it is not selective", strong.fe)
	}
}

// An extraction circuit takes the magnet plant's liquor as it is: dysprosium parts from neodymium and praseodymium.
func TestMagnetLiquorIsExtracted(t *testing.T) {
	p := loaded(t, "../configs/magnets-sx.toml")
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if w := closure(p); w.Rel > 1e-10 {
		t.Errorf("closure %v", w)
	}
	dy, pure, nd := read(t, p, "dysprosium_won"), read(t, p, "dysprosium_purity"), read(t, p, "ndpr_won")
	t.Logf("Dy won %.4g %%, %.5g %% pure; Nd and Pr %.4g %%", 100*dy, 100*pure, 100*nd)
	if !(dy > 0.95 && pure > 0.999 && nd > 0.95) {
		t.Errorf("Dy won %g, purity %g; Nd and Pr %g", dy, pure, nd)
	}
}

// The strip caster meets the composition that its loop asks for, and closes.
func TestStripCaster(t *testing.T) {
	tree, err := conf.Load("../configs/alloy.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	if w := closure(p); w.Rel > 1e-12 {
		t.Errorf("closure %v", w)
	}
	if x, won := read(t, p, "caster.excess.rare_earth"), read(t, p, "recovery.Nd"); math.Abs(x-0.2) > 1e-9 || won < 0.96 || won > 0.98 {
		t.Errorf("rare earths %g above 2:14:1, %g of the neodymium in the strip", x, won)
	}
}
