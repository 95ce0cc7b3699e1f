package hydromet

import (
	"math"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// sizes are grain sizes in classes of equal mass after Rosin and Rammler: passing(d) = 1 − exp(−(d/d63)^spread). A class stands at the
// size that halves its mass. All pools have the same sizes.
type sizes struct {
	d63       int // place in u
	reference float64
	shape     []float64 // d/d63 of each class
}

// readSizes reads the table size; without it all grains have the size at which the rates are given.
func (l *slurryTrain) readSizes(t *conf.Table) []chem.Constant {
	l.sizes.d63 = -1
	l.sizes.shape = []float64{1}
	if !t.Has("size") {
		return nil
	}
	size := t.Table("size")
	source, class := size.Text("source"), chem.Class(size.Choice("class", "measured", "derived", "estimated", "assumed"))
	lengths := conf.Between(1e-8, 1)
	l.sizes.d63 = l.add("size.d63", "m", size.Quantity("d63", "m", lengths), lengths)
	l.sizes.reference = size.Quantity("reference", "m", lengths)
	spread := size.Quantity("spread", "1", conf.Between(0.3, 20))
	l.sizes.shape = rosinRammler(spread, size.IntOr("classes", 3, 1, 20))
	size.Close()
	return []chem.Constant{
		{Name: "size.d63", Value: l.handles[l.sizes.d63].Value, Unit: "m", Class: class, Source: source},
		{Name: "size.reference", Value: l.sizes.reference, Unit: "m", Class: class, Source: source},
		{Name: "size.spread", Value: spread, Unit: "1", Class: class, Source: source},
	}
}

// rosinRammler gives d/d63 at the middle of each of n classes of equal mass.
func rosinRammler(spread float64, n int) (shape []float64) {
	for m := range n {
		coarser := 1 - (float64(m)+0.5)/float64(n)
		shape = append(shape, math.Pow(-math.Log(coarser), 1/spread))
	}
	return shape
}

// ratio is the size of a class over that at which the rates are given.
func (s *sizes) ratio(class int, u []float64) float64 {
	if s.d63 < 0 {
		return 1
	}
	return u[s.d63] * s.shape[class] / s.reference
}
