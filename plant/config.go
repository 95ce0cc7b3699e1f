package plant

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/si"
)

// Config is the live plant as its file describes it.
type Config struct {
	Site     string        // name in every frame
	Plant    string        // path of the model's file
	Cycle    time.Duration // length of a frame
	Lateness time.Duration // how long the end of a cycle waits for samples still under way
	InTime   bool          // the model goes on in time from cycle to cycle, instead of being solved anew: holdups and batch furnaces follow
	// Remembers is how long such a model remembers what went wrong: its own beginning, a bad inlet. Until then what rests on it is uncertain.
	Remembers time.Duration
	Tags      []Tag    // in file order
	KPIs      []string // figures of merit to publish, by their name in the model

	OPCUA, Influx, Bus, Virtual *conf.Table // for their readers, who collect faults in the same tree; nil when absent

	tree   *conf.Tree
	kpis   *conf.Table
	places []*conf.Table // of the tags; nil when the Config was not read from a file
}

// Ages from which a tag's value is uncertain and bad, unless its file says otherwise.
const (
	defaultStale = 3 * time.Second
	defaultDead  = 10 * time.Second
)

// ReadConfig reads a live plant's file:
//
//	plant = "uky.toml"          # the model, relative to this file
//	site = "uky"
//	cycle = "1 s"               # default 1 s
//	lateness = "1 s"            # default one cycle
//	in_time = true              # default false: solved anew each cycle
//	remembers = "24 h"          # default 24 h; of a model in time
//
//	[kpis]
//	names = ["recovery.REE"]
//
//	[[tag]]
//	id = "leach.pH"
//	description = "..."         # optional
//	unit = "1"
//	range = ["0", "7"]          # in the unit of the tag, or with one: ["0 L/h", "1 m3/h"]
//	signal = "leach.pH"         # compared with this reading of the model, and/or
//	moves = "..."               # sets this handle of the model
//	stale = "3 s"               # default 3 s
//	dead = "10 s"               # default 10 s
//	node = "..."                # OPC UA node, default the id
//
// The tables [opcua], [influx], [bus] and [virtual] are left to their readers. The error is conf.Faults with every fault, or
// that of a file that cannot be read. What the tags and KPIs name is not looked up in the model: see Check.
func ReadConfig(path string) (*Config, *conf.Tree, error) {
	tree, err := conf.Load(path)
	if err != nil {
		return nil, nil, err
	}
	c := readConfig(tree)
	if c.Plant != "" {
		if _, err := os.Stat(c.Plant); err != nil {
			tree.Root().Fault("plant", "there is no file %s", c.Plant)
		}
	}
	if err := tree.Err(); err != nil {
		return nil, tree, err
	}
	return c, tree, nil
}

// Err is nil, or every fault of the file so far, those of the readers of its tables included.
func (c *Config) Err() error {
	if c.tree == nil {
		return nil
	}
	return c.tree.Err()
}

// readConfig reads all but the model's file; faults stay in the tree.
func readConfig(tree *conf.Tree) *Config {
	root := tree.Root()
	c := &Config{tree: tree, Plant: root.Text("plant"), Site: named(root, "site")}
	if c.Plant != "" && !filepath.IsAbs(c.Plant) {
		c.Plant = filepath.Join(tree.Dir(), c.Plant)
	}
	c.Cycle = duration(root, "cycle", time.Second, conf.Between(0.01, 3600))
	c.Lateness = duration(root, "lateness", c.Cycle, conf.Between(0, 86400))
	c.InTime = root.BoolOr("in_time", false)
	if root.Has("remembers") && !c.InTime && !root.Faulty("in_time") {
		root.Fault("remembers", "needs in_time = true: a model that is solved anew each cycle remembers nothing")
	}
	c.Remembers = duration(root, "remembers", 24*time.Hour, conf.Between(0, 365*86400))
	for key, table := range map[string]**conf.Table{"opcua": &c.OPCUA, "influx": &c.Influx, "bus": &c.Bus, "virtual": &c.Virtual} {
		if root.Has(key) {
			*table = root.Table(key)
		}
		root.Skip(key)
	}
	c.kpis = root.Required("kpis", "names = [\"recovery.REE\"]")
	c.KPIs = c.kpis.Texts("names")
	for i, name := range c.KPIs {
		if slices.Contains(c.KPIs[:i], name) {
			c.kpis.Fault("names", "%q stands there twice", name)
		}
	}
	c.kpis.Close()
	c.places = root.Tables("tag")
	if len(c.places) == 0 && !root.Faulty("tag") {
		root.Fault("tag", "no tag; a live plant needs at least one [[tag]]")
	}
	for _, t := range c.places {
		c.Tags = append(c.Tags, readTag(t))
		t.Close()
	}
	c.unique("id", "an id", func(t Tag) string { return t.ID })
	c.unique("node", "a node", func(t Tag) string { return cmp.Or(t.Node, t.ID) })
	c.unique("moves", "what moves", func(t Tag) string { return t.Moves })
	root.Close()
	return c
}

func readTag(t *conf.Table) Tag {
	tag := Tag{
		ID: named(t, "id"), Description: t.TextOr("description", ""), Unit: t.Text("unit"),
		Signal: t.TextOr("signal", ""), Moves: t.TextOr("moves", ""), Node: t.TextOr("node", ""),
		Stale: duration(t, "stale", defaultStale, conf.Positive), Dead: duration(t, "dead", defaultDead, conf.Positive),
	}
	if tag.Dead <= tag.Stale && !t.Faulty("stale") && !t.Faulty("dead") {
		t.Fault("dead", "%v is not after stale, %v", tag.Dead, tag.Stale)
	}
	if !t.Faulty("unit") {
		if _, err := si.ParseUnit(tag.Unit); err != nil {
			t.Fault("unit", "%v", err)
		}
	}
	ends := t.Texts("range")
	switch {
	case t.Faulty("range"):
		return tag
	case len(ends) != 2:
		t.Fault("range", "%d values; needs two, such as [\"0\", \"40\"]", len(ends))
		return tag
	case t.Faulty("unit"):
		return tag
	}
	tag.Lo, tag.Hi = tag.end(t, ends[0]), tag.end(t, ends[1])
	if !(tag.Lo < tag.Hi) && !t.Faulty("range") {
		t.Fault("range", "%g is not below %g", tag.Lo, tag.Hi)
	}
	return tag
}

// end reads one end of a range: a number in the tag's unit, or a quantity with a unit of its own.
func (t Tag) end(table *conf.Table, text string) float64 {
	v, u, err := si.Parse(text)
	switch {
	case err != nil:
		table.Fault("range", "%v", err)
		return 0
	case u.Name == "1":
		return v
	case !si.Same(u.Name, t.Unit):
		table.Fault("range", "%q is no quantity in %s", text, t.Unit)
		return 0
	}
	v, err = si.Convert(v, t.Unit)
	if err != nil {
		table.Fault("range", "%v", err)
	}
	return v
}

// named reads a required name: it travels as part of subjects, node ids and line protocol, so it holds no blanks.
func named(t *conf.Table, key string) string {
	s := t.Text(key)
	if t.Faulty(key) {
		return s
	}
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		t.Fault(key, "%q; needs a name without blanks", s)
	}
	return s
}

// longest is the longest duration of a file, 1 year: what is asked for in vain is worth a fault, not an overflow.
const longest = 365 * 24 * time.Hour

func duration(t *conf.Table, key string, def time.Duration, r conf.Range) time.Duration {
	r.Hi = min(r.Hi, longest.Seconds())
	return time.Duration(math.Round(t.QuantityOr(key, "s", def.Seconds(), r) * float64(time.Second)))
}

// unique faults the second tag of two with the same value.
func (c *Config) unique(key, what string, of func(Tag) string) {
	first := map[string]int{}
	for i, tag := range c.Tags {
		v := of(tag)
		if v == "" {
			continue
		}
		j, taken := first[v]
		if !taken {
			first[v] = i
			continue
		}
		if key == "node" && tag.ID == c.Tags[j].ID {
			continue // two tags of one id are one fault
		}
		c.fault(i, key, "%q is %s of tag %d already", v, what, j+1)
	}
}

// fault notes a fault of a tag at its place in the file. For a Config without a file the error comes back instead.
func (c *Config) fault(tag int, key, format string, args ...any) error {
	if c.places != nil {
		c.places[tag].Fault(key, format, args...)
		return nil
	}
	return fmt.Errorf("tag %s: %s: %w", c.Tags[tag].ID, key, fmt.Errorf(format, args...))
}

// Check looks up in the model what the tags and KPIs name: every path must be there, have the dimension of the tag's unit
// and, at the values of the model's file, a number; what a tag moves must be able to take the whole range of the tag, and
// must belong to no other tag and no control loop. Check solves the model. The error holds every fault: conf.Faults with
// their places for a Config from a file.
func (c *Config) Check(p *flowsheet.Plant) error {
	if err := p.Solve(); err != nil {
		return fmt.Errorf("the model does not solve at the values of its file: %w", err)
	}
	var loose []error
	moved := map[string]int{}
	for i, tag := range c.Tags {
		if tag.Signal != "" {
			loose = append(loose, c.checkSignal(p, i, tag))
		}
		if tag.Moves != "" {
			loose = append(loose, c.checkMoves(p, i, tag, moved))
		}
	}
	var known []string
	for _, k := range p.KPIs() {
		known = append(known, k.Name)
	}
	for _, name := range c.KPIs {
		if slices.Contains(known, name) {
			continue
		}
		if c.kpis == nil {
			loose = append(loose, fmt.Errorf("no KPI %q in the model; %s", name, conf.Hint(name, known)))
			continue
		}
		c.kpis.Fault("names", "no KPI %q in the model; %s", name, conf.Hint(name, known))
	}
	if c.tree != nil {
		if err := c.tree.Err(); err != nil {
			return err
		}
	}
	return errors.Join(loose...)
}

func (c *Config) checkSignal(p *flowsheet.Plant, i int, tag Tag) error {
	v, unit, err := p.Value(tag.Signal)
	switch {
	case err != nil:
		return c.fault(i, "signal", "%v", err)
	case !si.Same(unit, tag.Unit):
		return c.fault(i, "signal", "%s is in %s, the tag in %s", tag.Signal, unit, tag.Unit)
	case math.IsNaN(v) || math.IsInf(v, 0):
		return c.fault(i, "signal", "%s has no value in this model", tag.Signal)
	}
	return nil
}

func (c *Config) checkMoves(p *flowsheet.Plant, i int, tag Tag, moved map[string]int) error {
	var errs []error
	paths := MovedBy(p, tag.Moves)
	for _, path := range paths {
		if _, err := p.Handle(path); err != nil {
			errs = append(errs, c.fault(i, "moves", "%v", err))
			continue
		}
		if j, taken := moved[path]; taken && c.Tags[j].Moves != tag.Moves {
			errs = append(errs, c.fault(i, "moves", "%s is moved by %s already", path, c.Tags[j].ID))
		}
		moved[path] = i
		errs = append(errs, c.checkHandle(p, i, tag, path))
		for _, loop := range p.Controls() {
			if slices.Contains(MovedBy(p, loop.Move), path) {
				errs = append(errs, c.fault(i, "moves", "%s belongs to the control loop %s", path, loop.Name))
			}
		}
	}
	return errors.Join(errs...)
}

// checkHandle compares dimension and range of one handle with the tag's.
func (c *Config) checkHandle(p *flowsheet.Plant, i int, tag Tag, path string) error {
	unit, name, _ := strings.Cut(path, ".")
	view, _ := p.Unit(unit)
	at := slices.IndexFunc(view.Spec.Handles, func(h flowsheet.Handle) bool { return h.Name == name })
	h := view.Spec.Handles[at]
	if !si.Same(h.Unit, tag.Unit) {
		return c.fault(i, "moves", "%s is in %s, the tag in %s", path, h.Unit, tag.Unit)
	}
	lo, errLo := tag.SI(tag.Lo)
	hi, errHi := tag.SI(tag.Hi)
	if err := errors.Join(errLo, errHi); err != nil {
		return c.fault(i, "unit", "%v", err)
	}
	const rounding = 1e-12
	if lo < h.Lo-rounding*math.Abs(h.Lo) || hi > h.Hi+rounding*math.Abs(h.Hi) {
		return c.fault(i, "range", "%g to %g %s is more than %s can take: %g to %g %s", tag.Lo, tag.Hi, tag.Unit, path, h.Lo, h.Hi, h.Unit)
	}
	return nil
}

// MovedBy lists the unit handles behind what a tag moves: those of a ganged handle, or the handle itself.
func MovedBy(p *flowsheet.Plant, moves string) []string {
	for _, g := range p.Gangs() {
		if g.Name == moves {
			return g.Moves
		}
	}
	return []string{moves}
}

// SI turns a value in the tag's unit into SI, as flowsheet.Plant.SetHandle takes it.
func (t Tag) SI(v float64) (float64, error) {
	u, err := si.ParseUnit(t.Unit)
	if err != nil {
		return 0, fmt.Errorf("tag %s: %w", t.ID, err)
	}
	return (v + u.Offset) * u.Factor, nil
}

// InUnit turns a value with its unit, as flowsheet.Plant.Value gives them, into the tag's unit: a tenor in g/m3 into mg/L.
func (t Tag) InUnit(v float64, unit string) (float64, error) {
	from, err := si.ParseUnit(unit)
	if err != nil {
		return 0, fmt.Errorf("tag %s: %w", t.ID, err)
	}
	to, err := si.ParseUnit(t.Unit)
	if err != nil {
		return 0, fmt.Errorf("tag %s: %w", t.ID, err)
	}
	if from.Dim != to.Dim {
		return 0, fmt.Errorf("tag %s: a value in %s is no quantity in %s", t.ID, unit, t.Unit)
	}
	if from == to {
		return v, nil
	}
	return (v+from.Offset)*(from.Factor/to.Factor) - to.Offset, nil
}

// Reads is the path of what the tag shows of the model: its signal, else the handle that it moves, "" if neither.
func (t Tag) Reads(p *flowsheet.Plant) string {
	if t.Signal != "" || t.Moves == "" {
		return t.Signal
	}
	return MovedBy(p, t.Moves)[0]
}

// Expected is what the solved model gives for the tag, in the tag's unit. It errs when the model gives no number.
func (t Tag) Expected(p *flowsheet.Plant) (float64, error) {
	v, unit, err := p.Value(t.Reads(p))
	if err != nil {
		return 0, fmt.Errorf("tag %s: %w", t.ID, err)
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("tag %s: the model gives no number", t.ID)
	}
	return t.InUnit(v, unit)
}
