package hydromet

import (
	"fmt"
	"slices"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// dials are the continuous parameters of a unit: its handles, and the range that each must keep when it is moved.
type dials struct {
	handles []flowsheet.Handle
	ranges  []conf.Range
}

// add declares a handle and returns its place in u. The range is in SI.
func (d *dials) add(name, unit string, value float64, r conf.Range) int {
	d.handles = append(d.handles, flowsheet.Handle{Name: name, Unit: unit, Value: value, Lo: r.Lo, Hi: r.Hi})
	d.ranges = append(d.ranges, r)
	return len(d.handles) - 1
}

// read takes a required quantity from the unit's table and declares it. The unit is SI.
func (d *dials) read(t *conf.Table, key, unit string, r conf.Range) int {
	return d.add(key, unit, t.Quantity(key, unit, r), r)
}

// check faults the first handle that has left its range.
func (d *dials) check(u []float64) error {
	for i, r := range d.ranges {
		if !r.Contains(u[i]) {
			return fmt.Errorf("%s is %g %s, outside %v", d.handles[i].Name, u[i], d.handles[i].Unit, r)
		}
	}
	return nil
}

// elements lists the keys of a table by element, which besides holds the source and class of its numbers.
func elements(t *conf.Table) []string {
	return slices.DeleteFunc(t.Keys(), func(key string) bool { return key == "source" || key == "class" })
}

// hasFamily says whether a system has any component of a family.
func hasFamily(s *chem.System, family string) bool {
	return slices.ContainsFunc(s.Components, func(c chem.Component) bool { return c.Family == family })
}

// temperatures is the range that a temperature in a parameter may have, K. It catches 25 K where 25 degC is meant.
func temperatures(p chem.Phase) conf.Range {
	if p == chem.Aqueous || p == chem.Organic {
		return conf.Between(250, 450)
	}
	return conf.Between(200, 3000)
}

// ports declares ports under the given names.
func ports(names ...string) []flowsheet.Port {
	p := make([]flowsheet.Port, len(names))
	for i, n := range names {
		p[i].Name = n
	}
	return p
}

// inlets declares the inlets as they are connected; none is a fault.
func inlets(env flowsheet.Env) []flowsheet.Port {
	if len(env.In) == 0 {
		env.Param.Fault("in", "no inlet; needs at least one stream")
	}
	return ports(env.In...)
}

// merge writes the blend of the inlets: flows add, T is their mean weighted by mass, as if all had one specific heat.
// A blend without mass has the temperature of the first inlet. (A total acidity below zero may outweigh an otherwise empty
// stream; such a stream carries matter but no heat, so that T stays between those of the inlets.) The mass that carries heat
// is returned, kg/s.
func merge(s *chem.System, in []flowsheet.Stream, out *flowsheet.Stream) (mass float64) {
	first := in[0].T
	out.Zero(first)
	heat := 0.0
	for k := range in {
		for i, n := range in[k].N {
			out.N[i] += n
		}
		if m := s.Mass(in[k].N); m > 0 {
			mass += m
			heat += m * (in[k].T - first)
		}
	}
	if mass > 0 {
		out.T += heat / mass
	}
	return mass
}

// mergeTangent writes the derivative of merge. T is the temperature that the heat is counted from: the blend's. It returns
// the mass Σ m and the heat Σ m dT_k + dm (T_k − T) whose quotient is dT, for a unit that has more to mix.
func mergeTangent(s *chem.System, in []flowsheet.Stream, T float64, din []flowsheet.Stream, dout *flowsheet.Stream) (mass, heat float64) {
	dout.Zero(din[0].T)
	for k := range in {
		for i, dn := range din[k].N {
			dout.N[i] += dn
		}
		if m := s.Mass(in[k].N); m >= 0 {
			mass += m
			heat += m*din[k].T + s.Mass(din[k].N)*(in[k].T-T)
		}
	}
	if mass > 0 {
		dout.T = heat / mass
	}
	return mass, heat
}
