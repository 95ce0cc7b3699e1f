package tuning

import (
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// A circuit that begins with an exchange section and refluxes its strip liquor is read by where the feed enters: the pair is that of the
// cut, the raffinate no strip, doses of acid are handles; and what soap gives is what the account of the charge says it must, by
// streams that the kernel did not balance that way.
func TestCircuitsWithExchange(t *testing.T) {
	tree, err := conf.Load("../../../configs/separation.toml")
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
	for tag, pair := range map[string]Pair{"nd_sm": {"Sm", "Nd"}, "ce_pr": {"Pr", "Ce"}, "dy_ho": {"Ho", "Dy"}, "eu_gd": {"Gd", "Eu"}, "ho_y": {"Y", "Ho"}, "y_er": {"Er", "Y"}} {
		v, err := New(p, tag, Pair{})
		if err != nil {
			t.Fatal(err)
		}
		if v.Pair != pair {
			t.Errorf("%s splits %v, want %v", tag, v.Pair, pair)
		}
		for _, s := range v.Spans() {
			if s.Washes != (s.Section == "extraction" || s.Section == "scrub") || s.Strips != (s.Section == "strip") {
				t.Errorf("%s: %+v", tag, s)
			}
		}
		for _, q := range v.Pinches {
			if strings.Contains(q.Why, "stripped organic") != (q.Section == "strip") {
				t.Errorf("%s: %s: %s", tag, q.Section, q.Why)
			}
		}
		if s := v.soap(); math.Abs(s.offered/s.wanted-1) > 2e-3 {
			t.Errorf("%s: the soap gives %g mol/h and is to give %g", tag, 3600*s.offered, 3600*s.wanted)
		}
		for _, q := range v.Products {
			if strings.Contains(q.Section, "lye") {
				t.Errorf("%s: a product leaves by %s", tag, q.Section)
			}
		}
		if doses, _ := p.Unit(tag + "_doses"); !v.supplies(doses) {
			t.Errorf("%s: its doses of acid are no handle", tag)
		}
	}
}
