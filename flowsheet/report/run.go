package report

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet"
)

// RunSchema is the contract that a Run follows; see docs/result.md.
const RunSchema = "reetwin.run/1"

// Run is a plant run in time: readings at the times of output, and the balance over the whole.
type Run struct {
	Schema    string                `json:"schema"`
	Status    string                `json:"status"` // Converged or Broken; then Time and Readings end where it failed
	Plant     string                `json:"plant,omitempty"`
	Changed   []string              `json:"changed,omitempty"`
	Reason    string                `json:"reason,omitempty"`
	Method    string                `json:"method"`
	Steps     int                   `json:"steps"`
	Rejected  int                   `json:"rejected"` // steps tried and taken back
	Events    int                   `json:"events"`   // chargings, tappings and the like of batch units
	Moves     []string              `json:"moves,omitempty"`
	Resting   []string              `json:"controls_at_rest,omitempty"` // control loops whose handles stay as the steady solve left them, or as moves set them
	Time      []float64             `json:"t_s"`
	Readings  map[string]RunReading `json:"readings"`
	Balance   map[string]RunBalance `json:"balance,omitempty"`
	NoBalance string                `json:"no_balance,omitempty"` // the unit that does not say what it holds
	Warnings  []RunWarning          `json:"warnings"`

	order []string
}

// RunReading is one reading over time; nil where the plant's state gives no number.
type RunReading struct {
	Unit   string     `json:"unit"`
	Values []*float64 `json:"values"`
}

// RunWarning is a warning with the time of the output that first gave it.
type RunWarning struct {
	Warning
	From float64 `json:"from_s"`
}

// RunBalance is the balance of one element, or of charge, over a run: In = Out + Held.
type RunBalance struct {
	In   float64 `json:"in_mol"`
	Out  float64 `json:"out_mol"`
	Held float64 `json:"held_mol"` // more than at the start
	Rel  float64 `json:"rel"`
}

// NewRun runs a plant and reads the given paths (flowsheet.Plant.Value) at every output; without any, the signals of the units
// that hold something. moves are in words, beside those of the schedule. The error is that of a path or of the schedule; a
// run that fails on its way is a Run whose Status is Broken.
func NewRun(p *flowsheet.Plant, s flowsheet.Schedule, paths, moves []string, changed ...string) (*Run, error) {
	r := &Run{Schema: RunSchema, Status: Converged, Plant: p.Name, Changed: changed, Moves: moves, Readings: map[string]RunReading{}, Warnings: []RunWarning{}}
	if len(paths) == 0 {
		paths = heldSignals(p)
	}
	for _, path := range paths {
		_, unit, err := p.Value(path)
		if err != nil {
			return nil, err
		}
		if _, twice := r.Readings[path]; twice {
			return nil, fmt.Errorf("%s is asked for twice", path)
		}
		r.Readings[path] = RunReading{Unit: unit}
		r.order = append(r.order, path)
	}
	for _, c := range p.Controls() {
		if !c.InTime || slices.ContainsFunc(s.Moves, func(m flowsheet.Move) bool { return m.Path == c.Move }) {
			r.Resting = append(r.Resting, c.Name)
		}
	}
	sum, err := p.Run(s, func(t float64) error {
		r.Time = append(r.Time, t)
		r.warn(t, warnings(p))
		for _, path := range r.order {
			v, _, err := p.Value(path)
			if err != nil {
				return err
			}
			reading := r.Readings[path]
			reading.Values = append(reading.Values, finite(v))
			r.Readings[path] = reading
		}
		return nil
	})
	r.Method, r.Steps, r.Rejected, r.Events, r.NoBalance = sum.Method, sum.Steps, sum.Rejected, sum.Events, sum.NoBalance
	if err != nil {
		if _, ok := errors.AsType[*flowsheet.Failure](err); !ok {
			return nil, err
		}
		r.Status, r.Reason = Broken, Plain(err.Error())
	}
	if len(sum.Closures) > 0 {
		r.Balance = map[string]RunBalance{}
		for _, c := range sum.Closures {
			r.Balance[c.Element] = RunBalance{In: c.In, Out: c.Out, Held: c.Held, Rel: c.Rel}
		}
	}
	return r, nil
}

// follower is a unit that names the signals worth following in time, where that is not all of them.
type follower interface{ InTime() []string }

// heldSignals are the signals of the units with states.
func heldSignals(p *flowsheet.Plant) (paths []string) {
	for _, u := range p.Units() {
		if len(u.Spec.States) == 0 {
			continue
		}
		some, picks := u.Unit.(follower)
		for _, v := range u.Spec.Signals {
			if !picks || slices.Contains(some.InTime(), v.Name) {
				paths = append(paths, u.Tag+"."+v.Name)
			}
		}
	}
	return paths
}

// warn keeps each warning once, as last given, with the time of the output that first gave it.
func (r *Run) warn(t float64, all []Warning) {
	for _, w := range all {
		i := slices.IndexFunc(r.Warnings, func(o RunWarning) bool { return o.Code == w.Code && o.Where == w.Where })
		if i < 0 {
			r.Warnings = append(r.Warnings, RunWarning{Warning: w, From: t})
		} else {
			r.Warnings[i].Warning = w
		}
	}
}

// JSON writes the run as one object.
func (r *Run) JSON(w io.Writer) error { return writeJSON(w, r) }

// CSV writes one line for each output: t_s and the readings in SI, the unit in the head.
func (r *Run) CSV(w io.Writer) error {
	head := []string{"t_s"}
	for _, path := range r.order {
		head = append(head, path+" ["+r.Readings[path].Unit+"]")
	}
	rows := [][]string{head}
	for k, t := range r.Time {
		row := []string{full(t)}
		for _, path := range r.order {
			row = append(row, maybeFull(r.Readings[path].Values[k]))
		}
		rows = append(rows, row)
	}
	return writeCSV(w, rows)
}

// runColumns is how many readings stand beside each other in a table.
const runColumns = 6

// Table writes the readings over time, the balance, the warnings, and how the run went.
func (r *Run) Table(out io.Writer) error {
	w := &sticky{w: out}
	fmt.Fprintf(w, "%s: %s, %d outputs\n", r.name(), r.Status, len(r.Time))
	if r.Reason != "" {
		fmt.Fprintln(w, r.Reason)
	}
	for _, m := range r.Moves {
		fmt.Fprintln(w, "Move: "+m)
	}
	if len(r.Resting) > 0 {
		fmt.Fprintf(w, "Control loops rest, their handles stay as the steady solve left them: %s\n", strings.Join(r.Resting, ", "))
	}
	for first := 0; first < len(r.order); first += runColumns {
		r.block(w, r.order[first:min(first+runColumns, len(r.order))])
	}
	r.tail(w)
	return w.err
}

func (r *Run) name() string {
	if r.Plant == "" {
		return "plant"
	}
	return r.Plant
}

// block writes a few readings over time.
func (r *Run) block(w io.Writer, paths []string) {
	g := grid{head: []string{"h"}}
	units := []string{""}
	var convert []func(float64) float64
	for _, path := range paths {
		reading := r.Readings[path]
		size := 0.0
		for _, v := range reading.Values {
			if v != nil {
				size = math.Max(size, math.Abs(*v))
			}
		}
		c, unit := plantUnit(reading.Unit, size)
		g.head, units, convert = append(g.head, path), append(units, unit), append(convert, c)
	}
	g.add(units...)
	for k, t := range r.Time {
		row := []string{digits(t / 3600)}
		for i, path := range paths {
			row = append(row, maybe(r.Readings[path].Values[k], func(v float64) string { return digits(convert[i](v)) }))
		}
		g.add(row...)
	}
	fmt.Fprintln(w)
	g.write(w)
}

// tail writes the balance, the warnings and how the run went.
func (r *Run) tail(w io.Writer) {
	switch {
	case r.NoBalance != "":
		fmt.Fprintf(w, "\nNo balance in time: %s does not say what it holds\n", r.NoBalance)
	case len(r.Balance) > 0:
		worst := ""
		g := grid{title: "Balance over the run, mol", head: []string{"", "in", "out", "held more", "relative"}, words: 1}
		for _, e := range alphabetical(r.Balance) {
			b := r.Balance[e]
			if worst == "" || b.Rel > r.Balance[worst].Rel {
				worst = e
			}
			if b.In != 0 || b.Out != 0 || b.Held != 0 {
				g.add(e, digits(b.In), digits(b.Out), digits(b.Held), digits(b.Rel))
			}
		}
		g.write(w)
		fmt.Fprintf(w, "  worst: %s, %s\n", worst, digits(r.Balance[worst].Rel))
	}
	if len(r.Warnings) > 0 {
		fmt.Fprintf(w, "\nWarnings: %d\n", len(r.Warnings))
		for _, v := range r.Warnings {
			fmt.Fprintf(w, "  %s  %s, from %s h: %s\n", v.Code, v.Where, digits(v.From/3600), v.Text)
		}
	}
	fmt.Fprintf(w, "\nSolver: %s; %d steps, %d taken back", r.Method, r.Steps, r.Rejected)
	if r.Events > 0 {
		fmt.Fprintf(w, ", %d events", r.Events)
	}
	fmt.Fprintln(w)
}

// Chart draws the readings over time; they must have one unit.
func (r *Run) Chart() (*Chart, error) {
	c := &Chart{Title: r.name(), X: "h"}
	for i, path := range r.order {
		reading := r.Readings[path]
		convert, unit := plantUnit(reading.Unit, 1)
		if i > 0 && unit != c.Y {
			return nil, fmt.Errorf("chart: %s is in %s, %s in %s; choose readings of one unit", r.order[0], c.Y, path, unit)
		}
		c.Y = unit
		curve := Curve{Name: path}
		for k, v := range reading.Values {
			if v != nil {
				curve.X, curve.Y = append(curve.X, r.Time[k]/3600), append(curve.Y, convert(*v))
			}
		}
		c.Curves = append(c.Curves, curve)
	}
	return c, nil
}
