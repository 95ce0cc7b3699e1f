package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"reetwin/flowsheet/cost"
)

// Schema is the contract that a Result follows; see docs/result.md.
const Schema = "reetwin.result/1"

// The states of a result.
const (
	Converged = "converged"
	Broken    = "failed"
)

// Result is one solve of a plant: everything that any report shows, in SI unless the field's name says otherwise.
type Result struct {
	Schema string `json:"schema"`
	Status string `json:"status"` // Converged or Broken
	Plant  string `json:"plant,omitempty"`

	// Changed says what makes this case another than the published one: the settings, an overlay.
	Changed []string `json:"changed,omitempty"`

	Reason string   `json:"reason,omitempty"` // of a failure: what is violated, where
	Tried  []string `json:"tried,omitempty"`  // by the solver, in order

	Elements  map[string]Element `json:"elements,omitempty"`
	Streams   map[string]Stream  `json:"streams,omitempty"`
	Units     map[string]Unit    `json:"units,omitempty"`
	KPIs      map[string]KPI     `json:"kpis,omitempty"`
	Published map[string]Quoted  `json:"published,omitempty"` // by the path of the quantity
	Controls  map[string]Control `json:"controls,omitempty"`
	Balances  *Balances          `json:"balances,omitempty"`

	Products   map[string]cost.Product `json:"products,omitempty"`
	Ledger     *cost.Ledger            `json:"ledger,omitempty"`     // nil: nothing that leaves is known to be a product
	Activity   *cost.Activity          `json:"activity,omitempty"`   // nil: neither elements nor file know of a nuclide
	Discharges map[string]cost.Held    `json:"discharges,omitempty"` // against permits

	Solved   *Convergence `json:"convergence,omitempty"`
	Warnings []Warning    `json:"warnings"`
	Origin   *Provenance  `json:"provenance,omitempty"`
}

// enters and leaves say on which side of the plant's balance a stream counts.
func (s Stream) enters() bool {
	return s.Border == "in" || s.Border == "drawn" || s.Border == "through"
}
func (s Stream) leaves() bool { return s.Border == "out" || s.Border == "through" }

// Element is an element of the plant.
type Element struct {
	No    int     `json:"no"` // order in the plant's file
	Mass  float64 `json:"kg_mol"`
	Group string  `json:"group,omitempty"` // "ree", "framework" or ""
}

// Stream is one stream. Its Border says where it stands in the plant's balance.
type Stream struct {
	No     int                `json:"no"` // order in the flow
	From   string             `json:"from,omitempty"`
	To     string             `json:"to,omitempty"`
	Border string             `json:"border,omitempty"` // "in", "drawn" (enters as a unit decides), "out", "through" (in and out), "" inside
	T      float64            `json:"T_K"`
	Volume float64            `json:"m3_s"` // of liquids and solids
	Mass   float64            `json:"kg_s"`
	Phases map[string]float64 `json:"phase_kg_s,omitempty"`
	Moles  map[string]float64 `json:"mol_s"`
	Atoms  map[string]float64 `json:"element_mol_s"`
	Tenor  map[string]float64 `json:"mg_L"`           // of the stream's liquid
	Assay  map[string]float64 `json:"g_kg,omitempty"` // of its solids
	PH     *float64           `json:"pH,omitempty"`
}

// Unit is one unit operation.
type Unit struct {
	No      int                 `json:"no"` // order in the plant's file
	Kind    string              `json:"kind"`
	Signals map[string]Quantity `json:"signals"`
	Handles map[string]Quantity `json:"handles,omitempty"`
	Profile []ProfileStage      `json:"profile"`
}

// Quantity is a value with its SI unit; nil where the plant's state gives no number.
type Quantity struct {
	Value *float64 `json:"value"`
	Unit  string   `json:"unit"`
}

// ProfileStage is one stage, tank or zone of a unit.
type ProfileStage struct {
	Section string             `json:"section"`
	Stage   int                `json:"stage"`
	PH      *float64           `json:"pH,omitempty"`
	Aqueous map[string]float64 `json:"aq_mg_L,omitempty"`
	Organic map[string]float64 `json:"org_mg_L,omitempty"`
}

// KPI is a figure of merit with the streams that it is referred to and measured in.
type KPI struct {
	Quantity
	From []string `json:"from"`
	To   []string `json:"to"`
}

// Quoted is a number of the plant's source beside the computed one.
type Quoted struct {
	Value     float64  `json:"value"`
	Computed  *float64 `json:"computed"`
	Unit      string   `json:"unit"`
	Deviation *float64 `json:"rel"` // computed ÷ value − 1
	Source    string   `json:"source"`
}

// Control is a control loop: offline its handle is solved so that measured = set.
type Control struct {
	Measure  string   `json:"measure"`
	Set      float64  `json:"set"`
	Measured *float64 `json:"measured"`
	Unit     string   `json:"unit"`
	Move     string   `json:"move"`
	Handle   float64  `json:"handle"`
	Lo       float64  `json:"min"`
	Hi       float64  `json:"max"`
	HandleIn string   `json:"handle_unit"`
}

// Balances shows conservation at steady state.
type Balances struct {
	Plant map[string]Closure     `json:"plant"` // every element that flows, and "charge"
	Units map[string]UnitClosure `json:"units"`
	Drawn []string               `json:"drawn,omitempty"` // streams counted as entering although a unit decides them

	Energy *Energy `json:"energy,omitempty"`
}

// Closure is one balance.
type Closure struct {
	In  float64 `json:"in_mol_s"`
	Out float64 `json:"out_mol_s"`
	Rel float64 `json:"rel"`
}

// UnitClosure is the worst balance of a unit.
type UnitClosure struct {
	Worst string  `json:"worst"` // element or "charge"
	Rel   float64 `json:"rel"`
}

// Convergence says how the solve went.
type Convergence struct {
	Path     string   `json:"path"`
	Passes   int      `json:"passes"`
	Tangents int      `json:"tangents"`
	Newton   int      `json:"newton"`
	March    int      `json:"march"`
	Residual *float64 `json:"residual"`
	Worst    string   `json:"worst,omitempty"`
	Seconds  float64  `json:"seconds"`
}

// Warning says that a number should not be trusted blindly.
type Warning struct {
	Code  string   `json:"code"`
	Tag   string   `json:"tag"`   // the unit
	Where string   `json:"where"` // unit, stage, element
	Value *float64 `json:"value"`
	Limit *float64 `json:"limit"`
	Unit  string   `json:"unit"`
	Text  string   `json:"text,omitempty"`
}

// Provenance counts the numbers that the result rests on by what they rest on themselves.
type Provenance struct {
	Classes map[string]int `json:"classes"`
	Assumed []Assumption   `json:"assumed,omitempty"`
	Own     []OwnConstant  `json:"own,omitempty"`
}

// OwnConstant is a number of a data file that the plant names, such as one of reetwin sx fit: its covariances stand among them.
type OwnConstant struct {
	Name   string   `json:"name"`
	Value  float64  `json:"value"`
	Unit   string   `json:"unit"`
	Class  string   `json:"class"`
	Source string   `json:"source"`
	File   string   `json:"file"`
	Tags   []string `json:"tags"`
}

// Assumption is a number that somebody set.
type Assumption struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Source string  `json:"source"`

	Tags []string `json:"tags,omitempty"` // the units that rest on it; none for a number of all streams
}

// JSON writes the result as the contract says, keys sorted, numbers in full.
func (r *Result) JSON(w io.Writer) error { return writeJSON(w, r) }

func writeJSON(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// Read reads what JSON wrote. It refuses other schemas, unknown states, and a converged result without its proof.
func Read(r io.Reader) (*Result, error) {
	result := new(Result)
	if err := json.NewDecoder(r).Decode(result); err != nil {
		return nil, fmt.Errorf("not a result of reetwin: %w", err)
	}
	if result.Schema != Schema {
		return nil, fmt.Errorf("not a result of reetwin: schema is %q, needs %q", result.Schema, Schema)
	}
	if result.Status != Converged && result.Status != Broken {
		return nil, fmt.Errorf("not a result of reetwin: status is %q, needs %q or %q", result.Status, Converged, Broken)
	}
	if result.Status == Converged && (result.Balances == nil || result.Solved == nil || result.Origin == nil) {
		return nil, errors.New("not a result of reetwin: a converged one has balances, convergence and provenance")
	}
	return result, nil
}
