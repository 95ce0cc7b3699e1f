package sx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
	"reetwin/units/sx/cascade"
)

// problemKeys are those of a problem. A file may hold others, as notes; one that is all but one of these is a slip.
var problemKeys = []string{"components", "flows", "Ltot", "sap", "bleed", "feed", "scrub", "strip", "sizes", "variant", "N", "stage_log10K", "scrub_leaves", "reflux"}

// unreadable says where a JSON text is none, or what has the wrong type.
func unreadable(file string, text []byte, err error) error {
	at := func(offset int64) int {
		return 1 + bytes.Count(text[:min(max(offset, 0), int64(len(text)))], []byte("\n"))
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s:%d: %w (JSON knows neither NaN nor Inf)", file, at(syntax.Offset), err)
	case errors.As(err, &kind):
		wanted := kind.Type.String()
		if strings.HasPrefix(wanted, "float") {
			wanted = "number"
		}
		return fmt.Errorf("%s:%d: %s is a %s; needs a %s", file, at(kind.Offset), kind.Field, kind.Value, wanted)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// faults are all that is wrong with a problem by itself, each with its key, its value and what is meant to be there.
func (p *Problem) faults(text []byte) (all []string) {
	fault := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	var keys map[string]json.RawMessage
	if json.Unmarshal(text, &keys) == nil {
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if hint := conf.Hint(key, problemKeys); strings.HasPrefix(hint, "did you mean") && !slices.ContainsFunc(problemKeys, func(k string) bool { return strings.EqualFold(k, key) }) {
				fault("unknown key %q; %s", key, hint)
			}
		}
	}
	seen := map[string]bool{}
	for i, c := range p.Components {
		switch where := fmt.Sprintf("components[%d] %s", i, c.Name); {
		case c.Name == "" || seen[c.Name]:
			fault("%s: the name is missing or there already", where)
		case !(c.Z > 0 && c.Z <= 8):
			fault("%s: z %g; needs a charge above 0, up to 8", where, c.Z)
		case !(math.Abs(c.LogK) <= 100):
			fault("%s: log10K %g; needs -100 to 100", where, c.LogK)
		case c.Name == "H" && (c.Z != 1 || c.LogK != 0):
			fault("%s: z %g, log10K %g; hydrogen has 1 and 0, its organic form is the free dimer", where, c.Z, c.LogK)
		}
		seen[c.Name] = true
	}
	if !seen["H"] {
		fault("components: no H, the acid that every cation exchanges with")
	}
	if p.Sap > 0 && !seen["Na"] {
		fault("sap %g: needs the component Na", p.Sap)
	}
	if !(p.Sap >= 0 && p.Sap <= 1) {
		fault("sap %g: needs 0 to 1, of the free dimer", p.Sap)
	}
	if !(p.Ltot > 0 && p.Ltot <= 1e9) {
		fault("Ltot %g: needs the dimers per volume of organic, above 0", p.Ltot)
	}
	if !(p.Flows.O > 0 && p.Flows.O <= 1e9) {
		fault("flows.O %g: needs an organic flow above 0", p.Flows.O)
	}
	for key, v := range map[string]float64{"flows.F": p.Flows.F, "flows.S": p.Flows.S, "flows.W": p.Flows.W, "reflux": p.Reflux} {
		if !(v >= 0 && v <= 1e9) {
			fault("%s %g: needs a flow, 0 or more", key, v)
		}
	}
	for key, v := range p.Bleed {
		if !(v >= 0 && v <= 1) {
			fault("bleed.%s %g: needs 0 to 1", key, v)
		}
	}
	names := slices.Sorted(maps.Keys(seen))
	for key, of := range map[string]map[string]float64{"feed": p.Feed, "scrub": p.Scrub, "strip": p.Strip} {
		for name, v := range of {
			if !seen[name] {
				fault("%s.%s: no such component; %s", key, name, conf.Hint(name, names))
			} else if !(v >= 0 && v <= 1e9) {
				fault("%s.%s %g: needs a concentration, 0 or more", key, name, v)
			}
		}
	}
	for i, s := range p.Sizes {
		if s.NE < 1 || s.NS < 0 || s.NT < 0 || s.NE+s.NS+s.NT != s.N {
			fault("sizes[%d]: N %d, NE %d, NS %d, NT %d; needs NE of 1 or more, none negative, and N their sum", i, s.N, s.NE, s.NS, s.NT)
		}
	}
	slices.Sort(all)
	return all
}

// warnings say, with numbers, where a plant would not follow. Limits are those of practice for any extractant.
func (p *Problem) warnings(k *cascade.Cascade, c *cascade.Circuit) (all []string) {
	practice, err := UsualPractice("")
	if err != nil {
		return []string{err.Error()}
	}
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	j := 0
	for _, s := range c.Sections {
		loading, at, free, lack := 0.0, 0, math.Inf(1), 0
		for stage := range s.Stages {
			if v := k.Loading(j); v > loading {
				loading, at = v, stage
			}
			if v := k.FreeDimer(j) / p.Ltot; v < free {
				free, lack = v, stage
			}
			j++
		}
		if limit := practice.LoadingLimit.Value; loading > limit {
			add("%s stage %d: %.4g %% of the extractant holds metal, above %.3g %% organics gel or split", s.Name, at+1, 100*loading, 100*limit)
		}
		if limit := practice.FreeLimit.Value; free < limit {
			add("%s stage %d: %.2g %% of the extractant is free, below %.3g %% hardly anything moves", s.Name, lack+1, 100*free, 100*limit)
		}
		a, o := k.PhaseFlows(j - 1)
		if lo, hi := practice.PhaseRatioLo.Value, practice.PhaseRatioHi.Value; o/a > hi || o/a < lo {
			add("%s: O/A is %.3g, mixer-settlers work from %.3g to %.3g", s.Name, o/a, lo, hi)
		}
	}
	return all
}
