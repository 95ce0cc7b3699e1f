package validate_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/validate"
)

// copperNitrate compares totals: H+ is 2 H2C2O4 less OH-, C2O4-2 all oxalate, H2O the water with that of OH-. The source's 1e-4 is held for each
// of the species in a total. Its three feeds restate inputs and are left out. Six flows carry the residue of the source's solver, 1e-15 to 2e-15 mol/s:
// they are held at the 1e-12 mol/s of the source's own test, and, recomputed from its equations, at 1e-6.
func (b *book) copperNitrate() []validate.Case {
	var f struct {
		Source    string
		Tolerance struct{ Rel float64 }
		Product   float64 `json:"product_Nd2O3_mol_s"`
		Residue   struct {
			Tolerance float64 `json:"test_tolerance_mol_s"`
			Exact     map[string]struct {
				Value float64
				From  string
			} `json:"equations_give_mol_s"`
		}
		Streams map[string]map[string]float64 `json:"streams_mol_s"`
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
			if exact, known := f.Residue.Exact[path]; known {
				e = append(e, want(path, value, "mol/s", 0, f.Residue.Tolerance,
					fmt.Sprintf("the source's own test tolerance: %.1e mol/s off its own equations, which give %g", math.Abs(value-exact.Value), exact.Value)))
			} else if len(totals[component]) == 1 {
				e = append(e, want(path, value, "mol/s", f.Tolerance.Rel, 0, ""))
			} else {
				e = append(e, want(path, value, "mol/s", 0, want("", abs, "", 0, 0, "").Value, "a total of species of the source"))
			}
		}
	}
	e = append(e, want("streams.oxide_product.mol_s.Nd2O3(s)", f.Product, "mol/s", f.Tolerance.Rel, 0, ""))
	var exact []validate.Expect
	flowsheet, _, _ := strings.Cut(f.Source, "/tests")
	for _, path := range slices.Sorted(maps.Keys(f.Residue.Exact)) {
		x := f.Residue.Exact[path]
		exact = append(exact, want(path, x.Value, "mol/s", 1e-6, 0, x.From))
	}
	return []validate.Case{
		{ID: "magnets/copper_nitrate", Kind: validate.Solve, Config: "cmi.toml", Expect: e, Source: f.Source},
		{ID: "magnets/copper_nitrate_traces", Kind: validate.Solve, Config: "cmi.toml", Expect: exact, Source: "recomputed from the equations and inputs of " + flowsheet},
	}
}

// decrepitation compares the flows that the source asserts and the furnace's size, recomputed. The mean power is a spread: the source spreads the
// heat of three hours' magnets over a cycle of 5.08 h and takes their heat capacity at 298.15 K.
func (b *book) decrepitation() []validate.Case {
	var f struct {
		Source     string
		Recomputed struct {
			Mass      float64   `json:"sample_mass_kg"`
			Radius    float64   `json:"radius_m"`
			Length    float64   `json:"length_m"`
			Loss      float64   `json:"heat_loss_W"`
			Thickness []float64 `json:"thickness_m"`
			Stored    float64   `json:"heat_furnace_kJ"`
		}
		Again     string `json:"recomputed_source"`
		Tolerance struct{ Rel float64 }
		Asserted  struct {
			Solid  float64 `json:"solid_out_kg_s"`
			Nd     float64 `json:"w_Nd"`
			Magnet float64 `json:"w_Nd2Fe14B"`
			H2     float64 `json:"H2_mol_s"`
			T      float64 `json:"T_gas_out_K"`
		}
		Spread struct {
			Duty float64 `json:"total_heat_duty_W"`
		}
	}
	b.read("decrepitation.json", &f)
	a, r, rel := f.Asserted, f.Recomputed, f.Tolerance.Rel
	at := "units.furnace.signals."
	size := []validate.Expect{
		want(at+"charge.value", r.Mass, "kg", rel, 0, ""), want(at+"radius.value", r.Radius, "m", rel, 0, ""), want(at+"length.value", r.Length, "m", rel, 0, ""),
		want(at+"heat_loss.value", r.Loss, "W", rel, 0, ""), want(at+"heat_stored.value", r.Stored, "kJ", rel, 0, ""),
	}
	for k, v := range r.Thickness {
		size = append(size, want(fmt.Sprintf("%sthickness.%d.value", at, k+1), v, "m", rel, 0, ""))
	}
	again := "recomputed from " + f.Again
	return []validate.Case{
		{ID: "magnets/decrepitation", Kind: validate.Solve, Config: "decrepitation.toml", Source: f.Source, Expect: []validate.Expect{
			want("streams.powder.kg_s", a.Solid, "", rel, 0, ""), want("kpis.neodymium.value", a.Nd, "", rel, 0, ""),
			want("kpis.magnet_phase.value", a.Magnet, "", rel, 0, ""), want("streams.off_gas.mol_s.H2(g)", a.H2, "mol/s", rel, 0, ""),
			want("streams.off_gas.T_K", a.T, "", rel, 0, ""),
		}},
		{ID: "magnets/decrepitation_furnace", Kind: validate.Solve, Config: "decrepitation.toml", Source: again, Expect: size},
		{ID: "magnets/decrepitation_power", Kind: validate.Solve, Config: "decrepitation.toml", Role: validate.Spread, Source: again + "; the source spreads the heat of 3 h of magnets over a cycle of 5.08 h", Expect: []validate.Expect{
			want(at+"power.value", f.Spread.Duty, "W", 0, 0, ""),
		}},
	}
}

// pressureLeach is the one published leach of roasted magnets, to which the rates of magnet_leach.toml are set: shown, not counted.
func (b *book) pressureLeach() validate.Case {
	at := "units.leach.signals.conversion."
	return validate.Case{ID: "magnets/M11_pressure_leach", Kind: validate.Solve, Config: "magnet_leach.toml", Role: validate.Calibration,
		Source: "Jiang et al. 2020, Trans. Indian Inst. Met. (abstract): NdFeB roasted at 800 °C, HCl, 110 °C, 30 min; case M11, a single reading", Expect: []validate.Expect{
			want(at+"Nd.value", 0.9627, "", 0, 0, "rare earths"), want(at+"Fe.value", 0.1333, "", 0, 0, ""),
		}}
}
