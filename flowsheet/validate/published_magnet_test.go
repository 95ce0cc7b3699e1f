package validate_test

import (
	"maps"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/validate"
)

// copperNitrate compares totals: H+ is 2 H2C2O4 less OH-, C2O4-2 all oxalate, H2O the water with that of OH-. The source's 1e-4 is held for each
// of the species in a total. Its three feeds restate inputs and are left out.
func (b *book) copperNitrate() []validate.Case {
	var f struct {
		Source    string
		Tolerance struct{ Rel float64 }
		Product   float64                       `json:"product_Nd2O3_mol_s"`
		Streams   map[string]map[string]float64 `json:"streams_mol_s"`
	}
	b.read("cmi.json", &f)
	names := map[string]string{
		"Dissolution.outlet": "dissolved", "S101.liq_outlet": "nitrate_liquor", "S101.sol_outlet": "copper_residue", "AdjMixer.outlet": "adjustment_feed",
		"Adjustment.outlet": "adjusted", "PrecipMixer.outlet": "precipitation_feed", "Precipitation.outlet": "precipitated", "S102.liq_outlet": "iron_oxalate_liquor",
		"S102.sol_outlet": "cake_liquor",
	}
	one := map[string]string{
		"Nd2Fe14B": "Nd2Fe14B(s)", "Cu3(BO3)2": "Cu3(BO3)2(s)", "Cu2O": "Cu2O(s)", "Cu": "Cu(s)", "Fe(OH)3": "Fe(OH)3(a)(s)", "Nd(OH)3": "Nd(OH)3(s)",
		"Nd2(C2O4)3 * 10H2O": "Nd2(C2O4)3·10H2O(s)", "Cu_2+": "Cu+2", "NO3_-": "NO3-", "Nd_3+": "Nd+3", "Fe_2+": "Fe+2", "Fe_3+": "Fe+3", "NH4_+": "NH4+", "O2": "O2(g)",
	}
	totals := map[string]map[string]float64{"H+": {"H2C2O4": 2, "OH_-": -1}, "C2O4-2": {"C2O4_2-": 1, "H2C2O4": 1}, "H2O": {"H2O": 1, "OH_-": 1}}
	for species, component := range one {
		totals[component] = map[string]float64{species: 1}
	}
	var e []validate.Expect
	for _, unit := range slices.Sorted(maps.Keys(f.Streams)) {
		for _, component := range slices.Sorted(maps.Keys(totals)) {
			value, abs := 0.0, 0.0
			for species, n := range totals[component] {
				v, ok := f.Streams[unit][species]
				if !ok {
					b.t.Fatalf("%s has no %s", unit, species)
				}
				value += n * v
				abs += f.Tolerance.Rel * math.Abs(n*v)
			}
			stream := names[unit]
			if unit == "S102.sol_outlet" && strings.HasSuffix(component, "(s)") {
				stream = "oxalate_cake" // our separator parts cake and the liquor in it
			}
			path := "streams." + stream + ".mol_s." + component
			if len(totals[component]) == 1 {
				e = append(e, want(path, value, "mol/s", f.Tolerance.Rel, 0, ""))
			} else {
				e = append(e, want(path, value, "mol/s", 0, want("", abs, "", 0, 0, "").Value, "a total of species of the source"))
			}
		}
	}
	e = append(e, want("streams.oxide_product.mol_s.Nd2O3(s)", f.Product, "mol/s", f.Tolerance.Rel, 0, ""))
	return []validate.Case{{ID: "magnets/copper_nitrate", Kind: validate.Solve, Config: "cmi.toml", Expect: e, Source: f.Source}}
}
