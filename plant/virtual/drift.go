package virtual

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/plant"
)

// Largest drifts, relative to the base value but for the temperature.
const (
	flowDrift        = 0.02
	strengthDrift    = 0.02
	gradeDrift       = 0.03 // of all small parts of an assay together
	partDrift        = 0.01 // of each for itself
	temperatureDrift = 1.5  // K
)

// drift moves one handle with time.
type drift struct {
	handle string
	base   float64
	terms  []term
	now    float64
}

// term is one cause of drift: size (in the unit of the handle) times a sum of waves within ±1.
type term struct {
	size  float64
	waves []wave
}

type wave struct{ share, period, phase float64 } // −, s, rad

// balance is a handle that takes what its fellows leave of a sum.
type balance struct {
	handle string
	sum    float64
	parts  []int // drifts
}

func (d *drift) value(seconds float64) float64 {
	v := d.base
	for _, t := range d.terms {
		for _, w := range t.waves {
			v += t.size * w.share * math.Sin(2*math.Pi*seconds/w.period+w.phase)
		}
	}
	return v
}

// Periods of the waves, s, each with its share; a seed moves a period by up to a fifth.
var (
	quick = [...]wave{{share: 0.3, period: 400}, {share: 0.3, period: 2400}, {share: 0.2, period: 18000}, {share: 0.2, period: 93600}}
	slow  = [...]wave{{share: 0.1, period: 3000}, {share: 0.3, period: 10800}, {share: 0.3, period: 39600}, {share: 0.3, period: 108000}}
)

// waves are those of a cause under its name.
func (p *Plant) waves(name string, of []wave) []wave {
	r := random(p.options.Seed, "drift "+name, 0)
	all := slices.Clone(of)
	for i := range all {
		all[i].period *= 0.8 + 0.4*r.Float64()
		all[i].phase = 2 * math.Pi * r.Float64()
	}
	return all
}

// drift sets up the drifts of every handle that a tag moves, and of the whole composition of a feed of which a tag moves
// a part.
func (p *Plant) drift(tags []plant.Tag) error {
	composed := map[string]bool{}
	for _, tag := range tags {
		if tag.Moves == "" {
			continue
		}
		for _, path := range plant.MovedBy(p.model, tag.Moves) {
			if _, err := p.model.Handle(path); err != nil {
				return fmt.Errorf("tag %s: %w", tag.ID, err)
			}
			unit, name, _ := strings.Cut(path, ".")
			view, _ := p.model.Unit(unit)
			kind, _, found := strings.Cut(name, ".")
			if found && view.Kind == "feed" {
				cause := tag.Moves // a ganged handle moves all its members alike
				if cause == path {
					cause = unit + "." + kind
				}
				if !composed[unit] {
					p.compose(view, kind, cause)
				}
				composed[unit] = true
				continue
			}
			if p.driven(path) {
				continue
			}
			i := slices.IndexFunc(view.Spec.Handles, func(h flowsheet.Handle) bool { return h.Name == name })
			h := view.Spec.Handles[i]
			h.Value = view.U[i]
			size := flowDrift * math.Abs(h.Value)
			if h.Unit == "K" {
				size = temperatureDrift
			}
			p.add(path, h, term{size, p.waves(tag.Moves, quick[:])})
		}
	}
	return nil
}

// compose lets the composition of a feed drift: a tenor in strength, all parts together; assay and fraction in grade and
// in each part, with the largest part as the balance.
func (p *Plant) compose(view flowsheet.UnitView, kind, cause string) {
	common := p.waves(cause, slow[:])
	b := balance{}
	largest := 0.0
	for i, h := range view.Spec.Handles {
		if !strings.HasPrefix(h.Name, kind+".") {
			continue
		}
		if v := view.U[i]; kind != "tenor" {
			b.sum += v
			if v > largest {
				largest, b.handle = v, view.Tag+"."+h.Name
			}
		}
	}
	for i, h := range view.Spec.Handles {
		h.Value = view.U[i]
		path := view.Tag + "." + h.Name
		if !strings.HasPrefix(h.Name, kind+".") || path == b.handle {
			continue
		}
		size := math.Abs(h.Value)
		if kind == "tenor" {
			p.add(path, h, term{strengthDrift * size, common})
			continue
		}
		b.parts = append(b.parts, len(p.drifts))
		p.add(path, h, term{gradeDrift * size, common}, term{partDrift * size, p.waves(path, slow[:])})
	}
	if b.handle != "" {
		p.balances = append(p.balances, b)
	}
}

// add keeps a drift, made smaller where the handle has less room.
func (p *Plant) add(path string, h flowsheet.Handle, terms ...term) {
	total := 0.0
	for _, t := range terms {
		total += t.size
	}
	if room := min(h.Value-h.Lo, h.Hi-h.Value); total > room {
		for i := range terms {
			terms[i].size *= max(room, 0) / total
		}
	}
	p.drifts = append(p.drifts, drift{handle: path, base: h.Value, terms: terms})
}

func (p *Plant) driven(path string) bool {
	return slices.ContainsFunc(p.drifts, func(d drift) bool { return d.handle == path })
}

// random is a source of numbers that depends on its arguments alone.
func random(seed uint64, name string, at int64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(scatter(seed^scatter(h.Sum64())), scatter(uint64(at))))
}

// scatter is the finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbours become strangers.
func scatter(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
