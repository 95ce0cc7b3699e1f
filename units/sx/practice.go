package sx

import (
	_ "embed"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

//go:embed data/practice.toml
var practiceText []byte

// Practice is what circuits are built for and where they give trouble: numbers that size, price and warn. SI units.
type Practice struct {
	MixingTime, MixingPower                      chem.Constant // s, W/m3
	SettlerFlux, SettlerFluxLimit, SettlerDepth  chem.Constant // m/s, m/s, m
	Degradation, Solubility                      chem.Constant // 1/s, kg/m3 of aqueous
	PhaseRatioLo, PhaseRatioHi                   chem.Constant // O/A
	LoadingLimit, GelLimit, FreeLimit, SoapLimit chem.Constant // parts of the extractant; gel: mol per mol
	ColdLimit                                    chem.Constant // K
}

// All lists the numbers in a fixed order.
func (p *Practice) All() []chem.Constant {
	return []chem.Constant{p.MixingTime, p.MixingPower, p.SettlerFlux, p.SettlerFluxLimit, p.SettlerDepth, p.Degradation, p.Solubility,
		p.PhaseRatioLo, p.PhaseRatioHi, p.LoadingLimit, p.GelLimit, p.FreeLimit, p.SoapLimit, p.ColdLimit}
}

// readPractice reads the embedded numbers and lays those of the unit's own table practice over them.
func readPractice(p *conf.Table, extractant string) (Practice, error) {
	tree, err := conf.Parse("practice.toml", practiceText)
	if err != nil {
		return Practice{}, err
	}
	root := tree.Root()
	var own *conf.Table
	if p.Has("practice") {
		own = p.Table("practice")
	}
	one := func(t *conf.Table, key, name, unit string, r conf.Range) chem.Constant {
		entry := t.Table(key)
		c := chem.Constant{Name: "practice." + name, Value: entry.Quantity("value", unit, r), Unit: unit,
			Class: chem.Class(entry.Choice("class", string(chem.Measured), string(chem.Derived), string(chem.Estimated), string(chem.Assumed))), Source: entry.Text("source")}
		entry.Close()
		if own != nil && own.Has(name) {
			c.Value, c.Class, c.Source = own.Quantity(name, unit, r), chem.Assumed, "given in the plant file"
		}
		return c
	}
	get := func(name, unit string, r conf.Range) chem.Constant { return one(root, name, name, unit, r) }
	part := conf.Range{Lo: 0, Hi: 1, LoOpen: true}
	dissolved := root.Table("solubility")
	held := "other"
	if dissolved.Has(extractant) {
		held = extractant
	}
	q := Practice{
		MixingTime: get("mixing_time", "s", conf.Positive), MixingPower: get("mixing_power", "W/m3", conf.NonNegative),
		SettlerFlux: get("settler_flux", "m/s", conf.Positive), SettlerFluxLimit: get("settler_flux_limit", "m/s", conf.Positive),
		SettlerDepth: get("settler_depth", "m", conf.Positive), Degradation: get("degradation", "1/s", conf.NonNegative),
		Solubility:   one(dissolved, held, "solubility", "kg/m3", conf.NonNegative),
		PhaseRatioLo: get("phase_ratio_lo", "1", conf.Positive), PhaseRatioHi: get("phase_ratio_hi", "1", conf.Positive),
		LoadingLimit: get("loading_limit", "1", part), GelLimit: get("gel_limit", "1", part),
		FreeLimit: get("free_limit", "1", part), SoapLimit: get("soap_limit", "1", part), ColdLimit: get("cold_limit", "K", conf.Positive),
	}
	for _, key := range dissolved.Keys() {
		dissolved.Skip(key)
	}
	dissolved.Close()
	root.Close()
	if own != nil {
		own.Close()
	}
	return q, tree.Err()
}
