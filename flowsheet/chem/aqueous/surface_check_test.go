package aqueous_test

import (
	"fmt"
	"math"

	"reetwin/flowsheet/chem/aqueous"
)

// verifySurfaces checks the surfaces of a result from their reactions alone: metal, sites, mass action at the potential found, charge
// and potential after Gouy and Chapman, and the sums. It shares no code with the solver.
func verifySurfaces(sys *aqueous.System, p *aqueous.Problem, r *aqueous.Result, lnActivity []float64) error {
	sorbed, size := make([]float64, len(sys.Components)), make([]float64, len(sys.Components))
	for k := range sys.Surfaces {
		o, s := &sys.Surfaces[k], &r.Surfaces[k]
		metal, on := 0.0, false
		for _, a := range p.Sorbents {
			if a.Surface == k {
				metal, on = a.Metal, true
			}
		}
		for _, c := range o.Carriers {
			if on {
				metal += c.Metal * r.Solids[c.Solid]
			}
		}
		if math.Abs(metal-s.Metal) > tolerance*metal {
			return fmt.Errorf("%s: metal %g, solids say %g", o.Name, s.Metal, metal)
		}
		for i, n := range s.Species {
			for _, t := range o.Species[i].Terms {
				sorbed[t.Component] += t.Coefficient * n
				size[t.Component] += math.Abs(t.Coefficient * n)
			}
		}
		if metal > 0 {
			if err := verifySurface(o, s, r, lnActivity); err != nil {
				return fmt.Errorf("%s: %w", o.Name, err)
			}
		}
	}
	for i, c := range sys.Components {
		if math.Abs(sorbed[i]-r.Sorbed[i]) > tolerance*size[i] {
			return fmt.Errorf("sorbed %s %g, species say %g", c.Name, r.Sorbed[i], sorbed[i])
		}
	}
	return nil
}

func verifySurface(o *aqueous.Surface, s *aqueous.Sorbed, r *aqueous.Result, lnActivity []float64) error {
	const faraday, gas, T = 96485.33212, 8.314462618, 298.15
	phi := faraday * s.Potential / (gas * T)
	taken, charge, size := make([]float64, len(o.Sites)), 0.0, 0.0
	for i, species := range o.Species {
		n := s.Species[i]
		if !(n >= 0) {
			return fmt.Errorf("%g mol of %s", n, species.Name)
		}
		taken[species.Site] += species.Sites * n
		charge += species.Charge * n
		size += math.Abs(species.Charge) * n
		total := o.Sites[species.Site].Density * s.Metal
		ln := math.Ln10*species.Constant.LogK + species.Sites*math.Log(s.Species[species.Site]/total) - species.Charge*phi
		for _, t := range species.Terms {
			ln += t.Coefficient * lnActivity[t.Component]
		}
		if math.IsInf(ln, -1) && n == 0 || ln < -600 {
			continue
		}
		if share := math.Log(species.Sites * n / total); math.Abs(share-ln) > tolerance*(1+math.Abs(ln)) {
			return fmt.Errorf("%s: ln share %g, mass action wants %g", species.Name, share, ln)
		}
	}
	for t, site := range o.Sites {
		if total := site.Density * s.Metal; math.Abs(taken[t]-total) > tolerance*total {
			return fmt.Errorf("%g mol of sites %s taken of %g", taken[t], site.Name, total)
		}
	}
	if o.Area == 0 {
		if s.Potential != 0 {
			return fmt.Errorf("potential %g V without a double layer", s.Potential)
		}
		return nil
	}
	// Dielectric constant of water at 25 C as in the data.
	eps := 87.898 - 0.400753*25 + 8.73462e-4*625 - 1.03278e-6*15625
	sigma := math.Sqrt(8*eps*8.8541878128e-12*gas*T*1000*r.IonicStrength) * math.Sinh(phi/2)
	if got := charge * faraday / (o.Area * s.Metal); math.Abs(got-sigma) > tolerance*(math.Abs(sigma)+size*faraday/(o.Area*s.Metal)) || math.Abs(got-s.Charge) > tolerance*size*faraday/(o.Area*s.Metal) {
		return fmt.Errorf("%g C/m2 (%g said), the potential holds %g", got, s.Charge, sigma)
	}
	return nil
}
