package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// CakeDryer says what the liquor in a filter cake leaves on it when it dries: the metals that it holds as oxalates, as far as its oxalate goes, and
// its sodium as rock salt.
//
//	2 M+3 + 3 C2O4-2 + 10 H2O -> M2(C2O4)3·10H2O       so all salts of the family "oxalate", by their formulas
//	Na+ + Cl- -> NaCl                                   min(Na, Cl)
//
// Acids and all other ions stay with the moisture, and leave a kiln by its outlet "salts". Nothing evaporates here.
// Assumptions: crystals hold to the cake; sodium is dried with chloride, not with oxalate; no heat.
// Degrees of freedom: none.
// Source: stoichiometry.
type CakeDryer struct {
	system         *chem.System
	na, cl, salt   int // components; salt is -1 where there is none
	oxalate, water int
	solids         []dried
}

// dried is an oxalate: of one mole of the ion.
type dried struct {
	ion, solid             int
	solids, oxalate, water float64
}

// NewCakeDryer makes a cake dryer.
func NewCakeDryer() flowsheet.Unit { return &CakeDryer{} }

// Init finds the salts.
func (d *CakeDryer) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	s := env.System
	d.system = s
	at := func(name string) int {
		if i, ok := s.Index(name); ok {
			return i
		}
		return -1
	}
	d.na, d.cl, d.salt, d.oxalate, d.water = at("Na+"), at("Cl-"), at("NaCl(s)"), at("C2O4-2"), s.Solvent(chem.Aqueous)
	if d.na < 0 || d.cl < 0 {
		d.salt = -1
	}
	d.solids = oxalates(s)
	if d.salt < 0 && len(d.solids) == 0 {
		return flowsheet.Spec{}, fmt.Errorf(`a cake dryer has no salt to dry: add "oxalate" or "salt" to chemistry.families`)
	}
	return flowsheet.Spec{In: ports("cake"), Out: ports("cake"), Signals: []flowsheet.Variable{{Name: "salts", Unit: "1", Scale: 1e-5}}}, nil
}

// oxalates lists the salts of the family "oxalate" that have an ion, each checked for every element and charge.
func oxalates(s *chem.System) (all []dried) {
	oxalate, ok := s.Index("C2O4-2")
	water := s.Solvent(chem.Aqueous)
	if !ok || water < 0 {
		return nil
	}
	carbon, _ := s.Element("C")
	hydrogen, _ := s.Element("H")
	c := s.Components
	for i := range c {
		if c[i].Family != "oxalate" || c[i].Phase != chem.Solid {
			continue
		}
		k := dried{ion: s.ByKey(chem.Aqueous, c[i].Key), solid: i, solids: 1 / c[i].KeyCount, oxalate: c[i].Formula[carbon] / 2 / c[i].KeyCount, water: c[i].Formula[hydrogen] / 2 / c[i].KeyCount}
		if k.ion < 0 || c[k.ion].Charge != 2*k.oxalate {
			continue
		}
		gap := 0.0
		for e := range s.Elements {
			gap = max(gap, math.Abs(c[k.ion].Formula[e]+k.oxalate*c[oxalate].Formula[e]+k.water*c[water].Formula[e]-k.solids*c[i].Formula[e]))
		}
		if gap < 1e-12 {
			all = append(all, k)
		}
	}
	return all
}

// crystallised is the salt, mol/s, and the share of the ions that oxalate takes, with their derivatives along dn.
func (d *CakeDryer) crystallised(n, dn []float64) (salt, dsalt, share, dshare float64) {
	if d.salt >= 0 {
		salt, dsalt = n[d.na], dn[d.na]
		if n[d.cl] < salt {
			salt, dsalt = n[d.cl], dn[d.cl]
		}
		if salt < 0 {
			salt, dsalt = 0, 0
		}
	}
	if len(d.solids) == 0 {
		return salt, dsalt, 0, 0
	}
	share = 1
	need, dneed := 0.0, 0.0
	for _, k := range d.solids {
		need += k.oxalate * n[k.ion]
		dneed += k.oxalate * dn[k.ion]
	}
	if have := n[d.oxalate]; need > have {
		share, dshare = have/need, (dn[d.oxalate]-have/need*dneed)/need
	}
	return salt, dsalt, share, dshare
}

// Solve dries the cake.
func (d *CakeDryer) Solve(_ *flowsheet.Stage, _, _ []float64, in, out []flowsheet.Stream) error {
	n := in[0].N
	salt, _, share, _ := d.crystallised(n, n)
	out[0].Copy(in[0])
	to := out[0].N
	if d.salt >= 0 {
		to[d.na] -= salt
		to[d.cl] -= salt
		to[d.salt] += salt
	}
	for _, k := range d.solids {
		d.dry(k, share*n[k.ion], to)
	}
	if to[d.water] < 0 {
		return fmt.Errorf("the cake holds %.4g mol/s of water, its salts take %.4g mol/s as they crystallise", n[d.water], n[d.water]-to[d.water])
	}
	return nil
}

// dry moves moles of an ion to its oxalate.
func (d *CakeDryer) dry(k dried, moles float64, to []float64) {
	to[k.ion] -= moles
	to[d.oxalate] -= k.oxalate * moles
	to[d.water] -= k.water * moles
	to[k.solid] += k.solids * moles
}

// Tangent is the product rule on Solve.
func (d *CakeDryer) Tangent(_ *flowsheet.Stage, _, _ []float64, in, _ []flowsheet.Stream, _, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	n, dn := in[0].N, din[0].N
	_, dsalt, share, dshare := d.crystallised(n, dn)
	dout[0].Copy(din[0])
	to := dout[0].N
	if d.salt >= 0 {
		to[d.na] -= dsalt
		to[d.cl] -= dsalt
		to[d.salt] += dsalt
	}
	for _, k := range d.solids {
		d.dry(k, share*dn[k.ion]+dshare*n[k.ion], to)
	}
	return nil
}

// Observe writes what crystallised over the solids of the cake, by mass.
func (d *CakeDryer) Observe(_, _ []float64, in, out []flowsheet.Stream, y []float64) {
	y[0] = 0
	if all := d.system.PhaseMass(chem.Solid, out[0].N); all > 0 {
		y[0] = 1 - d.system.PhaseMass(chem.Solid, in[0].N)/all
	}
}

// Explain gives the equations in words.
func (d *CakeDryer) Explain() string {
	return "the metals in the cake's liquor crystallise as oxalates as far as its oxalate goes, its sodium as NaCl; acids stay with the moisture."
}
