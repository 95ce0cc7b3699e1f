package sx

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// lyeMain is the base solution that a circuit saponifies with, where one is connected. It runs past the saponifier as a main: the pump takes
// the part φ that the set degree of saponification needs, the rest goes on as it came.
//
//	OH    = −acidity − Σ z n of dissolved cations of more than one charge      hydroxide at hand, mol/s; metals keep theirs
//	φ     = S / (lye_use · OH), at most 1       S: what the organic takes up, mol/s, see cascade.Soaped
//	R     = φ · lye_use · OH                    reacts: HA + Na+ + OH- = NaA + H2O
//	lye   = (1 − φ) of the inlet                spent_lye = φ of it − R (Na+ + OH- − H2O)
//	base  = S − R                               what the lye lacks is drawn from outside: lye_makeup says that it is meant to, else it is warned of
//
// Assumptions: lye and organic part after the contact, and spent lye carries no organic; all else in the lye (salt, carbonate, metals) leaves with
// the spent lye; both leave at the temperature of the lye. Carbonate does not saponify here, in truth it would to bicarbonate.
type lyeMain struct {
	on        bool
	in        int  // inlet
	rest      int  // outlet; spent lye is the one after it
	use       int  // handle
	makeup    bool // fresh base is meant to complete it
	metals    []int
	carbonate int // component, or −1
}

// readLye declares the handle of a circuit that has lye connected.
func (s *Circuit) readLye(p *conf.Table, connected bool, spec *flowsheet.Spec) {
	if !connected {
		return
	}
	r := conf.Between(0.5, 1)
	s.lye.on, s.lye.use, s.lye.makeup = true, len(spec.Handles), p.BoolOr("lye_makeup", false)
	spec.Handles = append(spec.Handles, flowsheet.Handle{Name: "lye_use", Unit: "1", Value: p.QuantityOr("lye_use", "1", 1, r), Lo: r.Lo, Hi: r.Hi})
}

// declareLye names the ports and finds what a lye may hold.
func (s *Circuit) declareLye(spec *flowsheet.Spec) {
	if !s.lye.on {
		return
	}
	q := &s.lye
	q.in, q.rest, q.carbonate = len(spec.In), len(spec.Out), -1
	spec.In = append(spec.In, flowsheet.Port{Name: "lye", Optional: true})
	spec.Out = append(spec.Out, flowsheet.Port{Name: "lye"}, flowsheet.Port{Name: "spent_lye"})
	first, end := s.system.Span(chem.Aqueous)
	for c := first; c < end; c++ {
		if s.system.Components[c].Charge > 1 {
			q.metals = append(q.metals, c)
		}
	}
	if c, ok := s.system.Index("CO3-2"); ok {
		q.carbonate = c
	}
}

// hydroxide is what a lye has free, mol/s; below zero it is acid. Linear in n.
func (s *Circuit) hydroxide(n []float64) float64 {
	return -n[s.acid] - s.bindsBase(n)
}

// bindsBase is the hydroxide that metals of a lye hold, mol/s.
func (s *Circuit) bindsBase(n []float64) (sum float64) {
	for _, c := range s.lye.metals {
		sum += s.system.Components[c].Charge * n[c]
	}
	return sum
}

// checkLye refuses a lye whose base belongs to another cation than the soap's.
func (s *Circuit) checkLye(n []float64) error {
	base, own := s.hydroxide(n), 0.0
	if s.sodium >= 0 {
		own = n[s.sodium]
	}
	if base <= own*(1+1e-6) {
		return nil
	}
	soap := "none"
	if s.sodium >= 0 {
		soap = s.system.Components[s.sodium].Name
	}
	return fmt.Errorf("lye: %.4g mol/s of hydroxide enter with %.4g mol/s of the soap's cation (%s): model %s has no constants for another soap, such as of NH4+ or K+", base, own, soap, s.model.Name)
}

// take is the part of a lye that S mol/s of soap need, and what of its base reacts, mol/s. Short: it all goes, and S is more.
func (s *Circuit) take(n []float64, use, S float64) (part, reacted float64, short bool) {
	base := use * s.hydroxide(n)
	switch {
	case !(S > 0):
		return 0, 0, false
	case base <= 0:
		return 0, 0, true
	case base < S:
		return 1, base, true
	}
	return S / base, S, false
}

// spend writes the outlets of the lye, and gives the base that is left to be drawn, of S mol/s.
func (s *Circuit) spend(u []float64, in, out []flowsheet.Stream, S float64) (drawn float64) {
	n, rest, spent := in[s.lye.in], &out[s.lye.rest], &out[s.lye.rest+1]
	part, reacted, _ := s.take(n.N, u[s.lye.use], S)
	rest.T, spent.T = n.T, n.T
	for c, v := range n.N {
		spent.N[c] = part * v
		rest.N[c] = v - spent.N[c]
	}
	s.alkali(spent, -reacted)
	// Not as a difference, whose rounding would make clear water acid or alkaline.
	spent.N[s.acid] = -part * ((1-u[s.lye.use])*s.hydroxide(n.N) + s.bindsBase(n.N))
	return S - reacted
}

// spendSlope is the derivative of spend.
func (s *Circuit) spendSlope(u []float64, in []flowsheet.Stream, du []float64, din, dout []flowsheet.Stream, S, dS float64) (drawn float64) {
	n, dn, rest, spent := in[s.lye.in].N, din[s.lye.in], &dout[s.lye.rest], &dout[s.lye.rest+1]
	use := u[s.lye.use]
	base, dbase := use*s.hydroxide(n), use*s.hydroxide(dn.N)+du[s.lye.use]*s.hydroxide(n)
	part, _, short := s.take(n, use, S)
	dpart, dreacted := 0.0, 0.0
	switch {
	case base <= 0:
	case short:
		dreacted = dbase
	default:
		dpart, dreacted = (dS-part*dbase)/base, dS
	}
	rest.T, spent.T = dn.T, dn.T
	for c, v := range dn.N {
		spent.N[c] = part*v + dpart*n[c]
		rest.N[c] = v - spent.N[c]
	}
	s.alkali(spent, -dreacted)
	return dS - dreacted
}

// soaped is the base that the organic takes up, mol/s, read off the outlets.
func (s *Circuit) soaped(in, out []flowsheet.Stream) float64 {
	n := out[s.lye.rest].N[s.acid] + out[s.lye.rest+1].N[s.acid] - in[s.lye.in].N[s.acid]
	return n - out[s.basePort()].N[s.acid]
}

// base says what the lye lacks, and what it brings that it should not.
func (w *limits) base(u []float64, in, out []flowsheet.Stream) {
	if !w.lye.on {
		return
	}
	n, need := in[w.lye.in].N, w.soaped(in, out)
	have := u[w.lye.use]*w.hydroxide(n) + 0 // no -0
	if _, _, short := w.take(n, u[w.lye.use], need*(1-1e-9)); short && !w.lye.makeup {
		w.add("lye_short", "lye", have, need, "mol/s", "the lye brings %.4g mol/s of base that can react, %.3g %% saponification takes %.4g: %.3g %% of it is drawn as fresh base",
			have, 100*u[saponified], need, 100*(1-max(have, 0)/need))
	}
	V := w.system.PhaseVolume(chem.Aqueous, n)
	if V <= 0 {
		return
	}
	const trace = 0.1 // mol/m3 of charge: below it hydroxide does not matter to a saponifier: assumed
	if c := w.bindsBase(n) / V; c > trace {
		w.add("precipitates", "lye", c, trace, "mol/m3", "metals in the lye bind %.3g mmol/L of its base: their hydroxides would foul the saponifier; they leave with the spent lye", c)
	}
	if w.lye.carbonate >= 0 {
		if c := n[w.lye.carbonate] / V; c > 0.01*have/V && c > trace {
			w.add("carbonate", "lye", c, 0.01*have/V, "mol/m3", "the lye brings %.3g mmol/L of carbonate, which does not saponify here and leaves with the spent lye", c)
		}
	}
}
