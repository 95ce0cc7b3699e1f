package virtual

import (
	"errors"
	"math"
	"slices"
	"strings"

	"reetwin/plant"
)

// instrument is how a measuring instrument sees a value, in the tag's unit.
type instrument struct {
	relative, absolute float64 // standard deviation: the larger of relative·|value| and absolute
	decimals           int     // of the display; negative: tens, hundreds
}

// Typical standard deviations.
const (
	flowNoise        = 0.005
	analyserNoise    = 0.01
	laboratoryNoise  = 0.01
	otherNoise       = 0.005
	temperatureNoise = 0.1 // K
	pHNoise          = 0.01
)

// instrumentFor chooses the instrument by what is measured, and its display so that a range has at least 10 000 steps.
func instrumentFor(tag plant.Tag, path, unit string, lab bool) (instrument, error) {
	i := instrument{relative: otherNoise, decimals: -int(math.Floor(math.Log10((tag.Hi - tag.Lo) / 1e4)))}
	switch {
	case slices.Contains(strings.Split(path, "."), "pH"):
		i.relative, i.absolute = 0, pHNoise
	case unit == "K":
		a, errA := tag.InUnit(0, "K")
		b, errB := tag.InUnit(temperatureNoise, "K")
		if err := errors.Join(errA, errB); err != nil {
			return i, err
		}
		i.relative, i.absolute = 0, b-a
	case lab:
		i.relative = laboratoryNoise
	case unit == "g/m3" || unit == "mol/m3":
		i.relative = analyserNoise
	case strings.HasSuffix(unit, "/s"):
		i.relative = flowNoise
	}
	return i, nil
}

// show is the value on the display; z is standard normal.
func (i instrument) show(v, z float64) float64 {
	v += z * max(i.relative*math.Abs(v), i.absolute)
	if i.decimals < 0 {
		step := math.Pow10(-i.decimals)
		return math.Round(v/step) * step
	}
	steps := math.Pow10(i.decimals)
	return math.Round(v*steps) / steps
}
