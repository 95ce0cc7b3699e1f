package validate

import (
	"encoding/json"
	"fmt"
	"io"

	"reetwin/units/sx"
)

// Extraction is the kind of a case that solves an extraction problem (units/sx.Problem). It stands in the file of config; input
// says "N", "variant" and, where the file holds several, "problem". Paths lead into its answer, as reetwin sx run -o json gives it.
const Extraction = "sx"

// checkExtraction finds what is wrong with the input of such a case.
func checkExtraction(at string, c Case, fault func(place, format string, args ...any)) {
	if c.Config == "" {
		fault(at+"config", "missing; needs a problem file")
	}
	if len(c.Set) > 0 {
		fault(at+"set", "a case of kind %q takes no set, but input", c.Kind)
	}
	for key, v := range c.Input {
		_, number := v.(float64)
		_, text := v.(string)
		if !(key == "N" && number || (key == "variant" || key == "problem") && text) {
			fault(at+"input", "%s = %v; needs N (a number), variant or problem (texts)", key, v)
		}
	}
}

// extract gives the answer of an extraction problem.
func extract(c Case) (any, error) {
	name, _ := c.Input["problem"].(string)
	p, err := sx.ReadProblem(c.Config, name)
	if err != nil {
		return nil, err
	}
	if n, ok := c.Input["N"].(float64); ok {
		p.N = int(n)
	}
	if variant, ok := c.Input["variant"].(string); ok {
		p.Variant = variant
	}
	a, err := p.Solve()
	if err != nil {
		return nil, err
	}
	if a.Error != "" {
		return nil, fmt.Errorf("did not solve: %s", a.Error)
	}
	return decoded(func(w io.Writer) error { return json.NewEncoder(w).Encode(a) })
}
