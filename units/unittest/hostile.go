package unittest

import (
	"fmt"
	"math"
	"time"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// patience is how long one solve may take, whatever it is given.
const patience = 2 * time.Second

// huge is beyond any flow, mol/s, and leaves room for a unit to take squares and cubes.
const huge = 1e100

// checkHostile gives the unit what no plant should: it must answer with an error or with finite numbers, and soon.
func (r *rig) checkHostile() {
	settled := r.solved()
	if settled == nil {
		return
	}
	for trial := range 400 {
		p := r.start()
		what := r.spoil(p, trial%len(hostilities))
		if trial%3 == 2 && len(p.x) > 0 {
			r.inTime(p, math.Pow(10, -6+12*r.rand.Float64()), settled.x)
			what += fmt.Sprintf(", rate %.2g", p.rate)
		}
		faults, begin := len(r.faults), time.Now()
		err := r.solve(p, trial%2 == 0)
		if took := time.Since(begin); took > patience {
			r.fault("takes %v", took)
		}
		if err == nil {
			r.probe(p)
		}
		for i := faults; i < len(r.faults); i++ {
			r.faults[i] = what + ": " + r.faults[i]
		}
	}
}

// probe calls the unit's other methods at a solved point: none may panic, and the tangent is finite unless flows are
// beyond all measure.
func (r *rig) probe(p *point) {
	defer func() {
		if v := recover(); v != nil {
			r.fault("panic after Solve: %v", v)
		}
	}()
	if o, ok := r.unit.(flowsheet.Observer); ok {
		o.Observe(p.u, p.x, p.in, p.out, make([]float64, len(r.spec.Signals)))
	}
	if o, ok := r.unit.(flowsheet.Reporter); ok {
		o.Report(p.u, p.x, p.in, p.out)
	}
	for _, s := range p.in {
		for _, n := range s.N {
			if a := math.Abs(n); a > 1e60 || a > 0 && a < 1e-60 {
				return
			}
		}
	}
	d := r.still(p)
	for i := range d.u {
		d.u[i] = p.u[i]
	}
	for k := range d.in {
		copy(d.in[k].N, p.in[k].N)
		d.in[k].T = 1
	}
	if err := r.tangent(p, d); err == nil {
		if where := r.notFinite(d); where != "" {
			r.fault("Tangent gives %s without an error", where)
		}
	}
}

// hostilities are the ways to spoil inlets and handles.
var hostilities = [...]struct {
	name  string
	spoil func(r *rig, p *point)
}{
	{"all empty", func(r *rig, p *point) { r.each(p, func(int, float64) float64 { return 0 }) }},
	{"one inlet empty", func(r *rig, p *point) {
		if len(p.in) > 0 {
			clear(p.in[r.rand.IntN(len(p.in))].N)
		}
	}},
	{"one phase missing", func(r *rig, p *point) {
		phase := chem.Phase(r.rand.IntN(4))
		r.each(p, func(i int, n float64) float64 {
			if r.sys.Components[i].Phase == phase {
				return 0
			}
			return n
		})
	}},
	{"no solvent", func(r *rig, p *point) {
		r.each(p, func(i int, n float64) float64 {
			if c := r.sys.Components[i]; r.sys.Solvent(c.Phase) == i {
				return 0
			}
			return n
		})
	}},
	{"trace solvent", func(r *rig, p *point) {
		r.each(p, func(i int, n float64) float64 {
			if c := r.sys.Components[i]; r.sys.Solvent(c.Phase) == i {
				return n * 1e-12
			}
			return n
		})
	}},
	{"flows off by up to 12 decades", func(r *rig, p *point) {
		r.each(p, func(_ int, n float64) float64 { return n * math.Pow(10, 24*r.rand.Float64()-12) })
	}},
	{"metals off by up to 4 decades", func(r *rig, p *point) {
		r.each(p, func(i int, n float64) float64 {
			if c := r.sys.Components[i]; r.sys.Solvent(c.Phase) == i {
				return n
			}
			return n * math.Pow(10, 8*r.rand.Float64()-4)
		})
	}},
	{"any flow of anything anywhere", func(r *rig, p *point) {
		sizes := []float64{0, 0, 0, 1e-300, 1e-30, 1e-12, 1, 1e12, 1e30, huge}
		r.each(p, func(int, float64) float64 { return sizes[r.rand.IntN(len(sizes))] })
	}},
	{"everything at once", func(r *rig, p *point) { r.each(p, func(int, float64) float64 { return 1 }) }},
	{"alkaline", func(r *rig, p *point) {
		r.each(p, func(i int, n float64) float64 {
			if r.sys.Components[i].Name == "H+" {
				return -n * math.Pow(10, 8*r.rand.Float64()-4)
			}
			return n
		})
	}},
	{"no acid", func(r *rig, p *point) {
		r.each(p, func(i int, n float64) float64 {
			if r.sys.Components[i].Name == "H+" {
				return 0
			}
			return n
		})
	}},
	{"all flows times 1e-200", func(r *rig, p *point) { r.each(p, func(_ int, n float64) float64 { return n * 1e-200 }) }},
	{"all flows times 1e100", func(r *rig, p *point) { r.each(p, func(_ int, n float64) float64 { return n * huge }) }},
	{"negative flows", func(r *rig, p *point) {
		r.each(p, func(_ int, n float64) float64 { return n * (2*r.rand.Float64() - 1) })
	}},
	{"hot and cold", func(r *rig, p *point) {
		for k := range p.in {
			p.in[k].T = []float64{1, 200, 1500, 1e5}[r.rand.IntN(4)]
		}
	}},
	{"handles at their limits", func(r *rig, p *point) {
		for i, h := range r.spec.Handles {
			switch r.rand.IntN(4) {
			case 0:
				p.u[i] = math.Max(h.Lo, -1e30)
			case 1:
				p.u[i] = math.Min(h.Hi, 1e30)
			}
		}
	}},
	{"one handle off by up to 9 decades", func(r *rig, p *point) {
		if len(p.u) > 0 {
			p.u[r.rand.IntN(len(p.u))] *= math.Pow(10, 18*r.rand.Float64()-9)
		}
	}},
}

// spoil makes a point hostile and says how.
func (r *rig) spoil(p *point, way int) string {
	hostilities[way].spoil(r, p)
	return hostilities[way].name
}

// each replaces the flow of every component in every connected inlet.
func (r *rig) each(p *point, f func(i int, n float64) float64) {
	for k := range p.in {
		if r.connected(k) {
			for i, n := range p.in[k].N {
				p.in[k].N[i] = f(i, n)
			}
		}
	}
}
