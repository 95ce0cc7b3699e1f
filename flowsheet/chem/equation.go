package chem

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Equation reads a reaction between components and aliases, such as
//
//	12 Fe+2 + 3 O2(g) + 6 H2O = 8 Fe+3 + 4 Fe(OH)3(a)(s)
//
// Terms stand between signs + with blanks around them, each a positive coefficient (1 where none is written) and a name. The answer is what one
// turn of the reaction makes of each component, negative where it takes it; components whose terms cancel are left out. drawn, where not empty,
// is a sum of the same form that is taken from outside besides: it stands for what the equation lacks on its left.
// An error names the term, with the nearest name, or the element (or charge) that does not balance and by how much.
func (s *System) Equation(text, drawn string) (makes, from []Part, err error) {
	left, right, ok := strings.Cut(text, " = ")
	if !ok {
		return nil, nil, fmt.Errorf("%q is no equation: two sides with \" = \" between them", text)
	}
	sum := make([]float64, len(s.Components))
	if err := s.side(left, -1, sum); err != nil {
		return nil, nil, err
	}
	if err := s.side(right, 1, sum); err != nil {
		return nil, nil, err
	}
	outside := make([]float64, len(s.Components))
	if drawn != "" {
		if err := s.side(drawn, 1, outside); err != nil {
			return nil, nil, err
		}
	}
	if err := s.balanced(sum, outside); err != nil {
		return nil, nil, fmt.Errorf("%q does not balance: %w", text, err)
	}
	return parts(sum), parts(outside), nil
}

// side adds the terms of one side to sum, times sign.
func (s *System) side(text string, sign float64, sum []float64) error {
	for _, term := range strings.Split(text, " + ") {
		count, name := 1.0, strings.TrimSpace(term)
		if first, rest, ok := strings.Cut(name, " "); ok {
			n, err := strconv.ParseFloat(first, 64)
			if err != nil || !(n > 0) || math.IsInf(n, 0) {
				return fmt.Errorf("%q: %q is no positive coefficient", term, first)
			}
			count, name = n, strings.TrimSpace(rest)
		}
		r, err := s.substance(name)
		if err != nil {
			return err
		}
		for _, p := range r {
			sum[p.Component] += sign * count * p.Count
		}
	}
	return nil
}

// substance finds a component of any phase, or an alias.
func (s *System) substance(name string) ([]Part, error) {
	if i, ok := s.index[name]; ok {
		return []Part{{i, 1}}, nil
	}
	var known []string
	for _, a := range s.aliases {
		if a.name == name {
			r, err := s.mix(a)
			return r.Parts, err
		}
		known = append(known, a.name)
	}
	return nil, s.Unknown("substance", name, append(s.names(), known...))
}

// balanced faults the first element, or charge, that a reaction makes or loses beyond what is drawn from outside.
func (s *System) balanced(sum, outside []float64) error {
	for e := -1; e < len(s.Elements); e++ {
		gap, scale, what := 0.0, 1.0, "charge"
		for i := range sum {
			n := s.Components[i].Charge
			if e >= 0 {
				n, what = s.Components[i].Formula[e], s.Elements[e].Symbol
			}
			gap += n * (sum[i] - outside[i])
			scale += math.Abs(n * sum[i])
		}
		if math.Abs(gap) > 1e-9*scale {
			return fmt.Errorf("%s, %+.6g on the right", what, gap)
		}
	}
	return nil
}

// parts lists what is not zero.
func parts(sum []float64) (list []Part) {
	for i, n := range sum {
		if math.Abs(n) > 1e-12 {
			list = append(list, Part{i, n})
		}
	}
	return list
}
