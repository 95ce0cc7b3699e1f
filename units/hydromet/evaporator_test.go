package hydromet

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// The vapour of HCl against what it was not fitted to: partial pressures at 25 °C from activity coefficients (Robinson and Stokes, as recalled) with the
// Gibbs energies of formation of HCl gas and ions (-95.3 and -131.2 kJ/mol), the azeotrope, and the 1.02 mmHg at 22 % and 30 °C that was opened.
func TestVapourOfHCl(t *testing.T) {
	h := newHydrochloric()
	pressure := func(m, T float64) float64 { return m * m * h.lnP(num(m), num(T)).exp().v } // Pa
	near := func(what string, got, want, tolerance float64) {
		t.Helper()
		if math.Abs(got/want-1) > tolerance {
			t.Errorf("%s: %.4g, want %.4g within %g", what, got, want, tolerance)
		}
	}
	K := math.Exp((131.2e3 - 95.3e3) / (8.314463 * 298.15)) // mol2/kg2/bar
	for _, o := range []struct{ m, gamma float64 }{{2, 1.009}, {3, 1.316}, {4, 1.762}, {6, 3.22}, {8, 5.90}} {
		near(fmt.Sprintf("p(HCl) over %g mol/kg at 25 °C", o.m), pressure(o.m, 298.15), 1e5*math.Pow(o.m*o.gamma, 2)/K, 0.25)
	}
	near("p(HCl) over 22 % at 30 °C", pressure(22/78.0/0.036461, 303.15), 1.02*101325/760, 0.12)
	m := 20.2 / 79.8 / 0.036461
	near("vapour of the azeotrope", h.ratio(num(m), num(m), num(381.75), 0.018015).v, m*0.018015, 0.12)
	if r := h.ratio(num(1), num(1), num(381.75), 0.018015).v; r > 0.05*0.018015 {
		t.Errorf("the vapour over 1 mol/kg holds %.3g mol/mol", r)
	}
	// salt drives HCl out
	if with, without := h.ratio(num(1), num(4), num(373.15), 0.018015).v, h.ratio(num(1), num(1), num(373.15), 0.018015).v; with < 3*without {
		t.Errorf("with salt %.3g, without %.3g", with, without)
	}
}

// Water boils off to the recovery; the energy closes with the enthalpies of water; N effects need an Nth of the steam; a compressor needs power.
func TestEvaporatorEnergy(t *testing.T) {
	sys := recycleSystem(t)
	run := func(table string) *rig {
		r := recycleRig(t, sys, NewEvaporator, table, "1", "2")
		r.bring(0, map[string]float64{"Na+": 500})
		r.bring(1, nil)
		r.in[0].T, r.in[1].T = 298.15, 353.15
		r.solve(flowsheet.Stage{})
		return r
	}
	one := run("water_recovery = 0.5\ntemperature = \"100 degC\"\neconomy = 1\n")
	one.near("latent heat", one.signal("heat.evaporation")/one.signal("evaporated"), 2.257e6, 6e-3) // steam tables; gas counts as ideal here
	one.near("condensate", one.out[condensatePort].N[one.index("H2O")], 1/sys.Components[one.index("H2O")].V, 1e-12)
	three := run("water_recovery = 0.5\ntemperature = \"100 degC\"\neconomy = 1\neffects = 3\n")
	three.near("steam of 3 effects", three.signal("heat")-three.signal("heat.preheat"), one.signal("heat.evaporation")/3, 1e-12)
	pressed := run("water_recovery = 0.5\ntemperature = \"100 degC\"\ndrive = \"compressor\"\nwork = \"30 kWh/t\"\n")
	pressed.near("compressor", pressed.signal("power")/pressed.signal("evaporated"), 30*3.6e6/1000, 1e-12)
	water := one.index("H2O")
	for k, r := range []*rig{one, three, pressed} {
		h := sys.Components[water].Enthalpy // of chem, not of thermo: an independent set, 4182 J/kg/K
		gain := 0.0
		for _, s := range r.out {
			gain += s.N[water] * h.At(s.T)
		}
		for _, s := range r.in {
			gain -= s.N[water] * h.At(s.T)
		}
		r.near(fmt.Sprintf("energy of case %d", k), r.signal("heat")+r.signal("power")-r.signal("cooling"), gain, 5e-3)
	}
}

// Dilute acid gives most of its HCl to the concentrate, near the azeotrope nothing is gained; more effects lose less; a tenor is met; brine beyond saturation is named.
func TestEvaporatorAcid(t *testing.T) {
	sys := recycleSystem(t)
	lost := func(acid, recovery float64, effects int) float64 {
		r := recycleRig(t, sys, NewEvaporator, fmt.Sprintf("water_recovery = %g\ntemperature = \"105 degC\"\neffects = %d\n", recovery, effects), "1")
		r.bring(0, map[string]float64{"H+": acid})
		r.solve(flowsheet.Stage{})
		return r.out[condensatePort].N[r.index("H+")] / acid
	}
	if x := lost(1000, 0.6, 1); x > 0.1 {
		t.Errorf("1 mol/L: %.3g of HCl lost", x)
	}
	if x := lost(6950, 0.5, 1); math.Abs(x-0.5) > 0.06 {
		t.Errorf("azeotrope: %.3g of HCl goes over with half the water", x)
	}
	if one, six := lost(2500, 0.6, 1), lost(2500, 0.6, 6); !(six < 0.7*one) {
		t.Errorf("one effect loses %.3g, six %.3g", one, six)
	}
	r := recycleRig(t, sys, NewEvaporator, "tenor = { \"Na+\" = \"150 g/L\" }\ntemperature = \"80 degC\"\n", "1")
	r.bring(0, map[string]float64{"Na+": 1000, "SiO2(s)": 1})
	r.solve(flowsheet.Stage{})
	n := r.out[concentratePort].N
	r.near("tenor", n[r.index("Na+")]*0.02298977/sys.PhaseVolume(0, n), 150, 1e-6)
	if n[r.index("SiO2(s)")] != 1 || !slices.Contains(r.codes(), "supersaturated") {
		t.Errorf("silica %g, warnings %v", n[r.index("SiO2(s)")], r.codes())
	}
	r.bring(0, map[string]float64{"Na+": 8000})
	r.solve(flowsheet.Stage{})
	if r.out[condensatePort].N[r.index("H2O")] != 0 || !slices.Contains(r.codes(), "not_evaporated") {
		t.Errorf("a brine beyond the tenor: warnings %v", r.codes())
	}
	r.in[0].N[r.index("kerosene")] = 1
	r.solve(flowsheet.Stage{})
	if !slices.Contains(r.codes(), "organic_passes") || r.out[concentratePort].N[r.index("kerosene")] != 1 {
		t.Errorf("organic: warnings %v", r.codes())
	}
	r.in[0].N[r.index("N2(g)")] = 1
	r.fails("takes no gas")
}

// Henry's constant of ammonia against another source (59 mol/kg/bar at 25 °C, 4200 K: Sander's compilation, as recalled): 15.8 times as volatile as water at
// 100 °C; with lime in the liquor a tenth of the water takes most of it, of ammonium
// in acid nothing goes.
func TestEvaporatorAmmonia(t *testing.T) {
	sys, err := chem.Load(chem.Selection{Elements: []string{"Na", "Ca", "Cl"}, Families: []string{"aqueous", "water"}})
	if err != nil {
		t.Fatal(err)
	}
	r := recycleRig(t, sys, NewEvaporator, "water_recovery = 0.1\ntemperature = \"100 degC\"\n", "1")
	e := r.unit.(*Evaporator)
	K := 1 / (59 * math.Exp(4200*(1/373.15-1/298.15)))
	r.near("volatility", e.stripping.ratio(num(373.15)).v/0.018015, K/0.018015/1.01325, 0.1)
	r.bring(0, map[string]float64{"NH4+": 100, "Ca+2": 50, "H+": -100}) // NH4Cl + Ca(OH)2
	r.solve(flowsheet.Stage{})
	gone := r.out[condensatePort].N[r.index("NH4+")] / 100
	a := e.stripping.ratio(num(373.15)).v / 0.018015 * 0.1 / 0.9
	r.near("stripped", gone, a/(1+a), 1e-3)
	if z := sys.ChargeFlow(r.out[condensatePort].N); math.Abs(z) > 1e-9 || gone < 0.5 {
		t.Errorf("%.3g stripped, charge %g", gone, z)
	}
	r.near("signal", r.signal("nh3_in_condensate"), 100*gone*0.017031, 1e-4)
	r.bring(0, map[string]float64{"NH4+": 100, "H+": 1})
	r.solve(flowsheet.Stage{})
	if n := r.out[condensatePort].N[r.index("NH4+")]; n != 0 {
		t.Errorf("%g mol/s of ammonia out of acid", n)
	}
}
