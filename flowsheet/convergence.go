package flowsheet

import (
	"fmt"
	"math"
	"strings"
)

// Convergence says how a solve went.
type Convergence struct {
	Path     string  // what it took, in order: "warm, 3 Newton"; "cold, 10 Anderson, 4 Newton"; "march, 22 steps, …"
	Passes   int     // passes of Solve through the recycles: solves of units in them over their number, rounded up
	Tangents int     // passes of Tangent, counted in the same way
	Blocks   int     // parts with recycles or control loops, solved one after the other
	Newton   int     // Newton steps
	March    int     // steps in time, when Newton failed from the first fill
	Residual float64 // largest scaled imbalance of a torn stream or a specification
	Worst    string  // where it is
	Seconds  float64
}

// progress is what a solve counts as it goes; words are made of it only when asked for, so that a solve allocates nothing.
type progress struct {
	Convergence
	start   string // "warm", "cold" or "march"
	mixing  int    // Anderson passes
	settled bool   // control loops were taken in after the recycles
	search  int    // settings of the handles at which the plant was settled to find one that meets the loops
	solved  int    // of units in recycles,
	carried int    // and tangents
}

// imbalance is the largest residual of a torn stream or a specification.
type imbalance struct {
	b       *block
	at      int // unknown; −1 when there is none
	size    float64
	element int // −1, or the element that does not close against its feed,
	tear    int // over this tear of the block
}

// Convergence of the last solve.
func (p *Plant) Convergence() Convergence {
	c := p.conv.Convergence
	var steps []string
	count := func(n int, what string) {
		if n > 0 {
			steps = append(steps, fmt.Sprintf("%d %s", n, what))
		}
	}
	steps = append(steps, p.conv.start)
	if p.conv.start == "march" {
		count(c.March, "steps")
	} else {
		count(p.conv.mixing, "Anderson")
	}
	count(c.Newton, "Newton")
	if p.conv.settled {
		steps = append(steps, "controls")
	}
	count(p.conv.search, "settings searched")
	c.Path = strings.Join(steps, ", ")
	units, worst := 0, imbalance{at: -1, element: -1}
	for _, b := range p.blocks {
		if len(b.loop) == 0 {
			continue
		}
		c.Blocks++
		units += len(b.loop)
		c.Residual = math.Max(c.Residual, b.newton.norm)
		if w := b.newton.worst; w.b != nil && w.size > worst.size {
			worst = w
		}
	}
	c.Passes, c.Tangents = share(p.conv.solved, units), share(p.conv.carried, units)
	c.Worst = p.describe(worst)
	return c
}

// share counts passes through so many units; a plant without recycles takes one.
func share(solves, units int) int {
	if units == 0 {
		return 1
	}
	return (solves + units - 1) / units
}

// describe says in words where an imbalance is.
func (p *Plant) describe(i imbalance) string {
	switch {
	case i.element >= 0:
		return fmt.Sprintf("%s of stream %s, %.1e of the plant's feed", p.System.Elements[i.element].Symbol, i.b.tears[i.tear].link.name, i.size)
	case i.at < 0:
		return ""
	case i.at >= i.b.firstControl(p):
		c := i.b.own[i.at-i.b.firstControl(p)]
		return fmt.Sprintf("control %q, %s = %.6g where %.6g is wanted", c.name, c.measure, c.got.V, c.set)
	}
	t, k := i.b.unknown(p, i.at)
	if k < 0 {
		return fmt.Sprintf("temperature of stream %s, relative %.1e", t.link.name, i.size)
	}
	return fmt.Sprintf("%s of stream %s, relative %.1e", p.System.Components[k].Name, t.link.name, i.size)
}
