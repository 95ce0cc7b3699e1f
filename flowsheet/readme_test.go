package flowsheet_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"reetwin/flowsheet"
)

// The tables of the two front ends in README.md show what the plants compute.
func TestReadmeTables(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file string
		rows func(*testing.T, *flowsheet.Plant) []string
	}{{amdFile, amdRows}, {coalAshFile, ashRows}} {
		p := loaded(t, c.file)
		if err := p.Solve(); err != nil {
			t.Fatal(err)
		}
		for _, row := range c.rows(t, p) {
			if !strings.Contains(string(text), row+"\n") {
				t.Errorf("%s: README.md does not hold\n%s", c.file, row)
			}
		}
	}
}

// figures reads values and shares off a solved plant.
type figures struct {
	t *testing.T
	p *flowsheet.Plant
}

func (f figures) value(path string) float64 {
	v, _, err := f.p.Value(path)
	if err != nil {
		f.t.Fatal(err)
	}
	return v
}

// rareEarths are those of a stream, kg/h.
func (f figures) rareEarths(stream string) float64 {
	s, ok := f.p.Stream(stream)
	if !ok {
		f.t.Fatalf("no stream %s", stream)
	}
	sum := 0.0
	for e, element := range f.p.System.Elements {
		if element.Group == "ree" {
			sum += element.Mass * f.p.System.ElementFlow(e, s.N)
		}
	}
	return 3600 * sum
}

// whole is an element in a water with its solids, g/m3.
func (f figures) whole(stream, symbol string) float64 {
	s, _ := f.p.Stream(stream)
	e, ok := f.p.System.Element(symbol)
	if !ok {
		f.t.Fatalf("no element %s", symbol)
	}
	return 1e3 * f.p.System.Elements[e].Mass * f.p.System.ElementFlow(e, s.N) / f.value(stream+".m3_s")
}

func (f figures) kgh(stream string) float64 { return 3600 * f.value(stream+".kg_s") }

func amdRows(t *testing.T, p *flowsheet.Plant) []string {
	f := figures{t, p}
	fed := f.rareEarths("adit_water")
	share := func(stream string) float64 { return 100 * f.rareEarths(stream) / fed }
	return []string{
		fmt.Sprintf("| feed | %.0f m3/h (1,000 gpm), %.1f g/h rare earths |", 3600*f.value("adit_water.m3_s"), 1000*fed),
		fmt.Sprintf("| reagents, kg/kg REO | lime %.0f, NaOH %.0f, HCl %.0f |", f.value("reagent.lime.per_kg_REO"), f.value("reagent.NaOH.per_kg_REO"), f.value("reagent.HCl.per_kg_REO")),
		fmt.Sprintf("| sludge, dry | %.0f g/m3 of water, pre-concentrate %.0f kg/h of %.2f %% rare earths |", f.value("sludge_per_m3"), f.value("preconcentrate_made"), 100*f.value("REE_grade")),
		fmt.Sprintf("| water | %.0f m3 treated per kg REO, %.1f m3/h to the releach |", f.value("water_per_kg_REO"), 3600*f.value("dilution.m3_s")),
		fmt.Sprintf("| rare earths by step | %.1f %% in the pre-concentrate, **%.1f %% in the pregnant liquor**; lost: impurity cake %.1f, discharge %.1f, polish sludge %.1f, iron sludge %.1f |",
			100*f.value("REE_captured"), share("pregnant_liquor"), share("impurity_cake"), share("discharge"), share("polish_sludge"), share("iron_sludge")),
		fmt.Sprintf("| discharge, share of its limit | Fe %.2f, Mn %.2f, Al %.2f (dissolved %.2f, the rest is hydroxide that the pond lets over); pH %.1f (6 to 9); alkalinity %.1f g/m3 over acidity |",
			f.whole("discharge", "Fe")/3, f.whole("discharge", "Mn")/2, f.whole("discharge", "Al")/2, f.value("discharge_Al_of_limit"), f.value("trim.pH_out"), f.value("discharge_alkalinity_above_acidity")),
	}
}

func ashRows(t *testing.T, p *flowsheet.Plant) []string {
	f := figures{t, p}
	fed := f.rareEarths("ash")
	norm := func(stream string) string {
		per := 1 / f.kgh(stream)
		u, _ := p.System.Element("U")
		th, _ := p.System.Element("Th")
		s, _ := p.Stream(stream)
		grams := func(e int) float64 { return 3.6e6 * p.System.Elements[e].Mass * p.System.ElementFlow(e, s.N) }
		return fmt.Sprintf("U-238 %.3f, Th-232 %.3f", grams(u)*12.436*per, grams(th)*4.057*per)
	}
	return []string{
		fmt.Sprintf("| feed | %.0f kg/h, %.0f g/h rare earths |", f.kgh("ash"), 1000*fed),
		fmt.Sprintf("| reagents, kg/kg REO | NaOH %.0f, HCl %.0f, lime %.0f |", f.value("reagent.NaOH.per_kg_REO"), f.value("reagent.HCl.per_kg_REO"), f.value("reagent.Portlandite(s).per_kg_REO")),
		fmt.Sprintf("| residues, wet | leach residue %.0f kg/h, iron–aluminium sludge %.0f kg/h, silicate liquor %.0f kg/h |", f.kgh("residue"), f.kgh("sludge"), f.kgh("silicate_liquor")),
		fmt.Sprintf("| water | %.2f kg/kg ash |", f.value("water")),
		fmt.Sprintf("| rare earths by step | **%.1f %% in the pregnant liquor**; lost: residue %.1f, sludge %.1f, silicate liquor %.1f |",
			100*f.rareEarths("pregnant_liquor")/fed, 100*f.rareEarths("residue")/fed, 100*f.rareEarths("sludge")/fed, 100*f.rareEarths("silicate_liquor")/fed),
		fmt.Sprintf("| NORM, Bq/g | ash %s; wet residue %s; wet sludge %s |", norm("ash"), norm("residue"), norm("sludge")),
	}
}
