package validate

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/si"
)

// Schema is the form of a case file.
const Schema = "reetwin.cases/1"

// The kinds of case.
const (
	Solve  = "solve"  // solves a plant at steady state
	March  = "run"    // runs it in time
	Prices = "price"  // asks flowsheet/cost what Chinese quotes are in dollars
	Thermo = "thermo" // asks flowsheet/chem/thermo for reactions, vapour pressures or a melt
)

// Roles of a case besides "", a published value that is met or not. A calibration fitted the model to its values and a spread
// shows how far data from another source lie: neither is counted as pass or fail. A hold-out was kept from the fit and is counted.
const (
	Calibration = "calibration"
	HoldOut     = "hold-out"
	Spread      = "spread"
)

// Counted says whether the values of a role pass or fail.
func Counted(role string) bool { return role != Calibration && role != Spread }

// Case is one published case.
type Case struct {
	ID     string            `json:"id"`
	Kind   string            `json:"kind"`
	Role   string            `json:"role,omitempty"`   // "", Calibration, HoldOut, Spread
	Config string            `json:"config,omitempty"` // plant file, or of kind "equilibrium" constants; in the file relative to it, after Load as the program finds it
	Set    map[string]string `json:"set,omitempty"`
	Input  map[string]any    `json:"input,omitempty"` // of kinds that have no plant file
	Run    *RunInput         `json:"run,omitempty"`   // of kind "run"
	Expect []Expect          `json:"expect"`
	Source string            `json:"source"`
}

// RunInput says how a case is run in time: times with their unit, moves as flowsheet.ParseMove reads them.
type RunInput struct {
	For       string   `json:"for"`
	Every     string   `json:"every"`
	Step      string   `json:"step,omitempty"` // of implicit Euler; "" is SDIRK4(3)
	Tolerance float64  `json:"tolerance,omitempty"`
	At        []string `json:"at,omitempty"`
}

// Expect is one published value.
type Expect struct {
	Path  string  `json:"path"` // into the JSON result
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"` // of Value and Abs; "" is the unit of the result
	Rel   float64 `json:"rel,omitempty"`
	Abs   float64 `json:"abs,omitempty"`
	Note  string  `json:"note,omitempty"`
}

// Tolerance is the largest |computed − published| that passes, in the unit of the value; 0 where the role is not counted.
func (e Expect) Tolerance() float64 { return max(e.Rel*math.Abs(e.Value), e.Abs) }

// Load reads a case file, JSON or (by the name's end) TOML of the same shape.
// Its error is conf.Faults with every fault of the file, or that of reading it.
func Load(path string) ([]Case, error) {
	read := readJSON
	if strings.EqualFold(filepath.Ext(path), ".toml") {
		read = readTOML
	}
	cases, err := read(path)
	if err != nil {
		return nil, err
	}
	for i := range cases {
		if cases[i].Config != "" && !filepath.IsAbs(cases[i].Config) {
			cases[i].Config = filepath.Join(filepath.Dir(path), cases[i].Config)
		}
	}
	return cases, nil
}

// check finds what is wrong with the meaning of a file; place paths are like "cases[0].expect[2].unit".
func check(schema string, cases []Case, fault func(place, format string, args ...any)) {
	if schema != Schema {
		fault("schema", "%q; needs %q", schema, Schema)
	}
	if len(cases) == 0 {
		fault("cases", "no case")
	}
	seen := map[string]bool{}
	for i, c := range cases {
		at := fmt.Sprintf("cases[%d].", i)
		if c.ID == "" {
			fault(at+"id", "missing; a case needs a name")
		} else if seen[c.ID] {
			fault(at+"id", "a second case %q", c.ID)
		}
		seen[c.ID] = true
		checkKind(at, c, fault)
		if Counted(c.Role) && c.Role != "" && c.Role != HoldOut {
			fault(at+"role", "%q is no role; known are %q, %q and %q, or none", c.Role, Calibration, HoldOut, Spread)
		}
		if c.Source == "" {
			fault(at+"source", "missing; a published value has one")
		}
		if len(c.Expect) == 0 {
			fault(at+"expect", "missing; nothing is compared")
		}
		checkExpect(at, c, fault)
	}
}

// checkKind finds what is wrong with what a case is computed from.
func checkKind(at string, c Case, fault func(place, format string, args ...any)) {
	if c.Kind == Equilibrium {
		if len(c.Set) > 0 {
			fault(at+"set", "a case of kind %q takes no set, but input", c.Kind)
		}
		if _, err := readWater(c.Input); err != nil {
			fault(at+"input", "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		return
	}
	if c.Kind == Thermo || c.Kind == Prices {
		if c.Config != "" || len(c.Set) > 0 {
			fault(at+"input", "a case of kind %q has no plant file: it takes input, not config and set", c.Kind)
		}
		var err error
		if c.Kind == Thermo {
			_, err = readThermo(c.Input)
		} else {
			_, err = readQuotes(c.Input)
		}
		if err != nil {
			fault(at+"input", "%v", err)
		}
		return
	}
	if c.Kind == Extraction {
		checkExtraction(at, c, fault)
		return
	}
	if c.Kind == Isotherms {
		checkIsotherm(at, c, fault)
		return
	}
	if c.Kind != Solve && c.Kind != March {
		fault(at+"kind", "%q is no kind of case; known are %q, %q, %q, %q, %q, %q and %q", c.Kind, Solve, March, Equilibrium, Thermo, Extraction, Isotherms, Prices)
	}
	if (c.Kind == March) != (c.Run != nil) {
		fault(at+"run", "belongs to a case of kind %q, and such a case needs it", March)
	}
	if c.Run != nil {
		checkRun(at+"run.", c.Run, fault)
	}
	if c.Config == "" {
		fault(at+"config", "missing; needs a plant file")
	}
	if len(c.Input) > 0 {
		fault(at+"input", "a case of kind %q takes no input; use set", c.Kind)
	}
}

func checkRun(at string, r *RunInput, fault func(place, format string, args ...any)) {
	for _, d := range []struct{ name, text string }{{"for", r.For}, {"every", r.Every}, {"step", r.Step}} {
		if d.text == "" && d.name == "step" {
			continue
		}
		if v, err := flowsheet.Duration(d.text); err != nil {
			fault(at+d.name, "%v", err)
		} else if v <= 0 {
			fault(at+d.name, "%s is no length of time", d.text)
		}
	}
	if !conf.NonNegative.Contains(r.Tolerance) {
		fault(at+"tolerance", "%g is no tolerance", r.Tolerance)
	}
}

func checkExpect(at string, c Case, fault func(place, format string, args ...any)) {
	seen := map[string]bool{}
	for k, e := range c.Expect {
		at := fmt.Sprintf("%sexpect[%d].", at, k)
		switch {
		case e.Path == "":
			fault(at+"path", "missing; needs a path into the result")
		case seen[e.Path]:
			fault(at+"path", "%s is expected twice", e.Path)
		}
		seen[e.Path] = true
		for _, t := range []struct {
			name  string
			value float64
		}{{"rel", e.Rel}, {"abs", e.Abs}} {
			if !conf.NonNegative.Contains(t.value) {
				fault(at+t.name, "%g is no tolerance", t.value)
			}
		}
		if !Counted(c.Role) {
			if e.Rel != 0 || e.Abs != 0 {
				fault(at+"rel", "a value of role %q is not counted: it takes no tolerance", c.Role)
			}
		} else if e.Rel == 0 && e.Abs == 0 {
			fault(at+"rel", "no tolerance; needs rel or abs above 0")
		} else if e.Value == 0 && e.Abs == 0 {
			fault(at+"abs", "a value of 0 needs a tolerance abs")
		}
		if _, err := si.ParseUnit(e.Unit); err != nil {
			fault(at+"unit", "%v", err)
		}
	}
}
