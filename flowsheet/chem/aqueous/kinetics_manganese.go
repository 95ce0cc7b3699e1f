package aqueous

import (
	"math"

	"reetwin/flowsheet/conf"
)

// ManganousOxidation is the oxidation of dissolved Mn(II) by oxygen, each species on its own path:
//
//	-d[Mn(II)]/dt = sum k_i [species i] [O2]
type ManganousOxidation struct {
	Paths []ManganousPath

	reference measuredAt
	acidity   rangeOfPH
}

// ManganousPath is one species that oxygen oxidises.
type ManganousPath struct {
	Species string
	K       float64 // m3/(mol s)
}

// ManganousRate is a rate of oxidation.
type ManganousRate struct {
	Rate    float64 // mol/(m3 s) of Mn(II)
	DO2     float64 // over dissolved O2, 1/s
	Caution Caution
}

// Rate is the oxidation for concentrations c, mol/m3, in the order of Paths. dc receives the derivative over each, 1/s; it
// is as long as c, or nil.
func (m *ManganousOxidation) Rate(w OxidationWater, c, dc []float64) ManganousRate {
	r := ManganousRate{DO2: m.Apparent(c), Caution: m.reference.caution(w.T) | m.acidity.caution(w.LnH)}
	r.Rate = r.DO2 * w.O2
	if dc != nil {
		for i, p := range m.Paths {
			dc[i] = p.K * w.O2
		}
	}
	return r
}

// Apparent is sum k_i x_i: the apparent second-order constant, m3/(mol s), for fractions x of the dissolved Mn(II).
func (m *ManganousOxidation) Apparent(x []float64) (k float64) {
	for i, p := range m.Paths {
		k += p.K * x[i]
	}
	return k
}

// ManganeseBed is the first-order removal of Mn(II) in a bed of stone, as a design program has it.
type ManganeseBed struct {
	K         float64 // m/s: first-order constant per surface area in the volume
	Factor    float64 // of the source's area formula over plug flow, unexplained there
	Retention float64 // s
	Target    float64 // kg/m3 of Mn in the effluent
}

// BedRate is a rate of removal per volume of bed.
type BedRate struct {
	Rate                 float64 // mol/(m3 s)
	DManganese, DSurface float64 // over the concentration, and over m2/m3
	Caution              Caution
}

// Rate is K times surface (m2 per m3 of bed) times the concentration, mol/m3.
func (b *ManganeseBed) Rate(manganese, surface float64) BedRate {
	return BedRate{b.K * surface * manganese, b.K * surface, b.K * manganese, Guessed}
}

// BedArea is the plan area of a bed and its derivatives.
type BedArea struct {
	Area                             float64 // m2
	DFlow, DInlet, DOutlet, DSurface float64
	DDepth                           float64
	Caution                          Caution
}

// Area is Factor x flow ln(inlet/outlet) / (K surface depth): flow in m3/s, concentrations in any one unit, surface in
// m2/m3, depth in m.
func (b *ManganeseBed) Area(flow, inlet, outlet, surface, depth float64) BedArea {
	per := b.Factor / (b.K * surface * depth)
	ln := math.Log(inlet / outlet)
	a := per * flow * ln
	return BedArea{a, per * ln, per * flow / inlet, -per * flow / outlet, -a / surface, -a / depth, Guessed}
}

// PyrolusiteReduction is the reduction of MnO2 by Fe(II):
//
//	r = K [Fe(II)] (m/m0)^N (1 - Omega)  below saturation,  K Back (1 - Omega)  above
type PyrolusiteReduction struct {
	K    float64 // 1/s
	N    float64
	Back float64 // mol/m3, in the place of [Fe(II)] (m/m0)^N above saturation

	reference measuredAt
}

// PyrolusiteRate is a rate of reduction.
type PyrolusiteRate struct {
	Rate                 float64 // mol/(m3 s) of MnO2
	DFe, DLeft, DLnOmega float64 // over Fe(II), over m/m0, over ln Omega (one-sided at saturation)
	Caution              Caution
}

// Rate is the reduction at fe, mol/m3, with left = m/m0 of the solid and the ln of its saturation ratio.
func (p *PyrolusiteReduction) Rate(T, fe, left, lnOmega float64) PyrolusiteRate {
	c := p.reference.caution(T)
	omega := math.Exp(lnOmega)
	if omega > 1 {
		return PyrolusiteRate{Rate: p.K * p.Back * (1 - omega), DLnOmega: -p.K * p.Back * omega, Caution: c | Precipitating}
	}
	k := p.K * math.Pow(left, p.N)
	return PyrolusiteRate{
		Rate: k * fe * (1 - omega),
		DFe:  k * (1 - omega), DLeft: p.K * p.N * math.Pow(left, p.N-1) * fe * (1 - omega), DLnOmega: -k * fe * omega,
		Caution: c,
	}
}

func (r *kineticsReader) manganous(root *conf.Table, m *ManganousOxidation) {
	t, o := r.open(root, "manganous", kineticsOrigin{})
	m.reference, m.acidity = r.reference(t, o), r.acidity(t, o)
	species, so := r.open(t, "species", o)
	for _, name := range r.named(species) {
		m.Paths = append(m.Paths, ManganousPath{name, r.number(species, name, "m3/(mol s)", conf.Positive, so)})
	}
	species.Close()
	t.Close()
}

func (r *kineticsReader) bed(root *conf.Table, b *ManganeseBed) {
	t, o := r.open(root, "bed", kineticsOrigin{})
	b.K = r.number(t, "k", "m/s", conf.Positive, o)
	b.Factor = r.number(t, "factor", "1", conf.Positive, o)
	b.Retention = r.number(t, "retention", "s", conf.Positive, o)
	b.Target = r.number(t, "target", "kg/m3", conf.Positive, o)
	t.Close()
}

func (r *kineticsReader) pyrolusite(root *conf.Table, p *PyrolusiteReduction) {
	t, o := r.open(root, "pyrolusite", kineticsOrigin{})
	p.K = r.number(t, "k", "1/s", conf.Positive, o)
	p.N = r.number(t, "n", "1", conf.Positive, o)
	p.Back = r.number(t, "back", "mol/m3", conf.Positive, o)
	p.reference = r.reference(t, o)
	t.Close()
}
