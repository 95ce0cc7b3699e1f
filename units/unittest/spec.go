package unittest

import (
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/si"
)

// checkSpec looks at what Init declares.
func (r *rig) checkSpec() {
	s := r.spec
	r.checkPorts("in", s.In, r.c.In)
	r.checkPorts("out", s.Out, r.c.Out)
	for _, p := range s.In {
		if p.Drawn {
			r.fault("inlet %s is drawn: only an outlet slot can be", p.Name)
		}
	}
	seen := map[string]string{}
	name := func(what, name, unit string) {
		if other := seen[name]; name == "" || other != "" {
			r.fault("%s has the name %q, taken by a %s", what, name, other)
		}
		seen[name] = what
		if _, err := si.ParseUnit(unit); err != nil || unit == "" {
			r.fault("%s %s has the unit %q: %v", what, name, unit, err)
		}
	}
	for _, h := range s.Handles {
		name("handle", h.Name, h.Unit)
		if !(h.Lo < h.Hi) || !(h.Value >= h.Lo && h.Value <= h.Hi) || bad(h.Value) {
			r.fault("handle %s: %g is not within %g to %g", h.Name, h.Value, h.Lo, h.Hi)
		}
	}
	for _, v := range slices.Concat(s.States, s.Algebraic) {
		name("variable", v.Name, v.Unit)
		if !(v.Scale > 0) || math.IsInf(v.Scale, 0) {
			r.fault("variable %s: scale %g", v.Name, v.Scale)
		}
		if bad(v.Start) || !(v.Lower <= v.Start) {
			r.fault("variable %s: start %g is below the bound %g", v.Name, v.Start, v.Lower)
		}
	}
	for _, v := range s.Signals {
		name("signal", v.Name, v.Unit)
		if !(v.Scale > 0) || math.IsInf(v.Scale, 0) {
			r.fault("signal %s: scale %g", v.Name, v.Scale)
		}
	}
	if _, ok := r.unit.(flowsheet.Observer); !ok && len(s.Signals) > 0 {
		r.fault("%d signals but no Observe", len(s.Signals))
	}
	free := map[int]bool{}
	for _, i := range s.Free {
		if i < 0 || i >= len(s.States) || free[i] {
			r.fault("free state %d of %d", i, len(s.States))
		}
		free[i] = true
	}
	for _, c := range s.Constants {
		if c.Name == "" || c.Source == "" || c.Class == "" || bad(c.Value) {
			r.fault("constant %q: value %g, class %q, source %q", c.Name, c.Value, c.Class, c.Source)
		}
	}
}

func (r *rig) checkPorts(side string, declared []flowsheet.Port, given []string) {
	names := map[string]bool{}
	for _, p := range declared {
		if p.Name == "" || names[p.Name] {
			r.fault("%s port name %q", side, p.Name)
		}
		names[p.Name] = true
		if side == "in" && !p.Optional && !slices.Contains(given, p.Name) {
			r.fault("the case does not connect inlet %q", p.Name)
		}
	}
	for _, g := range given {
		if !names[g] {
			r.fault("the case connects %s port %q, which is not declared", side, g)
		}
	}
}

// checkParameters sets every handle by its name, then wrongly, and wants every fault to name its key.
func (r *rig) checkParameters() {
	for i, h := range r.spec.Handles {
		set := func(value float64, unit string) string {
			if unit != "1" {
				return fmt.Sprintf("unit.%s=%.17g %s", h.Name, value, unit)
			}
			return fmt.Sprintf("unit.%s=%.17g", h.Name, value)
		}
		_, spec, _, err := setUp(r.c, r.sys, set(h.Value, h.Unit))
		if err != nil {
			r.fault("handle %s cannot be set by its own name to its own value: %v", h.Name, err)
		} else if got := spec.Handles[i].Value; math.Abs(got-h.Value) > 1e-12*math.Abs(h.Value) {
			r.fault("handle %s set to %g reads %g", h.Name, h.Value, got)
		}
		if !math.IsInf(h.Lo, 0) {
			r.refused(h.Name, set(h.Lo-0.1*math.Abs(h.Lo)-1, h.Unit))
		}
		if !math.IsInf(h.Hi, 0) {
			r.refused(h.Name, set(h.Hi+0.1*math.Abs(h.Hi)+1, h.Unit))
		}
		wrong := "A"
		if h.Unit == wrong {
			wrong = "kg"
		}
		r.refused(h.Name, set(1, wrong))
	}
	tree, err := conf.Parse(r.c.Name, []byte(r.c.Config))
	if err != nil {
		r.fault("%v", err)
		return
	}
	const unknown = "no_such_key"
	for _, path := range tables("unit", tree.Root().Table("unit")) {
		r.refused(unknown, path+"."+unknown+"=1")
	}
	for _, b := range r.c.Bad {
		faults := len(r.faults)
		r.refused(b.Want, b.Set)
		for i := faults; i < len(r.faults); i++ {
			r.faults[i] = b.Name + ": " + r.faults[i]
		}
	}
}

// tables lists a table and those in it by path.
func tables(path string, t *conf.Table) []string {
	all := []string{path}
	for _, key := range t.Keys() {
		if t.Kind(key) == "table" {
			all = append(all, tables(path+"."+key, t.Table(key))...)
		}
	}
	return all
}

// refused wants a fault that holds a text.
func (r *rig) refused(want, assignment string) {
	defer func() {
		if v := recover(); v != nil {
			r.fault("--set %s: panic in Init, %s: %v", assignment, panicPlace(debug.Stack()), v)
		}
	}()
	_, _, _, err := setUp(r.c, r.sys, assignment)
	switch {
	case err == nil:
		r.fault("--set %s is not refused", assignment)
	case strings.Contains(err.Error(), "cannot be set"), !strings.Contains(strings.ReplaceAll(err.Error(), assignment, ""), want):
		r.fault("--set %s: the fault does not say %q: %v", assignment, want, err)
	}
}

// checkWords looks at what the unit says at a physical point.
func (r *rig) checkWords() {
	p := r.solved()
	if p == nil {
		return
	}
	if e, ok := r.unit.(flowsheet.Explainer); !ok || strings.TrimSpace(e.Explain()) == "" {
		r.fault("Explain says nothing: write Explain() string, the equations in words (flowsheet.Explainer)")
	}
	if o, ok := r.unit.(flowsheet.Observer); ok {
		y := make([]float64, len(r.spec.Signals))
		for i := range y {
			y[i] = math.NaN()
		}
		o.Observe(p.u, p.x, p.in, p.out, y)
		for i, v := range y {
			if bad(v) {
				r.fault("signal %s = %g at a physical point", r.spec.Signals[i].Name, v)
			}
		}
	}
	reporter, ok := r.unit.(flowsheet.Reporter)
	if !ok {
		return
	}
	report := reporter.Report(p.u, p.x, p.in, p.out)
	for _, w := range report.Warnings {
		if w.Code == "" || w.Where == "" || w.Text == "" || bad(w.Value) {
			r.fault("warning %+v is incomplete", w)
		}
	}
	for i, s := range report.Profile {
		for _, c := range [][]float64{s.Aqueous, s.Organic} {
			if c != nil && len(c) != len(r.sys.Components) || slices.ContainsFunc(c, bad) {
				r.fault("profile stage %d: concentrations %v", i, c)
			}
		}
		if s.Stage < 1 || s.Section == "" {
			r.fault("profile stage %d is section %q, stage %d", i, s.Section, s.Stage)
		}
	}
}
