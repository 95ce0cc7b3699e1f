package aqueous

import (
	"math"
	"testing"

	"reetwin/flowsheet/conf"
)

// FuzzSurface reads any text as surfaces: it is refused, or its reactions carry the charge of their components and take 1 or 2 sites.
func FuzzSurface(f *testing.F) {
	const head = "[surface.Clay]\nmetal = \"Al\"\non = { \"Al(OH)3(am)\" = 1 }\nsites = { x = 0.1 }\narea = \"1 m2/mol\"\nclass = \"assumed\"\nsource = \"t\"\n" +
		"[[surface.Clay.reactions]]\nclass = \"assumed\"\nsource = \"t\"\n[surface.Clay.reactions.entries]\n"
	for _, text := range []string{
		"\">xOLa+2\" = { eq = \">xOH + La+3 = >xOLa+2 + H+\", log_k25 = -1 }", "\"(>xO)2Ca\" = { eq = \"2 >xOH + Ca+2 = (>xO)2Ca + 2 H+\", log_k25 = 1 }",
		"\">xO-\" = { eq = \">xOH = >xO- + H+\", log_k25 = 1 }\n[surface.Mud]\nmetal = \"Al\"\nlike = \"Clay\"\non = {}\n[surface.Mud.shift]\nlog_k = 1\nof = [\"La\"]\nclass = \"assumed\"\nsource = \"t\"",
	} {
		f.Add(head + text)
	}
	components := []Component{{"Al", "Al+3", 3}, {"La", "La+3", 3}, {"Ca", "Ca+2", 2}, {"S", "SO4-2", -2}}
	charge := map[string]float64{"H+": 1}
	at := map[string]int{"H+": H, "H2O": Water}
	for i, c := range components {
		charge[c.Species], at[c.Species] = c.Charge, i+2
	}
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := conf.Parse("f", []byte(text))
		if err != nil {
			return
		}
		b := &builder{sys: &System{index: map[string]int{"component:Al": 2, "solid:Al(OH)3(am)": 0}}, components: components}
		b.entries[ofSolid] = []entry{{name: "Al(OH)3(am)"}}
		b.readSurfaces("f", tree.Root())
		if tree.Err() != nil {
			return
		}
		for _, e := range b.surfaces {
			for _, one := range e.reactions {
				sum := -one.charge
				for name, c := range one.terms {
					if sum += c * charge[name]; bareSite.MatchString(name) && c != 1 && c != 2 {
						t.Errorf("%q takes %g sites", one.name, c)
					}
				}
				if math.Abs(sum) > 1e-9 {
					t.Errorf("%q: charge out by %g", one.name, sum)
				}
			}
		}
		if b.buildSurfaces(at) != nil {
			return
		}
		for _, o := range b.sys.Surfaces {
			for _, s := range o.Species {
				if s.Site >= len(o.Sites) || len(o.Sites) == 0 || !(o.Sites[s.Site].Density > 0) {
					t.Errorf("%s: %+v of %+v", o.Name, s, o.Sites)
				}
			}
		}
	})
}
