package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
)

// sorptionResult adds to the points of a case that sorbs
//
//	"sorbed_fraction": {"La": …, "REE": …}    of all there is; REE is lanthanides, Y and Sc by mass
//	"removed_fraction": {…}                   no longer dissolved: sorbed or in a solid
//	"captured_fraction": {…}                  removed since the point before, from the second on
//	"heavy_less_light": …                     removed fraction of Yb less that of La
type sorptionResult struct {
	weights map[string]float64 // kg/mol of elements
	last    map[string]any
}

const rareEarths = "La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Y Sc"

// sorbents are the surfaces that a case switches on.
func (w *waterInput) sorbents(sys *aqueous.System, solids []int) (list []aqueous.Sorbent, err error) {
	for _, name := range slices.Sorted(maps.Keys(w.Sorbents)) {
		p, err := sys.Surface(name)
		if err != nil {
			return nil, err
		}
		list = append(list, aqueous.Sorbent{Surface: p, Metal: w.Sorbents[name]})
	}
	if w.Sorption {
		for _, s := range sys.Sorbents(solids) {
			if !slices.ContainsFunc(list, func(o aqueous.Sorbent) bool { return o.Surface == s.Surface }) {
				list = append(list, s)
			}
		}
		if len(list) == 0 {
			return nil, fmt.Errorf("sorption: none of the solids carries a surface")
		}
	}
	return list, nil
}

func (s *sorptionResult) add(point map[string]any, sys *aqueous.System, totals []float64, r *aqueous.Result) error {
	if s.weights == nil {
		constants, err := chem.Constants()
		if err != nil {
			return err
		}
		s.weights = map[string]float64{}
		for _, c := range constants {
			if symbol, ok := strings.CutPrefix(c.Name, "element."); ok {
				s.weights[strings.TrimSuffix(symbol, ".mass")] = c.Value
			}
		}
	}
	sorbed, removed := map[string]any{}, map[string]any{}
	var mass, onSurface, gone float64
	for i, c := range sys.Components {
		if i <= aqueous.Water || totals[i] == 0 {
			continue
		}
		on, out := r.Sorbed[i]/totals[i], 1-r.Dissolved[i]/totals[i]
		sorbed[c.Name], removed[c.Name] = on, out
		if slices.Contains(strings.Fields(rareEarths), c.Name) {
			m := totals[i] * s.weights[c.Name]
			mass, onSurface, gone = mass+m, onSurface+on*m, gone+out*m
		}
	}
	if mass > 0 {
		sorbed["REE"], removed["REE"] = onSurface/mass, gone/mass
	}
	yb, heavy := removed["Yb"].(float64)
	la, light := removed["La"].(float64)
	if heavy && light {
		point["heavy_less_light"] = yb - la
	}
	if s.last != nil {
		captured := map[string]any{}
		for name, v := range removed {
			captured[name] = v.(float64) - s.last[name].(float64)
		}
		point["captured_fraction"] = captured
	}
	point["sorbed_fraction"], point["removed_fraction"], s.last = sorbed, removed, removed
	return nil
}

// surfaceConstants are log10 K of the species of surfaces, by surface, and by metal that of the strong site less that of the weak.
func surfaceConstants(sys *aqueous.System, sorbents []aqueous.Sorbent) (logK, gap map[string]any) {
	logK, gap = map[string]any{}, map[string]any{}
	for _, s := range sorbents {
		o := &sys.Surfaces[s.Surface]
		all, by := map[string]any{}, map[string]any{}
		for _, species := range o.Species[len(o.Sites):] {
			all[species.Name] = species.Constant.LogK
		}
		for name, k := range all {
			if weak, ok := all[">w"+strings.TrimPrefix(name, ">s")]; ok && strings.HasPrefix(name, ">s") {
				by[name] = k.(float64) - weak.(float64)
			}
		}
		logK[o.Name], gap[o.Name] = all, by
	}
	return logK, gap
}
