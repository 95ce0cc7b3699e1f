package hydromet

import (
	"fmt"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
)

// Splitter divides a stream without changing it:
//
//	n_ik = s_k n_i for every outlet k but one,        n_i,rest = (1 − Σ_k s_k) n_i
//
// Assumptions: a well-mixed stream; all outlets have its composition and temperature. Validity: Σ s ≤ 1, else an error.
// Degrees of freedom: the fractions s, one fewer than outlets.
type Splitter struct {
	dials
	share []int // per outlet: the place of its fraction in u, −1 for the one that gets the rest
}

// NewSplitter makes a splitter.
func NewSplitter() flowsheet.Unit { return new(Splitter) }

// Init reads the table split.
func (s *Splitter) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	if len(env.Out) < 2 {
		env.Param.Fault("out", "a splitter needs two or more outlets, such as { recycle = \"a\", purge = \"b\" }")
		env.Param.Skip("split")
		return flowsheet.Spec{In: ports("in"), Out: ports(env.Out...)}, nil
	}
	split := env.Param.Required("split", "a fraction for every outlet but one, such as recycle = 0.9")
	for _, port := range split.Keys() {
		if !slices.Contains(env.Out, port) {
			split.Fault(port, "no outlet %q; %s", port, conf.Hint(port, env.Out))
		}
	}
	var rest []string
	var values []float64
	for _, port := range env.Out {
		if !split.Has(port) {
			s.share = append(s.share, -1)
			rest = append(rest, port)
			continue
		}
		values = append(values, split.Quantity(port, "1", conf.Fraction))
		s.share = append(s.share, s.add("split."+port, "1", values[len(values)-1], conf.Fraction))
	}
	switch {
	case split.Faulty(""): // a wrong name leaves its outlet without a fraction
	case len(rest) == 0:
		env.Param.Fault("split", "every outlet has a fraction; leave one out, it gets the rest")
	case len(rest) > 1:
		env.Param.Fault("split", "no fraction for %s; only one outlet may be left out, it gets the rest", strings.Join(rest, ", "))
	}
	if _, err := remainder(values); err != nil && !env.Param.Faulty("split") {
		env.Param.Fault("split", "%v", err)
	}
	return flowsheet.Spec{In: ports("in"), Out: ports(env.Out...), Handles: s.handles}, nil
}

// remainder is what the fractions leave of 1; fractions such as 0.7, 0.2 and 0.1 may exceed 1 by rounding only.
func remainder(fractions []float64) (float64, error) {
	sum := 0.0
	for _, f := range fractions {
		sum += f
	}
	if sum > 1+1e-12 {
		return 0, fmt.Errorf("the split fractions add to %.9g, more than 1", sum)
	}
	return max(0, 1-sum), nil
}

// Solve divides the stream.
func (s *Splitter) Solve(_ *flowsheet.Stage, u, _ []float64, in, out []flowsheet.Stream) error {
	if err := s.check(u); err != nil {
		return err
	}
	rest, err := remainder(u)
	if err != nil {
		return err
	}
	for k, at := range s.share {
		f := rest
		if at >= 0 {
			f = u[at]
		}
		out[k].T = in[0].T
		for i, n := range in[0].N {
			out[k].N[i] = f * n
		}
	}
	return nil
}

// Tangent is the product rule on Solve.
func (s *Splitter) Tangent(_ *flowsheet.Stage, u, _ []float64, in, _ []flowsheet.Stream, du, _ []float64, din []flowsheet.Stream, _ []float64, dout []flowsheet.Stream) error {
	rest, err := remainder(u)
	if err != nil {
		return err
	}
	drest := 0.0
	for _, d := range du {
		drest -= d
	}
	for k, at := range s.share {
		f, df := rest, drest
		if at >= 0 {
			f, df = u[at], du[at]
		}
		dout[k].T = din[0].T
		for i, dn := range din[0].N {
			dout[k].N[i] = f*dn + df*in[0].N[i]
		}
	}
	return nil
}

// Explain gives the equations in words.
func (s *Splitter) Explain() string {
	return "every outlet is its fraction of the inlet, the one without a fraction gets the rest; composition and temperature are kept."
}
