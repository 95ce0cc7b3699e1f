package solve

import (
	"fmt"
	"math"
)

// Fit finds the parameters p of least Σ ρ(r_i(p)) between bounds, by Levenberg's and Marquardt's method (Marquardt 1963,
// doi:10.1137/0111030) with weights for outliers after Huber (1964, doi:10.1214/aoms/1177703732): ρ is r²/2 up to Huber and
// grows linearly beyond.
type Fit struct {
	Lo, Hi []float64 // bounds of each parameter, Lo < Hi
	Huber  float64   // residual from which on a point counts less; 0 is plain least squares
	Tol    float64   // of the relative change of the sum; 0 means 1e-12
}

// Fitted is the outcome of a Fit.
type Fitted struct {
	P          []float64   // parameters
	Residuals  []float64   // at P
	Weights    []float64   // 1 where a residual is within Huber
	RMS        float64     // of all residuals, unweighted
	Covariance [][]float64 // of the parameters; zero rows for those at a bound
	AtBound    []bool
	Iterations int
}

// fitLimit is the most iterations.
const fitLimit = 200

// Solve starts from p, which it leaves alone. residual writes m residuals; it is called at points between the bounds only.
// The error wraps ErrDomain where a residual is not finite at the start, ErrIterations when the limit is reached, or is a
// *Singular when the data do not fix the parameters.
func (f *Fit) Solve(m int, p []float64, residual func(p, r []float64)) (*Fitted, error) {
	n := len(p)
	mustLen("lower bounds", len(f.Lo), n)
	mustLen("upper bounds", len(f.Hi), n)
	tol := f.Tol
	if tol == 0 {
		tol = 1e-12
	}
	q := &Fitted{P: append([]float64(nil), p...), Residuals: make([]float64, m), Weights: make([]float64, m), AtBound: make([]bool, n)}
	for i, v := range q.P {
		q.P[i] = max(f.Lo[i], min(f.Hi[i], v))
	}
	residual(q.P, q.Residuals)
	if !finite(q.Residuals) {
		return nil, fmt.Errorf("residuals at the start: %w", ErrDomain)
	}
	sum := f.loss(q.Residuals, q.Weights)
	jac, a, b := make([]float64, m*n), make([]float64, n*n), make([]float64, n)
	try, r, w := make([]float64, n), make([]float64, m), make([]float64, m)
	lu, damp := NewLU(n), 1e-3
	for {
		if q.Iterations++; q.Iterations > fitLimit {
			return q, ErrIterations
		}
		f.slopes(q, jac, r, residual)
		f.normal(q, jac, a, b)
		before := sum
		for ; damp < 1e12; damp *= 8 {
			scaled := append([]float64(nil), a...)
			for i := range n {
				scaled[i*n+i] += damp*a[i*n+i] + 1e-300
			}
			if lu.Factor(scaled) != nil {
				continue
			}
			copy(try, b)
			lu.Solve(try)
			for i := range try {
				try[i] = max(f.Lo[i], min(f.Hi[i], q.P[i]-try[i]))
			}
			residual(try, r)
			if s := f.loss(r, w); finite(r) && s <= sum {
				copy(q.P, try)
				copy(q.Residuals, r)
				copy(q.Weights, w)
				sum = s
				damp = max(damp/8, 1e-12)
				break
			}
		}
		if damp >= 1e12 || before-sum <= tol*before {
			return q, f.spread(q, jac, a, b, r, residual)
		}
	}
}

func (f *Fit) loss(r, w []float64) (sum float64) {
	for i, v := range r {
		w[i] = 1
		if t := math.Abs(v); f.Huber > 0 && t > f.Huber {
			w[i] = f.Huber / t
			sum += f.Huber * (t - f.Huber/2)
		} else {
			sum += v * v / 2
		}
	}
	return sum
}

// slopes writes the derivatives of all residuals by differences away from the nearer bound.
func (f *Fit) slopes(q *Fitted, jac, r []float64, residual func(p, r []float64)) {
	n := len(q.P)
	for j, v := range q.P {
		h := 1e-6 * (1 + math.Abs(v))
		if v+h > f.Hi[j] {
			h = -h
		}
		q.P[j] = v + h
		residual(q.P, r)
		q.P[j] = v
		for i := range r {
			jac[i*n+j] = (r[i] - q.Residuals[i]) / h
		}
	}
}

// normal writes JᵀWJ and JᵀWr; a parameter that pushes against its bound is held.
func (f *Fit) normal(q *Fitted, jac, a, b []float64) {
	n := len(q.P)
	clear(a)
	clear(b)
	for i, r := range q.Residuals {
		row, w := jac[i*n:(i+1)*n], q.Weights[i]
		for j, v := range row {
			b[j] += w * v * r
			for k, u := range row {
				a[j*n+k] += w * v * u
			}
		}
	}
	for j, v := range q.P {
		if q.AtBound[j] = v <= f.Lo[j] && b[j] > 0 || v >= f.Hi[j] && b[j] < 0; q.AtBound[j] {
			for k := range n {
				a[j*n+k], a[k*n+j] = 0, 0
			}
			a[j*n+j], b[j] = 1, 0
		}
	}
}

// spread finds the covariance and the rms.
func (f *Fit) spread(q *Fitted, jac, a, b, r []float64, residual func(p, r []float64)) error {
	n, m := len(q.P), len(q.Residuals)
	f.slopes(q, jac, r, residual)
	f.normal(q, jac, a, b)
	all, weighed := 0.0, 0.0
	for i, v := range q.Residuals {
		all += v * v
		weighed += q.Weights[i] * v * v
	}
	q.RMS = math.Sqrt(all / float64(m))
	lu := NewLU(n)
	if err := lu.Factor(a); err != nil {
		return fmt.Errorf("the data do not fix the parameters: %w", err)
	}
	variance := weighed / float64(max(m-n, 1))
	for j := range n {
		row := make([]float64, n)
		if row[j] = 1; q.AtBound[j] {
			row[j] = 0
		}
		lu.Solve(row)
		for k := range row {
			row[k] *= variance
		}
		q.Covariance = append(q.Covariance, row)
	}
	return nil
}
