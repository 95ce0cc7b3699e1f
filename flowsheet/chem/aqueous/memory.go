package aqueous

import "math"

// absentLn stands in a memory for the logarithm of a molality of nothing, which is no number.
const absentLn = -1e4

// memoryHead is what a memory holds before the components and solids: pH, ionic strength, water activity, kg of water, titrant.
const memoryHead = 5

// MemorySize is the length of a memory of a problem: of its solids, and with sorbents of what they hold.
func (s *System) MemorySize(p *Problem) int {
	n := memoryHead + len(s.Components) + len(p.Solids)
	if len(p.Sorbents) > 0 {
		n += len(s.Components)
	}
	return n
}

// Remember writes to x all that Update needs to start from r: pH, ionic strength (mol/kg), water activity, water (kg) and titrant (mol), then
// for each component ln molality of its free species (-1e4 where it is absent), for each of the problem's solids its amount (mol; zero counts as
// absent), and where there are sorbents what they hold of each component (mol), which Update does not need.
func (r *Result) Remember(p *Problem, x []float64) {
	x[0], x[1], x[2], x[3], x[4] = r.PH, r.IonicStrength, r.WaterActivity, r.KgWater, r.Titrant
	x = x[memoryHead:]
	for c, v := range r.lnX {
		x[c] = math.Max(v, absentLn)
	}
	x[Water] = 0 // its own free species is the solvent
	x = x[len(r.lnX):]
	for i, k := range p.Solids {
		x[i] = r.Solids[k]
	}
	copy(x[len(p.Solids):], r.Sorbed)
}

// Recall sets r to what Remember wrote, as a start for Update; potentials of surfaces start at zero. It is false, and r starts from nothing, when
// x holds no equilibrium.
func (r *Result) Recall(p *Problem, x []float64) bool {
	r.solved = x[3] > 0 && x[2] > 0 && x[1] > 0
	if !r.solved {
		return false
	}
	r.PH, r.IonicStrength, r.WaterActivity, r.KgWater, r.Titrant = x[0], x[1], x[2], x[3], x[4]
	x = x[memoryHead:]
	for c := range r.lnX {
		if r.lnX[c] = x[c]; x[c] <= absentLn || c == Water {
			r.lnX[c] = math.Inf(-1)
		}
	}
	x = x[len(r.lnX):]
	clear(r.Solids)
	clear(r.Present)
	for i, k := range p.Solids {
		r.Solids[k], r.Present[k] = x[i], x[i] > 0 || r.system.Solids[k].Gas
	}
	for k := range r.Surfaces {
		r.Surfaces[k].Potential = 0
	}
	return true
}

// Direction writes to dx the derivative of what Remember writes, along a tangent of r.
func (r *Result) Direction(t *Tangent, p *Problem, dx []float64) {
	dx[0], dx[1], dx[2], dx[3], dx[4] = t.PH, t.IonicStrength, r.WaterActivity*t.LnWaterActivity, t.KgWater, t.Titrant
	dx = dx[memoryHead:]
	copy(dx, t.LnMolality)
	dx[Water] = 0
	dx = dx[len(r.lnX):]
	for i, k := range p.Solids {
		dx[i] = t.Solids[k]
	}
	copy(dx[len(p.Solids):], t.Sorbed)
}
