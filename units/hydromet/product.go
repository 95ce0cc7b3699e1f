package hydromet

import "reetwin/flowsheet"

// Product is where streams leave the plant under a name: a cake, a purge, an oxide. It changes nothing; its inlets are the
// plant's outlets in every balance.
//
// Assumptions, validity: none. Degrees of freedom: none.
type Product struct{}

// NewProduct makes a product.
func NewProduct() flowsheet.Unit { return new(Product) }

// Init takes any number of inlets.
func (*Product) Init(env flowsheet.Env) (flowsheet.Spec, error) {
	return flowsheet.Spec{In: inlets(env)}, nil
}

// Solve has nothing to do.
func (*Product) Solve(*flowsheet.Stage, []float64, []float64, []flowsheet.Stream, []flowsheet.Stream) error {
	return nil
}

// Tangent has nothing to do.
func (*Product) Tangent(_ *flowsheet.Stage, _, _ []float64, _, _ []flowsheet.Stream, _, _ []float64, _ []flowsheet.Stream, _ []float64, _ []flowsheet.Stream) error {
	return nil
}

// Explain gives the equations in words.
func (*Product) Explain() string { return "streams leave the plant unchanged." }
