package unittest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Case is one unit operation under test.
type Case struct {
	Name    string   // the kind
	Config  string   // TOML with [chemistry] and the unit's own table [unit], without kind, in and out
	In, Out []string // names of the connected ports
	New     func() flowsheet.Unit

	// Inlets writes random physical inlets: in has one stream per Spec.In, empty at 298.15 K. nil for a unit without inlets.
	Inlets func(r *rand.Rand, s *chem.System, in []flowsheet.Stream)

	// Held adds to n the moles of each component that a state of value x stands for; components may stand for others with
	// the same atoms and charge. nil when every state in mol is named after its component ("tank1.Nd+3").
	Held func(s *chem.System, state string, x float64, n []float64)

	Bad []Bad // parameters to be refused, beside those the suite makes itself from the handles
}

// Bad is one wrong parameter.
type Bad struct {
	Name string // what is wrong, e.g. "negative volume"
	Set  string // assignment as in --set, e.g. "unit.volume=-1 m3"
	Want string // part of the fault's text
}

// check is one property of a unit. It notes what it finds in the rig.
type check struct {
	name string
	run  func(*rig)
}

var checks = [...]check{
	{"spec", (*rig).checkSpec},
	{"balance", (*rig).checkBalance},
	{"hostile", (*rig).checkHostile},
	{"tangent", (*rig).checkTangent},
	{"march", (*rig).checkMarch},
	{"index", (*rig).checkIndex},
	{"memory", (*rig).checkMemory},
	{"allocation", (*rig).checkAllocation},
	{"events", (*rig).checkEvents},
	{"parameters", (*rig).checkParameters},
	{"words", (*rig).checkWords},
}

// Run runs the suite on one case, each property as a subtest.
func Run(t *testing.T, c Case) {
	first, err := newRig(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range checks {
		t.Run(k.name, func(t *testing.T) {
			for _, f := range findings(c, first.sys, k) {
				t.Error(f)
			}
		})
	}
}

// findings runs one check on a fresh rig in a system that the case's rigs share, or in its own for nil.
func findings(c Case, sys *chem.System, k check) []string {
	r, err := newRig(c, sys)
	if err != nil {
		return []string{err.Error()}
	}
	k.run(r)
	const shown = 12
	if n := len(r.faults); n > shown {
		return append(r.faults[:shown:shown], fmt.Sprintf("and %d more", n-shown))
	}
	return r.faults
}

// rig is a unit set up for one check.
type rig struct {
	c      Case
	sys    *chem.System
	unit   flowsheet.Unit
	spec   flowsheet.Spec
	rand   *rand.Rand
	faults []string
}

// tolerance of the unit's own iteration in all solves.
const tolerance = 1e-13

// newRig sets the unit up. Its random numbers are the same in every run.
func newRig(c Case, sys *chem.System) (*rig, error) {
	r := &rig{c: c, rand: rand.New(rand.NewPCG(1, uint64(len(c.Name))))}
	var err error
	if r.unit, r.spec, r.sys, err = setUp(c, sys); err != nil {
		return nil, fmt.Errorf("set up %s: %w", c.Name, err)
	}
	return r, nil
}

// setUp makes and initialises a unit from the case's file after the assignments. The system is that of an earlier call, or
// nil. The error holds all faults.
func setUp(c Case, sys *chem.System, assignments ...string) (flowsheet.Unit, flowsheet.Spec, *chem.System, error) {
	var spec flowsheet.Spec
	tree, err := conf.Parse(c.Name+".toml", []byte(c.Config))
	if err != nil {
		return nil, spec, nil, err
	}
	for _, a := range assignments {
		if err := tree.Set(a); err != nil {
			return nil, spec, nil, fmt.Errorf("cannot be set: %w", err)
		}
	}
	if sys == nil {
		sys = chem.FromConfig(tree.Root().Table("chemistry"))
		if err := tree.Err(); err != nil {
			return nil, spec, nil, fmt.Errorf("chemistry: %w", err)
		}
	}
	table := tree.Root().Table("unit")
	unit := c.New()
	spec, err = unit.Init(flowsheet.Env{Tag: c.Name, System: sys, Param: table, In: c.In, Out: c.Out})
	table.Close()
	if faults := tree.Err(); faults != nil {
		return nil, spec, sys, faults
	}
	return unit, spec, sys, err
}

// fault notes a finding.
func (r *rig) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// point holds all that Solve takes and gives.
type point struct {
	rate       float64
	u, x, prev []float64
	in, out    []flowsheet.Stream
}

func streams(ports, components int) []flowsheet.Stream {
	s := make([]flowsheet.Stream, ports)
	for k := range s {
		s[k] = flowsheet.Stream{T: 298.15, N: make([]float64, components)}
	}
	return s
}

// start is the unit as read from its file, with random physical inlets, at rest at its start values.
func (r *rig) start() *point {
	n := len(r.sys.Components)
	p := &point{in: streams(len(r.spec.In), n), out: streams(len(r.spec.Out), n)}
	for _, h := range r.spec.Handles {
		p.u = append(p.u, h.Value)
	}
	for _, v := range slices.Concat(r.spec.States, r.spec.Algebraic) {
		p.x = append(p.x, v.Start)
	}
	if r.c.Inlets != nil {
		r.c.Inlets(r.rand, r.sys, p.in)
	}
	return p
}

func copyStreams(s []flowsheet.Stream) []flowsheet.Stream {
	c := make([]flowsheet.Stream, len(s))
	for k := range s {
		c[k] = flowsheet.Stream{T: s[k].T, N: slices.Clone(s[k].N)}
	}
	return c
}

// copy is a point that shares nothing with p.
func (p *point) copy() *point {
	return &point{p.rate, slices.Clone(p.u), slices.Clone(p.x), slices.Clone(p.prev), copyStreams(p.in), copyStreams(p.out)}
}

func (p *point) stage(cold bool) *flowsheet.Stage {
	st := &flowsheet.Stage{Rate: p.rate, Tol: tolerance, Cold: cold}
	if p.rate > 0 {
		st.Prev = p.prev
	}
	return st
}

// inTime makes p a step of the given rate that starts from the states prev; the rest of Prev is poison.
func (r *rig) inTime(p *point, rate float64, prev []float64) {
	p.rate, p.prev = rate, slices.Clone(prev)
	for i := len(r.spec.States); i < len(p.prev); i++ {
		p.prev[i] = math.NaN()
	}
}

// solveWith solves p with one unit. Outlets are poisoned before, so that what is not written shows; a panic, a changed
// argument and a number that is not finite are findings.
func (r *rig) solveWith(unit flowsheet.Unit, p *point, cold bool) (err error) {
	for k := range p.out {
		p.out[k].T = math.NaN()
		for i := range p.out[k].N {
			p.out[k].N[i] = math.NaN()
		}
	}
	given := p.copy()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
			r.fault("panic in Solve, %s: %v", panicPlace(debug.Stack()), v)
		}
	}()
	if err := unit.Solve(p.stage(cold), p.u, p.x, p.in, p.out); err != nil {
		return err
	}
	if !same(given.u, p.u) || !same(given.prev, p.prev) || !sameStreams(given.in, p.in) {
		r.fault("Solve changes its arguments")
	}
	if where := r.notFinite(p); where != "" {
		r.fault("Solve gives %s without an error", where)
		return fmt.Errorf("not finite")
	}
	return nil
}

// solve solves p with the rig's unit.
func (r *rig) solve(p *point, cold bool) error { return r.solveWith(r.unit, p, cold) }

// solved is a start that is solved cold at rate 0 and once more warm; nil and a finding when it does not solve.
func (r *rig) solved() *point {
	p := r.start()
	for _, cold := range []bool{true, false} {
		if err := r.solve(p, cold); err != nil {
			r.fault("physical inlets, steady, cold %v: %v", cold, err)
			return nil
		}
	}
	return p
}

// notFinite names the first number of the result that is not finite.
func (r *rig) notFinite(p *point) string {
	for i, v := range p.x {
		if bad(v) {
			return fmt.Sprintf("%s = %g", r.variable(i).Name, v)
		}
	}
	for k, s := range p.out {
		if bad(s.T) {
			return fmt.Sprintf("T of %s = %g", r.spec.Out[k].Name, s.T)
		}
		for i, v := range s.N {
			if bad(v) {
				return fmt.Sprintf("%s of %s = %g", r.sys.Components[i].Name, r.spec.Out[k].Name, v)
			}
		}
	}
	return ""
}

// variable is the i-th of x.
func (r *rig) variable(i int) flowsheet.Variable {
	if n := len(r.spec.States); i >= n {
		return r.spec.Algebraic[i-n]
	}
	return r.spec.States[i]
}

func bad(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// same compares bits, so that NaN equals itself and 0 differs from −0.
func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
}

func sameStreams(a, b []flowsheet.Stream) bool {
	return slices.EqualFunc(a, b, func(a, b flowsheet.Stream) bool {
		return math.Float64bits(a.T) == math.Float64bits(b.T) && same(a.N, b.N)
	})
}

// connected says whether inlet k has a stream.
func (r *rig) connected(k int) bool {
	return slices.Contains(r.c.In, r.spec.In[k].Name)
}

// component is the component that a state is named after, −1 for none.
func (r *rig) component(v flowsheet.Variable) int {
	name := v.Name[strings.LastIndexByte(v.Name, '.')+1:]
	if i, ok := r.sys.Index(name); ok && v.Unit == "mol" {
		return i
	}
	return -1
}

// panicPlace is the first line of a unit on the stack of a panic, such as "units/hydromet/tank.go:97".
func panicPlace(stack []byte) string {
	_, after, _ := strings.Cut(string(stack), "\npanic(")
	for line := range strings.Lines(after) {
		file, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if i := strings.LastIndex(file, "/units/"); i >= 0 && strings.HasPrefix(line, "\t") {
			return file[i+1:]
		}
	}
	return "outside units"
}
