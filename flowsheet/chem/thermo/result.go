package thermo

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
)

// ResultSchema is the form of a Result as JSON.
const ResultSchema = "reetwin.thermo/1"

// Quantity is a value with its unit and expanded uncertainty; Value is nil where the data do not give it. A pressure, known by its logarithm, has
// Decades in place of Uncertainty: it lies within a factor of 10^Decades.
type Quantity struct {
	Value       *float64 `json:"value"`
	Unit        string   `json:"unit"`
	Uncertainty *float64 `json:"uncertainty,omitempty"`
	Decades     *float64 `json:"uncertainty_log10,omitempty"`
}

// Result is a reaction at one temperature for people and programs, per mole of reaction as written.
type Result struct {
	Schema        string           `json:"schema"`
	Reaction      string           `json:"reaction"`
	T             float64          `json:"T_K"`
	H             Quantity         `json:"dH"`
	S             Quantity         `json:"dS"`
	G             Quantity         `json:"dG"`
	Cp            Quantity         `json:"dCp"`
	LogK          Quantity         `json:"log10_K"`
	Gas           string           `json:"gas,omitempty"`          // the only gas of the reaction, formed by it
	Pressure      *Quantity        `json:"gas_pressure,omitempty"` // of that gas at equilibrium
	E             *Quantity        `json:"E,omitempty"`
	Electrons     float64          `json:"electrons"`
	ElectronsFrom string           `json:"electrons_from"`
	Equilibrium   *float64         `json:"equilibrium_T_K"` // where ΔG changes its sign in the range of all data; the lowest
	Feed          *float64         `json:"reactants_T_K,omitempty"`
	Heating       *Quantity        `json:"dH_from_reactants_T,omitempty"` // reactants at Feed to products at T
	Thermoneutral *Quantity        `json:"E_thermoneutral,omitempty"`     // of that heat
	Adiabatic     *AdiabaticResult `json:"adiabatic,omitempty"`
	Class         chem.Class       `json:"class"` // the weakest of the data used
	Substances    []Substance      `json:"substances"`
	Outside       []string         `json:"outside"` // substances used beyond the range of their data
	Lacking       []string         `json:"lacking"` // why a value is missing
}

// AdiabaticResult is an Adiabatic as JSON.
type AdiabaticResult struct {
	Reactants float64  `json:"reactants_T_K"`
	T         float64  `json:"T_K"`
	Low       *float64 `json:"low_T_K"`
	High      *float64 `json:"high_T_K"`
	Share     float64  `json:"transition_share"`
	Turning   []string `json:"transition_to"`
}

// Substance is one term of a reaction with the data that stand behind it.
type Substance struct {
	Name    string      `json:"name"`
	Left    float64     `json:"left"`
	Right   float64     `json:"right"`
	Form    string      `json:"form"`
	Chosen  bool        `json:"chosen"` // as the stable form; else it is as written
	H       Quantity    `json:"H"`
	S       Quantity    `json:"S"`
	G       Quantity    `json:"G"`
	Lo      float64     `json:"lo_T_K"`
	Hi      float64     `json:"hi_T_K"`
	Class   chem.Class  `json:"class"`
	Numbers []NumberRow `json:"numbers"`
	Note    string      `json:"note,omitempty"`
	Others  []string    `json:"other_sets"`
}

// NumberRow is a Number as JSON.
type NumberRow struct {
	Name             string     `json:"name"`
	Value            string     `json:"value"`
	Uncertainty      string     `json:"uncertainty,omitempty"`
	UncertaintyClass chem.Class `json:"uncertainty_class,omitempty"`
	Class            chem.Class `json:"class"`
	Source           string     `json:"source"`
}

// number is nil for what is no number: JSON has none.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func quantity(v, u float64, unit string) Quantity {
	return Quantity{Value: number(v), Unit: unit, Uncertainty: number(u)}
}

// Result is the reaction at T (K). electrons is 0 to count them from oxidation numbers.
func (l *Library) Result(r *Reaction, T, electrons float64) *Result {
	v := r.NewValues()
	r.At(T, v)
	x := &Result{Schema: ResultSchema, Reaction: r.String(), T: T, Outside: []string{}, Lacking: []string{},
		H: quantity(v.H/1000, v.UH/1000, "kJ/mol"), S: quantity(v.S, v.US, "J/(mol K)"), G: quantity(v.G/1000, v.UG/1000, "kJ/mol"),
		Cp: Quantity{Value: number(v.Cp), Unit: "J/(mol K)"}, LogK: quantity(v.LnK()/math.Ln10, v.UG/(R*T*math.Ln10), "1")}
	if at, ok := r.Equilibrium(); ok {
		x.Equilibrium = &at
	}
	l.electrons(x, r, v, electrons)
	x.gas(r, v)
	for i := range r.Terms {
		x.Substances = append(x.Substances, l.substance(&r.Terms[i], v.Forms[i], T))
		if r.Terms[i].Net() != 0 {
			x.Class = weaker(x.Class, v.Forms[i].Class)
		}
	}
	for _, e := range r.Outside(v) {
		x.outside(e.String())
	}
	heat, entropy := r.Lacking(v)
	if len(heat) > 0 {
		x.Lacking = append(x.Lacking, fmt.Sprintf("no heat capacity, so no value at this temperature: %s", strings.Join(heat, ", ")))
	}
	if len(entropy) > 0 {
		x.Lacking = append(x.Lacking, fmt.Sprintf("no entropy, so no ΔS, ΔG and E°: %s", strings.Join(entropy, ", ")))
	}
	return x
}

func (x *Result) outside(text string) {
	if !slices.Contains(x.Outside, text) {
		x.Outside = append(x.Outside, text)
	}
}

// electrons gives E° of v for the electrons counted or given.
func (l *Library) electrons(x *Result, r *Reaction, v *Values, given float64) {
	x.Electrons, x.ElectronsFrom = given, "as given"
	if given == 0 {
		n, how, err := r.Electrons()
		switch {
		case err != nil:
			how = err.Error()
		case n == 0:
			how = "no oxidation number changes"
		}
		x.Electrons, x.ElectronsFrom = n, how
	}
	if x.Electrons > 0 {
		q := quantity(v.E(x.Electrons), v.UG/(x.Electrons*Faraday), "V")
		x.E = &q
	}
}

// gas gives the equilibrium pressure where one gas is all that the reaction forms or uses of gases.
func (x *Result) gas(r *Reaction, v *Values) {
	only := -1
	for i := range r.Terms {
		if n := r.Terms[i].Net(); v.Forms[i].State == Gas && n != 0 {
			if only >= 0 || n < 0 {
				return
			}
			only = i
		} else if n != 0 && v.Forms[i].State == Aqueous {
			return
		}
	}
	if only < 0 {
		return
	}
	n := r.Terms[only].Net()
	x.Gas, x.Pressure = v.Forms[only].Name(), &Quantity{Value: number(1e5 * math.Exp(v.LnK()/n)), Unit: "Pa", Decades: number(v.UG / (R * v.T * n * math.Ln10))}
}

func (l *Library) substance(t *Term, f *Form, T float64) Substance {
	uh, us, ug := f.Uncertainty(T)
	s := Substance{Name: t.Name(), Left: t.Left, Right: t.Right, Form: f.Name(), Chosen: t.Tag == "" || t.Tag == "cd",
		H: quantity(f.H(T)/1000, uh/1000, "kJ/mol"), S: quantity(f.S(T), us, "J/(mol K)"), G: quantity(f.G(T)/1000, ug/1000, "kJ/mol"),
		Lo: f.Lo, Hi: f.Hi, Class: f.Class, Numbers: f.Rows(), Note: f.Note, Others: []string{}}
	for _, o := range l.Others(f.Species) {
		s.Others = append(s.Others, o.Name)
	}
	return s
}

// Rows are the numbers of a form as JSON.
func (f *Form) Rows() []NumberRow {
	rows := make([]NumberRow, len(f.Numbers))
	for i, n := range f.Numbers {
		rows[i] = NumberRow{n.Name, n.Text, n.U, n.UClass, n.Class, n.Source}
	}
	return rows
}

// Heat is what it takes, J per mole of reaction, to bring the left side at T0 to the right side at T (K). What stands on both sides
// is heated too. NaN where a substance has no heat capacity; outside lists the forms used beyond their data.
func (r *Reaction) Heat(T0, T float64) (heat float64, outside []Excursion) {
	heat = r.products(T)
	for i := range r.Terms {
		t := &r.Terms[i]
		if t.Right > 0 {
			if f := t.Species.Stable(T, t.Tag); !f.Covers(T) {
				outside = append(outside, Excursion{f, T})
			}
		}
		if t.Left > 0 {
			f := t.Species.Stable(T0, t.Tag)
			if heat -= t.Left * f.H(T0); !f.Covers(T0) {
				outside = append(outside, Excursion{f, T0})
			}
		}
	}
	return heat, outside
}

// From adds the heat from reactants at T0 (K) to products at the temperature of the result.
func (x *Result) From(r *Reaction, T0 float64) {
	heat, outside := r.Heat(T0, x.T)
	q := Quantity{Value: number(heat / 1000), Unit: "kJ/mol"}
	x.Feed, x.Heating = &T0, &q
	if x.Electrons > 0 {
		e := Quantity{Value: number(heat / (x.Electrons * Faraday)), Unit: "V"}
		x.Thermoneutral = &e
	}
	for _, e := range outside {
		x.outside(e.String())
	}
}

// Adiabat adds the adiabatic temperature of reactants at T0 (K).
func (x *Result) Adiabat(r *Reaction, T0 float64) error {
	a, err := r.Adiabatic(T0)
	if err != nil {
		return err
	}
	x.Adiabatic = &AdiabaticResult{Reactants: T0, T: a.T, Low: number(a.Low), High: number(a.High), Share: a.Share, Turning: []string{}}
	for _, f := range a.Turning {
		x.Adiabatic.Turning = append(x.Adiabatic.Turning, f.Name())
	}
	for _, e := range a.Outside {
		x.outside("adiabatic: " + e.String())
	}
	return nil
}
