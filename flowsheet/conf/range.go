package conf

import (
	"fmt"
	"math"
	"strconv"

	"reetwin/flowsheet/si"
)

// Range is an interval of SI values; an open end does not belong to it.
// Infinite ends mean no limit. The zero Range holds only 0.
type Range struct {
	Lo, Hi         float64
	LoOpen, HiOpen bool
}

// Ranges in common use.
var (
	Any         = Range{Lo: math.Inf(-1), Hi: math.Inf(1)}
	Positive    = Range{Lo: 0, Hi: math.Inf(1), LoOpen: true}
	NonNegative = Range{Lo: 0, Hi: math.Inf(1)}
	Fraction    = Range{Lo: 0, Hi: 1}
)

// Between is the closed interval from lo to hi.
func Between(lo, hi float64) Range { return Range{Lo: lo, Hi: hi} }

// Contains reports whether v is a number inside the range; NaN and the
// infinities never are.
func (r Range) Contains(v float64) bool {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return false
	}
	return (v > r.Lo || v == r.Lo && !r.LoOpen) && (v < r.Hi || v == r.Hi && !r.HiOpen)
}

// String returns for example "0 to 1", "0 (excluded) to 1" or "above 0".
func (r Range) String() string { return r.show(func(v float64) float64 { return v }) }

// show writes the range with its ends converted.
func (r Range) show(convert func(float64) float64) string {
	lo, hi := number(convert(r.Lo)), number(convert(r.Hi))
	noLo, noHi := math.IsInf(r.Lo, -1), math.IsInf(r.Hi, 1)
	switch {
	case noLo && noHi:
		return "any number"
	case noHi && r.LoOpen:
		return "above " + lo
	case noHi:
		return "at least " + lo
	case noLo && r.HiOpen:
		return "below " + hi
	case noLo:
		return "at most " + hi
	}
	if r.LoOpen {
		lo += " (excluded)"
	}
	if r.HiOpen {
		hi += " (excluded)"
	}
	return fmt.Sprintf("%s to %s", lo, hi)
}

// refusal is what to say, in a unit, of a number outside the range.
func (r Range) refusal(u si.Unit) string {
	s := r.show(func(v float64) float64 { return v/u.Factor - u.Offset })
	if u.Name != "1" {
		s += " " + u.Name
	}
	if math.IsInf(r.Lo, -1) || math.IsInf(r.Hi, 1) {
		return "is not " + s
	}
	return "is outside " + s
}

// rounding is the relative error that a conversion of units may leave.
const rounding = 1e-12

// settle returns v, or the closed end of the range that v is equal to but for
// the rounding of a conversion (3.6 m3/h against a limit of 0.001 m3/s).
func (r Range) settle(v float64) float64 {
	switch {
	case !r.LoOpen && v < r.Lo && r.Lo-v <= rounding*math.Abs(r.Lo):
		return r.Lo
	case !r.HiOpen && v > r.Hi && v-r.Hi <= rounding*math.Abs(r.Hi):
		return r.Hi
	}
	return v
}

// inside returns some number of the range: what a getter gives after a fault.
func (r Range) inside() float64 {
	noLo, noHi := math.IsInf(r.Lo, -1), math.IsInf(r.Hi, 1)
	switch {
	case noLo && noHi:
		return 1
	case noHi:
		return r.Lo + max(1, math.Abs(r.Lo))
	case noLo:
		return r.Hi - max(1, math.Abs(r.Hi))
	case r.Lo == r.Hi:
		return r.Lo
	}
	return r.Lo/2 + r.Hi/2
}

// number writes v short enough to read.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
