package sx

import (
	_ "embed"
	"math"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

//go:embed data/practice.toml
var practiceText []byte

// Practice is what circuits are built for and where they give trouble: numbers that size, price and warn. SI units.
type Practice struct {
	MixingTime, MixingPower                      chem.Constant   // s, W/m3
	SettlerFlux, SettlerFluxLimit, SettlerDepth  chem.Constant   // m/s, m/s, m
	Degradation, Solubility                      chem.Constant   // 1/s, kg/m3 of aqueous
	PhaseRatioLo, PhaseRatioHi                   chem.Constant   // O/A
	LoadingLimit, GelLimit, FreeLimit, SoapLimit chem.Constant   // parts of the extractant; gel: mol per mol
	ColdLimit                                    chem.Constant   // K
	SlowMetal, StuckLimit                        chem.Constant   // a stage efficiency; part of the extractant
	Partition                                    []chem.Constant // of the extractant: m3/mol, 1, mol/m3; or none
}

// Dissolved is the extractant in an aqueous, kg/m3, beside an organic with free dimers u, at free acid h, both mol/m3; mass is
// that of its mole, kg. It is Solubility where the extractant's partition is not known, or the plant file gives a number:
//
//	monomer = √(u/K2),   aqueous HA = monomer/Kd,   A- = HA Ka/h
func (p *Practice) Dissolved(u, h, mass float64) float64 {
	if len(p.Partition) == 0 || !(h > 0) {
		return p.Solubility.Value
	}
	k2, kd, ka := p.Partition[0].Value, p.Partition[1].Value, p.Partition[2].Value
	return mass * math.Sqrt(max(u, 0)/k2) / kd * (1 + ka/h)
}

// DissolvedBy names what Dissolved rests on.
func (p *Practice) DissolvedBy() string {
	if len(p.Partition) == 0 {
		return "practice.solubility"
	}
	return "partition by pH and free dimer, measured"
}

// All lists the numbers in a fixed order.
func (p *Practice) All() []chem.Constant {
	all := []chem.Constant{p.MixingTime, p.MixingPower, p.SettlerFlux, p.SettlerFluxLimit, p.SettlerDepth, p.Degradation}
	if len(p.Partition) == 0 {
		all = append(all, p.Solubility)
	}
	return append(append(all, p.Partition...), p.PhaseRatioLo, p.PhaseRatioHi, p.LoadingLimit, p.GelLimit, p.FreeLimit, p.SoapLimit, p.ColdLimit,
		p.SlowMetal, p.StuckLimit)
}

// UsualPractice is that of an extractant where no plant file says otherwise.
func UsualPractice(extractant string) (Practice, error) { return readPractice(nil, extractant) }

// readPractice reads the embedded numbers and lays those of the unit's own table practice, where there is a unit, over them.
func readPractice(p *conf.Table, extractant string) (Practice, error) {
	tree, err := conf.Parse("practice.toml", practiceText)
	if err != nil {
		return Practice{}, err
	}
	root := tree.Root()
	var own *conf.Table
	if p != nil && p.Has("practice") {
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
		SlowMetal: get("slow_metal", "1", part), StuckLimit: get("stuck_limit", "1", part),
	}
	q.Partition = partition(root.Table("partition"), extractant)
	if own != nil && own.Has("solubility") {
		q.Partition = nil
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

// partition reads what is known of an extractant's own distribution.
func partition(all *conf.Table, extractant string) (list []chem.Constant) {
	for _, name := range all.Keys() {
		t := all.Table(name)
		class, source := chem.Class(t.Choice("class", string(chem.Measured), string(chem.Derived))), t.Text("source")
		for _, q := range [...]struct{ key, unit string }{{"dimerisation", "m3/mol"}, {"distribution", "1"}, {"acid", "mol/m3"}} {
			c := chem.Constant{Name: "practice.partition." + q.key, Value: t.Quantity(q.key, q.unit, conf.Positive), Unit: q.unit, Class: class, Source: source}
			if name == extractant {
				list = append(list, c)
			}
		}
		t.Close()
	}
	all.Close()
	return list
}
