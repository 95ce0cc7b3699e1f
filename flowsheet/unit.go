package flowsheet

import (
	"math"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/cost"
)

// Stream is what flows from one unit to the next: molar flows over every component of the system and one temperature.
// Slurries, loaded organics and gases need no type of their own.
type Stream struct {
	T float64   // K
	N []float64 // mol/s, one per component of the system
}

// Copy overwrites s with o; both must have the same number of components.
func (s *Stream) Copy(o Stream) {
	s.T = o.T
	copy(s.N, o.N)
}

// Zero empties the stream and sets its temperature.
func (s *Stream) Zero(T float64) {
	s.T = T
	clear(s.N)
}

// Unit is one unit operation: ONE model for design, time, control and estimation.
//
// A Unit is used by one goroutine at a time. Solve must not allocate, log or do I/O, and what it returns must depend on
// its arguments alone: whatever the unit keeps besides is scratch or a cache, so that a copy of x reproduces the same bits.
type Unit interface {
	// Init checks every parameter, reports all faults at once (to env.Param), and declares ports, handles, states and signals.
	Init(env Env) (Spec, error)
	// Solve finds x and the outlets that satisfy Rate·(x − Prev) = f(x, u, in) for the states and 0 = f(x, u, in) for the
	// algebraic unknowns. On entry x is the last known memory, a start value; st.Cold says it is worth nothing.
	// out[k].T and every out[k].N must be written. An error names what could not be satisfied.
	Solve(st *Stage, u, x []float64, in, out []Stream) error
}

// Tangenter is a unit that knows its directional derivatives; for the others the plant takes a scaled difference.
type Tangenter interface {
	// Tangent writes dx and dout for the direction (du, dprev, din) at the point of the last Solve, which is passed again.
	// dprev is nil when st.Rate is 0. It must not allocate.
	Tangent(st *Stage, u, x []float64, in, out []Stream, du, dprev []float64, din []Stream, dx []float64, dout []Stream) error
}

// Observer is a unit with signals beyond its handles and streams: pH, conversion, heat duty.
type Observer interface {
	// Observe writes one value (SI) for each of Spec.Signals. It must be smooth in its arguments and must not allocate.
	Observe(u, x []float64, in, out []Stream, y []float64)
}

// Heated is a unit whose heat is that of all its streams; the plant checks that it closes.
type Heated interface {
	Observer
	// Supplied picks from the signals what enters beside the streams, W, negative where it is given off: heat, and work such as electric power.
	Supplied(y []float64) (heat, work float64)
	// Enthalpy is that of component i at T (K), J/mol, with that of formation at 298.15 K, as the unit counts it where the component enters
	// (drawn streams too) or leaves; NaN without data.
	Enthalpy(i int, T float64, leaving bool) float64
}

// Uptake is what a product takes up in a unit by a share that is data, not physics.
type Uptake = cost.Uptake

// Contact is a unit whose first outlet takes something up from vessel, tools or air by such shares.
type Contact interface {
	Uptakes(u []float64, in []Stream) []Uptake
}

// Reporter is a unit with a stage profile or with something to say about the validity of its result.
type Reporter interface {
	Report(u, x []float64, in, out []Stream) Report
}

// Explainer is a unit that can show its equations, assumptions and sources in words.
type Explainer interface {
	Explain() string
}

// Stage says which implicit stage Solve has to satisfy.
type Stage struct {
	Rate float64   // 1/s; 0 is the steady state, 1/(γh) one stage of a time step of length h
	Prev []float64 // states at the start of the step (as long as x; only the states are read); nil when Rate is 0
	Tol  float64   // relative tolerance of the unit's own iteration
	Cold bool      // x holds no start value worth using

	// Brief says that the caller has another way, such as a shorter step: a unit that finds no solution soon shall fail rather than
	// search for one, or for the reason why there is none.
	Brief bool
}

// Env is what a unit knows of its surroundings while it is set up.
type Env struct {
	Tag    string       // the unit's name on the flowsheet
	System *chem.System // the components of the plant
	Param  *conf.Table  // the unit's own table; faults are collected there
	In     []string     // inlet port names as connected, in file order ("1", "2", … when the file gives a plain list)
	Out    []string     // outlet port names as connected
}

// Spec is what a unit declares in Init.
type Spec struct {
	In, Out   []Port          // in the order of the in and out slices of Solve
	Handles   []Handle        // u
	States    []Variable      // the first part of x: what accumulates
	Algebraic []Variable      // the rest of x
	Free      []int           // states that rest in time: they stay at Prev
	Signals   []Variable      // y of Observe
	Constants []chem.Constant // the numbers with provenance that the unit's result rests on
}

// Port is one inlet or outlet.
type Port struct {
	Name     string
	Optional bool // may stay unconnected: an inlet is then empty, an outlet is written all the same (and left empty by the unit)
	// Drawn marks an outlet slot that in truth flows INTO the unit from outside the plant, and whose amount the unit
	// itself decides: burner gas, or a named virtual source. It counts as an inlet in every balance.
	Drawn bool
}

// Variable is a state, an algebraic unknown or a signal.
type Variable struct {
	Name  string  // within the unit, e.g. "tank1.Nd+3" or "pH"
	Unit  string  // SI unit, as si.ParseUnit reads it
	Scale float64 // typical size, > 0 (differences need it at zero)
	Lower float64 // lower bound; NoBound where there is none
	Start float64 // start value of a cold solve
}

// Handle is a continuous parameter that a control loop, a specification, a sweep or an estimator may move.
type Handle struct {
	Name   string  // the same as the parameter's path below the unit, e.g. "volume", "tenor.Nd+3"
	Unit   string  // SI unit
	Value  float64 // as read from the file
	Lo, Hi float64 // the range it may take
}

// NoBound is the lower bound of a variable without one.
var NoBound = math.Inf(-1)

// Report is what a unit adds to the result of a solve.
type Report struct {
	Profile  []ProfileStage
	Warnings []Warning
}

// ProfileStage is one stage, tank or zone of a unit.
type ProfileStage struct {
	Section string
	Stage   int       // from 1, numbered as the unit's documentation says
	PH      float64   // NaN where there is no aqueous phase
	Aqueous []float64 // mol per m3 of aqueous phase, by component; nil if absent
	Organic []float64 // mol per m3 of organic phase, by component; nil if absent
}

// Warning says that a number is used where it should not be trusted blindly.
type Warning struct {
	Code  string // stable, e.g. "outside_range"
	Where string // unit, stage, element
	Value float64
	Limit float64
	Unit  string
	Text  string // one sentence
}
