package units

import (
	"reetwin/flowsheet"
	"reetwin/units/hydromet"
	"reetwin/units/pyromet"
	"reetwin/units/sx"
)

// Kinds names the constructor of every kind. The map is the caller's.
func Kinds() map[string]func() flowsheet.Unit {
	return map[string]func() flowsheet.Unit{
		"acid_factor":              hydromet.NewAcidFactor,
		"acid_regenerator":         pyromet.NewAcidRegenerator,
		"ammonia_column":           hydromet.NewAmmoniaColumn,
		"alloying":                 pyromet.NewAlloying,
		"ash_pools":                hydromet.NewAshPools,
		"cake_dryer":               hydromet.NewCakeDryer,
		"calciner":                 pyromet.NewCalciner,
		"calciothermic":            pyromet.NewCalciothermic,
		"carry_down":               hydromet.NewCarryDown,
		"caustic_digester":         hydromet.NewCausticDigester,
		"ccd":                      hydromet.NewCCD,
		"coalescer":                hydromet.NewCoalescer,
		"crusher":                  hydromet.NewCrusher,
		"crystalliser":             hydromet.NewCrystalliser,
		"dissolver":                hydromet.NewDissolver,
		"electrodialysis":          hydromet.NewElectrodialysis,
		"electrolysis_cell":        pyromet.NewCell,
		"equilibrium_precipitator": hydromet.NewEquilibriumPrecipitator,
		"evaporator":               hydromet.NewEvaporator,
		"feed":                     hydromet.NewFeed,
		"feed_roaster":             pyromet.NewFeedRoaster,
		"filter":                   hydromet.NewFilter,
		"geotube":                  hydromet.NewGeotube,
		"heap":                     hydromet.NewHeap,
		"heat_exchanger":           pyromet.NewHeatExchanger,
		"hydrogen_decrepitation":   pyromet.NewHydrogenDecrepitation,
		"hf_scrubber":              pyromet.NewHFScrubber,
		"hydrofluorinator":         pyromet.NewHydrofluorinator,
		"lanthanothermic":          pyromet.NewLanthanothermic,
		"leach_train":              hydromet.NewLeachTrain,
		"mixer":                    hydromet.NewMixer,
		"neutraliser":              hydromet.NewNeutraliser,
		"oxalate_precipitator":     hydromet.NewOxalatePrecipitator,
		"oxalate_roaster":          pyromet.NewOxalateRoaster,
		"oxidising_roaster":        pyromet.NewOxidisingRoaster,
		"oxidation_tank":           hydromet.NewOxidationTank,
		"pick_up":                  pyromet.NewPickUp,
		"pool_leach":               hydromet.NewPoolLeach,
		"product":                  hydromet.NewProduct,
		"ratio_feed":               hydromet.NewRatioFeed,
		"releach":                  hydromet.NewReleach,
		"solid_liquid_separator":   hydromet.NewSeparator,
		"splitter":                 hydromet.NewSplitter,
		"stoichiometric_reactor":   hydromet.NewStoichiometricReactor,
		"sx_circuit":               sx.NewCircuit,
		"sx_section":               sx.NewSection,
		"tank":                     hydromet.NewTank,
		"thickener":                hydromet.NewThickener,
	}
}
