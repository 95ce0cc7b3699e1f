package aqueous

import (
	"fmt"
	"math"

	"reetwin/flowsheet/conf"
)

// OxidationWater is what the oxidation laws ask of a water.
type OxidationWater struct {
	T         float64 // K
	LnH, LnOH float64 // ln of activity, molal scale
	PO2       float64 // Pa, partial pressure in equilibrium with the water
	O2        float64 // mol/m3, dissolved
}

// FerrousOxidation is the oxidation of Fe(II) by oxygen, in solution and on ferric solids:
//
//	-d[Fe(II)]/dt = (Slow + Fast a(OH-)^2 p(O2)) [Fe(II)] + sum k_s [Fe(II) sorbed on s] [O2]
//
// Temperature enters by a(OH-) (the ion product of water, some 112 kJ/mol in the square) and p(O2) only.
type FerrousOxidation struct {
	Fast    float64 // 1/(Pa s)
	Slow    float64 // 1/s, written without oxygen by its source
	FieldLo float64 // 1/(Pa s), Fast as seen in mine waters, lowest
	FieldHi float64 // and highest
	Speedup float64 // largest (homogeneous + surface) / homogeneous that was seen
	Solids  []FerricSolid

	reference, onSolid measuredAt
	acidity            rangeOfPH
}

// FerricSolid is a solid on which sorbed Fe(II) is oxidised.
type FerricSolid struct {
	Name  string
	K     float64 // m3/(mol s)
	Sites float64 // mol per mol of its Fe; 0: not known, nothing is checked
}

// SorbedIron is Fe(II) on one solid.
type SorbedIron struct {
	Solid  int     // index in FerrousOxidation.Solids
	Sorbed float64 // mol of Fe(II) sorbed per m3 of water
	Iron   float64 // mol of Fe in the solid per m3 of water, for the check against sites
}

// FerrousRate is a rate of oxidation and its partial derivatives.
type FerrousRate struct {
	Rate                 float64 // mol/(m3 s) of Fe(II)
	Homogeneous, Surface float64 // its two parts
	DFe                  float64 // over dissolved Fe(II), 1/s: the first-order constant of the homogeneous part
	DLnOH                float64 // over ln a(OH-)
	DPO2                 float64 // over p(O2), mol/(m3 s Pa)
	DO2                  float64 // over dissolved O2, 1/s
	Caution              Caution
}

// Solid is the index of a ferric solid by name. The error names the nearest one.
func (f *FerrousOxidation) Solid(name string) (int, error) {
	var names []string
	for i, s := range f.Solids {
		if s.Name == name {
			return i, nil
		}
		names = append(names, s.Name)
	}
	return 0, fmt.Errorf("kinetics: there is no ferric solid %q; did you mean %q?", name, conf.Nearest(name, names))
}

// Rate is the oxidation of dissolved Fe(II), fe in mol/m3, and of what is sorbed on the solids. dSorbed receives the
// derivative over each sorbed amount, 1/s; it is as long as on, or nil.
func (f *FerrousOxidation) Rate(w OxidationWater, fe float64, on []SorbedIron, dSorbed []float64) FerrousRate {
	fast := f.Fast * math.Exp(2*w.LnOH)
	k := f.Slow + fast*w.PO2
	r := FerrousRate{
		Homogeneous: k * fe, DFe: k,
		DLnOH: 2 * fast * w.PO2 * fe, DPO2: fast * fe,
		Caution: f.reference.caution(w.T),
	}
	if f.Slow > fast*w.PO2 {
		r.Caution |= NotOfOxygen
	}
	total := 0.0
	for i, s := range on {
		solid := &f.Solids[s.Solid]
		r.DO2 += solid.K * s.Sorbed
		total += s.Sorbed
		if dSorbed != nil {
			dSorbed[i] = solid.K * w.O2
		}
		if solid.Sites > 0 && s.Sorbed > solid.Sites*s.Iron {
			r.Caution |= AboveSites
		}
	}
	r.Surface = r.DO2 * w.O2
	r.Rate = r.Homogeneous + r.Surface
	if total > 0 {
		r.Caution |= f.acidity.caution(w.LnH) | f.onSolid.caution(w.T)
		if r.Rate > f.Speedup*r.Homogeneous {
			r.Caution |= AboveSpeedup
		}
	}
	return r
}

func (r *kineticsReader) ferrous(root *conf.Table, f *FerrousOxidation) {
	t, o := r.open(root, "ferrous", kineticsOrigin{})
	f.Fast = r.number(t, "fast", "1/(Pa s)", conf.Positive, o)
	f.Slow = r.number(t, "slow", "1/s", conf.NonNegative, o)
	f.reference = r.reference(t, o)
	field, fo := r.open(t, "field", o)
	f.FieldLo = r.number(field, "low", "1/(Pa s)", conf.Positive, fo)
	f.FieldHi = r.number(field, "high", "1/(Pa s)", conf.Positive, fo)
	field.Close()
	t.Close()

	t, o = r.open(root, "surface", kineticsOrigin{})
	f.Speedup = r.number(t, "speedup", "1", conf.Positive, o)
	f.acidity, f.onSolid = r.acidity(t, o), r.reference(t, o)
	solids, so := r.open(t, "solid", o)
	for _, name := range r.named(solids) {
		f.Solids = append(f.Solids, FerricSolid{Name: name, K: r.number(solids, name, "m3/(mol s)", conf.Positive, so)})
	}
	solids.Close()
	sites, so := r.open(t, "sites", o)
	perIron := r.number(sites, "weak", "1", conf.Positive, so) + r.number(sites, "strong", "1", conf.Positive, so)
	if i, err := f.Solid(sites.Text("of")); err != nil {
		sites.Fault("of", "%v", err)
	} else {
		f.Solids[i].Sites = perIron
	}
	sites.Close()
	t.Close()
}
