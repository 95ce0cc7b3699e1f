package validate

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"reetwin/flowsheet/chem"
	"reetwin/units/sx"
)

// Isotherms is the kind of a case that asks measured equilibria of an extractant (units/sx.Isotherm, the CSV of config). Input:
//
//	{"fit": {"n": 3, "m": 6, "free": ["n", "fall"], "huber": 0, "pairs": 10}}   a regression
//	"seed": 21             with it: two thirds of every source are fitted, the last third predicted
//	"without": "Li (1987)" with it: all others are fitted, this source is predicted
//	{"model": "PC88A-HCl", "extractant": "PC88A"}                               constants of the data as they are
//	{"logK": {"Nd": -1.968}, "n": 3}                                            constants given
//	"ratio": ["Nd", "Pr"]  besides: how far apart two elements are
//
// Answer: rms (decades of D), rows; held.rms, held.rows; ratio (of the constants), measured_ratio, measured_vessels.
const Isotherms = "isotherm"

type isothermInput struct {
	Fit *struct {
		N, M         float64
		Free         []string
		Huber, Pairs float64
	} `json:"fit"`
	Seed              *uint64            `json:"seed"`
	Without           string             `json:"without"`
	Model, Extractant string             `json:",omitempty"`
	LogK              map[string]float64 `json:"logK"`
	N                 float64            `json:"n"`
	Ratio             []string           `json:"ratio"`
}

// readIsotherm reads and checks the input of such a case.
func readIsotherm(input map[string]any) (*isothermInput, error) {
	text, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	in := new(isothermInput)
	for key := range input {
		if !slices.Contains([]string{"fit", "seed", "without", "model", "extractant", "logK", "n", "ratio"}, key) {
			return nil, fmt.Errorf("unknown key %s", key)
		}
	}
	if err := json.Unmarshal(text, in); err != nil {
		return nil, err
	}
	ways := 0
	for _, is := range []bool{in.Fit != nil, in.Model != "", in.LogK != nil} {
		if is {
			ways++
		}
	}
	switch {
	case ways != 1:
		return nil, fmt.Errorf("needs one of fit, model and logK")
	case in.Fit == nil && (in.Seed != nil || in.Without != ""):
		return nil, fmt.Errorf("seed and without belong to a fit")
	case in.Seed != nil && in.Without != "":
		return nil, fmt.Errorf("needs seed or without, not both")
	case in.Ratio != nil && len(in.Ratio) != 2:
		return nil, fmt.Errorf("ratio: needs two elements")
	}
	return in, nil
}

// checkIsotherm finds what is wrong with such a case.
func checkIsotherm(at string, c Case, fault func(place, format string, args ...any)) {
	if c.Config == "" {
		fault(at+"config", "missing; needs a CSV file of equilibria")
	}
	if len(c.Set) > 0 {
		fault(at+"set", "a case of kind %q takes no set, but input", c.Kind)
	}
	if _, err := readIsotherm(c.Input); err != nil {
		fault(at+"input", "%v", err)
	}
}

// askIsotherm gives the answer of such a case.
func askIsotherm(c Case) (any, error) {
	in, err := readIsotherm(c.Input)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(c.Config)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	iso, err := sx.ReadIsotherm(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Config, err)
	}
	out := map[string]any{}
	level := func(element string) float64 { return in.LogK[element] }
	switch {
	case in.Fit != nil:
		q, err := in.regress(iso, out)
		if err != nil {
			return nil, err
		}
		level = q.Level
	case in.Model != "":
		level, err = in.shipped(iso, out)
	default:
		err = in.given(iso, out)
	}
	if err != nil {
		return nil, err
	}
	if in.Ratio != nil {
		mean, vessels, err := iso.Ratio(in.Ratio[0], in.Ratio[1])
		if err != nil {
			return nil, err
		}
		out["ratio"], out["measured_ratio"], out["measured_vessels"] = math.Pow(10, level(in.Ratio[0])-level(in.Ratio[1])), mean, vessels
	}
	return decoded(func(w io.Writer) error { return json.NewEncoder(w).Encode(out) })
}

func (in *isothermInput) regress(iso *sx.Isotherm, out map[string]any) (*sx.IsothermResult, error) {
	fit := sx.IsothermFit{N: in.Fit.N, M: in.Fit.M, Huber: in.Fit.Huber, Pairs: in.Fit.Pairs,
		FreeN: slices.Contains(in.Fit.Free, "n"), FreeM: slices.Contains(in.Fit.Free, "m"), FreeFall: slices.Contains(in.Fit.Free, "fall")}
	kept, held := iso, (*sx.Isotherm)(nil)
	switch {
	case in.Seed != nil:
		kept, held = iso.Hold(1./3, *in.Seed)
	case in.Without != "":
		kept, held = iso.Without(in.Without)
	}
	q, err := fit.Solve(kept)
	if err != nil {
		return nil, err
	}
	out["rms"], out["rows"] = q.RMS, len(q.Used())
	if held != nil {
		rms, rows := q.Predict(held)
		if rows == 0 {
			return nil, fmt.Errorf("nothing to predict")
		}
		out["held"] = map[string]any{"rms": rms, "rows": rows}
	}
	return q, nil
}

// shipped compares with constants of the data.
func (in *isothermInput) shipped(iso *sx.Isotherm, out map[string]any) (level func(string) float64, err error) {
	sys, err := chem.Load(chem.Selection{Elements: iso.Elements, Families: []string{"aqueous", "organic"}, Extractant: in.Extractant})
	if err != nil {
		return nil, err
	}
	m, err := sys.Exchange(in.Model)
	if err != nil {
		return nil, err
	}
	r, rows := iso.Residuals(m, sys)
	out["rms"], out["rows"] = sx.RMS(r), len(rows)
	return func(element string) float64 {
		for _, t := range m.Terms {
			if sys.Elements[t.Element].Symbol == element {
				return t.LnK / math.Ln10
			}
		}
		return math.NaN()
	}, nil
}

// given compares with constants of trivalent metals that the case gives.
func (in *isothermInput) given(iso *sx.Isotherm, out map[string]any) error {
	sys, err := chem.Load(chem.Selection{Elements: iso.Elements, Families: []string{"aqueous"}})
	if err != nil {
		return err
	}
	m := &chem.Exchange{}
	for symbol, k := range in.LogK {
		if e, ok := sys.Element(symbol); ok {
			m.Terms = append(m.Terms, chem.ExchangeTerm{Element: e, Z: 3, N: in.N, M: 2 * in.N, LnK: k * math.Ln10})
		}
	}
	r, rows := iso.Residuals(m, sys)
	out["rms"], out["rows"] = sx.RMS(r), len(rows)
	return nil
}
