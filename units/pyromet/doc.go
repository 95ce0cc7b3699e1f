// Package pyromet holds the unit operations of the hot end: what turns precipitates into oxides and metals.
//
// OxalateRoaster burns the oxalate cake to oxides in a stream of burner gas:
//
//	M2(C2O4)3·xH2O + 3/2 O2 -> M2O3 + 6 CO2 + x H2O
//	CaC2O4·H2O     + 1/2 O2 -> CaO  + 2 CO2 + H2O
//	heat = H(product, dust, gas) − H(cake, its water, burner gas)
//
// In a plant file:
//
//	[units.roaster]
//	kind = "oxalate_roaster"
//	in = { solid = "cake", liquid = "moisture" }
//	out = { product = "oxides", dust = "dust", gas = "flue_gas", salts = "salts" }
//	outlet_temperature = "600 degC"
//	product_recovery = 0.95
//	gas.flow = "7.81 mmol/s"
//	gas.temperature = "1330 K"
//	gas.fraction = { "O2(g)" = 0.1118, "H2O(g)" = 0.1005, "CO2(g)" = 0.0431, "N2(g)" = 0.7446 }
//
// Calciner turns oxalates, carbonates and hydroxides to what they end as in air, CeO2, Pr6O11 and Tb4O7 among it, with the enthalpies of
// flowsheet/chem/thermo:
//
//	[units.kiln]
//	kind = "calciner"
//	in = { solid = "cake", gas = "air" }
//	out = { product = "oxides", dust = "dust", gas = "off_gas", salts = "salts" }
//	outlet_temperature = "900 degC"
//
// Cell wins metals by electrolysis of their oxides in molten fluorides, with voltage, heat, perfluorocarbons and the anode effect:
//
//	[units.cell]
//	kind = "electrolysis_cell"
//	in = { oxide = "oxides", air = "hood_air" }
//	out = { metal = "metal", sludge = "sludge", gas = "cell_gas", fume = "fume" }
//	current = "4010 A"
//	heat_loss = "16.7 W/K"
//	bath = { mass = "250 kg", salts = { NdF3 = 0.875, LiF = 0.125 } }
//	anode = { radius = "0.217 m", outer_radius = "0.32 m", length = "0.8 m", immersion = "0.519 m" }
//	cathode = { radius = "60 mm" }
//
// Hydrofluorinator turns oxides to fluorides in batches, with HF or NH4HF2. A batch unit solves one cycle and gives its average;
// in time it is charged, shut and tapped at exact times, a flowsheet.Eventer:
//
//	[units.fluorinator]
//	kind = "hydrofluorinator"
//	in = { solid = "oxides", reagent = "hf" }
//	out = { product = "fluorides", gas = "off_gas" }
//	cycle_time = "10 h"
//	soak = "6 h"
//	temperature = "650 degC"
//
// AcidRegenerator roasts spent chloride liquors to oxides and hydrochloric acid (kind acid_regenerator). HeatExchanger brings a stream to a temperature and gives the heat (kind heat_exchanger). HFScrubber washes HF out of its gas with caustic (kind hf_scrubber). Calciothermic reduces fluorides with calcium and refines the metal in vacuum; Lanthanothermic reduces oxides with lanthanum and distils
// the metal:
//
//	[units.reduction]
//	kind = "calciothermic"
//	in = { charge = "fluorides", calcium = "calcium" }
//	out = { metal = "metal", slag = "slag", condensate = "condensate" }
//	cycle_time = "12 h"
//	temperature = "1500 degC"
//	refining_temperature = "1450 degC"
//	refining_time = "20 min"
//	area = "0.02 m2"
//
//	[units.distillation]
//	kind = "lanthanothermic"
//	in = { charge = "oxide", lanthanum = "lanthanum" }
//	out = { metal = "metal", trap = "trap", residue = "residue" }
//	cycle_time = "12 h"
//	soak = "8 h"
//	temperature = "1300 degC"
//	area = "5 m2"
//	condenser_temperature = "500 degC"
//
// For magnets: HydrogenDecrepitation makes powder of them, OxidisingRoaster oxides, and Alloying melts metals and casts strip (docs/magnets.md).
package pyromet
