package flowsheet

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/cost"
)

// Load builds a plant from its file. kinds names the constructors of unit operations.
// The error is conf.Faults and holds every fault of the file, each with its place.
func Load(tree *conf.Tree, kinds map[string]func() Unit) (*Plant, error) {
	if err := include(tree); err != nil {
		return nil, err
	}
	root := tree.Root()
	p := &Plant{byTag: map[string]*node{}, byName: map[string]*link{}, spoilt: map[string]bool{}}
	p.Name = root.TextOr("name", "")
	root.TextOr("description", "")
	p.System = chem.FromConfig(root.Required("chemistry", `elements, such as ["Cl", "Nd"], and families, such as ["aqueous"]`))
	if p.System == nil {
		return nil, tree.Err()
	}
	units := root.Required("units", "a table for each unit, such as [units.feed]")
	if len(units.Keys()) == 0 { // without units nothing else has a meaning
		units.Fault("", "no unit; a plant needs at least one")
		root.Skip("handle", "kpi", "control", "published")
		root.Skip(cost.Keys()...)
		root.Close()
		return nil, tree.Err()
	}
	for _, tag := range units.Keys() {
		p.addUnit(units, tag, kinds)
	}
	p.connect()
	if tree.Err() == nil {
		p.allocate()
		p.sequence()
	}
	p.readGangs(root.Table("handle"))
	p.readAllKPIs(root.Table("kpi"), tree.Parts())
	p.readControls(root.Tables("control"))
	p.readAllPublished(root.Table("published"), tree.Parts())
	p.readPlan(root)
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, err
	}
	p.prepare()
	return p, nil
}

// Override applies one "path=value" to a plant's file before it is loaded. The path is that of a parameter
// ("rougher_load.stages"), or the name of a ganged handle, which sets each parameter that it moves.
func Override(tree *conf.Tree, assignment string) error {
	path, value, ok := strings.Cut(assignment, "=")
	if !ok {
		return fmt.Errorf("--set %s: needs the form path=value", assignment)
	}
	if err := include(tree); err != nil {
		return err
	}
	root := tree.Root()
	gangs := root.Table("handle")
	name := strings.TrimSpace(path)
	if gangs.Has(name) {
		for _, target := range gangs.Table(name).TextsOr("moves", nil) {
			if err := tree.Set(target + "=" + value); err != nil {
				return err
			}
		}
		return nil
	}
	if known := append(gangs.Keys(), root.Keys()...); name != "" && !strings.ContainsAny(name, `."`) && !slices.Contains(known, name) {
		return fmt.Errorf("--set %s: no handle or key %q; %s", assignment, name, conf.Hint(name, known))
	}
	return tree.Set(assignment)
}

func (p *Plant) addUnit(units *conf.Table, tag string, kinds map[string]func() Unit) {
	if units.Kind(tag) != "table" {
		units.Fault(tag, "a unit is a table, such as [units.%s] with kind = \"mixer\"", tag)
		p.spoilt[tag] = true
		return
	}
	t := units.Table(tag)
	if tag == "" || strings.Contains(tag, ".") {
		units.Fault(tag, "the name of a unit may not be empty, nor hold a dot")
	}
	names := slices.Sorted(maps.Keys(kinds))
	n := &node{tag: tag, kind: t.Choice("kind", names...), param: t}
	index := len(p.nodes)
	p.nodes = append(p.nodes, n)
	p.byTag[tag] = n
	ins, outs := connections(t, "in"), connections(t, "out")
	if t.Faulty("kind") || t.Faulty("in") || t.Faulty("out") || !n.init(p.System, kinds[n.kind], ins, outs) {
		// What the unit is remains open. Its streams are known all the same, so that no other unit misses them.
		t.Skip(t.Keys()...)
		p.spoilt[tag] = true
		for _, c := range ins {
			p.join(c, true, index)
		}
		for _, c := range outs {
			p.join(c, false, index)
		}
		return
	}
	p.spoilt[tag] = t.Faulty("")
	n.in = p.attach(n, "in", n.spec.In, ins, index)
	n.out = p.attach(n, "out", n.spec.Out, outs, index)
}

// init makes the unit and says whether it could declare itself.
func (n *node) init(system *chem.System, construct func() Unit, ins, outs []connection) bool {
	t := n.param
	n.unit = construct()
	var err error
	n.spec, err = n.unit.Init(Env{Tag: n.tag, System: system, Param: t, In: ports(ins), Out: ports(outs)})
	if err != nil {
		t.Fault("", "%v", err)
		return false
	}
	t.Close()
	n.tangent, _ = n.unit.(Tangenter)
	n.events, _ = n.unit.(Eventer)
	return true
}

// connection is a stream at a port, as the file gives it.
type connection struct {
	port, stream string
	plain        bool // without a port: the ports are filled in their order
	t            *conf.Table
	key          string // where it stands in t
}

func ports(list []connection) []string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.port
	}
	return names
}

// connections reads the streams of a unit: one stream, a list of streams (ports "1", "2", …), or a table port → stream.
func connections(t *conf.Table, key string) (list []connection) {
	switch t.Kind(key) {
	case "":
	case "string":
		list = append(list, connection{"1", t.Text(key), true, t, key})
	case "array":
		for i, stream := range t.Texts(key) {
			list = append(list, connection{strconv.Itoa(i + 1), stream, true, t, key})
		}
	case "table":
		c := t.Table(key)
		for _, port := range c.Keys() {
			list = append(list, connection{port, c.Text(port), false, c, port})
		}
	default:
		t.Fault(key, "needs a stream, a list of streams, or a table port = \"stream\"")
	}
	return list
}

// attach matches the connected ports to those the unit declares and makes its streams known.
func (p *Plant) attach(n *node, key string, declared []Port, list []connection, unit int) []int {
	at := make([]int, len(declared))
	slots := map[string]int{} // the ports that a stream may have, with their places
	var names []string
	for i, d := range declared {
		at[i] = -1
		if !d.Drawn {
			slots[d.Name] = i
			names = append(names, d.Name)
		}
	}
	told := false // that a port is wrong: it is then not missing besides
	for i, c := range list {
		k, ok := slots[c.port]
		if c.plain && i < len(names) {
			k, ok = slots[names[i]], true
		}
		s := p.join(c, key == "in", unit)
		switch {
		case ok:
			at[k] = s
			told = told || s < 0
		case !c.plain:
			c.t.Fault(c.key, "no %slet %q; %s", key, c.port, conf.Hint(c.port, names))
			told = true
		case !told:
			n.param.Fault(key, "%s", tooMany(n.kind, key+"let", names, len(list)))
			told = true
		}
	}
	for k, d := range declared {
		switch {
		case at[k] >= 0:
		case key == "in":
			if !d.Optional && !told {
				n.param.Fault(key, "inlet %q is not connected", d.Name)
			}
		default:
			// An outlet without a name leaves the plant (a drawn one enters it) under the name UNIT.port.
			if at[k] = p.join(connection{stream: n.tag + "." + d.Name, t: n.param, key: key}, false, unit); at[k] >= 0 {
				p.streams[at[k]].drawn = d.Drawn
			}
		}
	}
	return at
}

// tooMany words that a unit was given more streams than it has ports.
func tooMany(kind, port string, names []string, given int) string {
	switch len(names) {
	case 0:
		return fmt.Sprintf("%s has no %s", kind, port)
	case 1:
		return fmt.Sprintf("%d streams; %s has one %s", given, kind, port)
	}
	return fmt.Sprintf("%d streams; %s has %d %ss: %s", given, kind, len(names), port, strings.Join(names, ", "))
}

// join notes that a unit makes (or takes) a stream and returns the stream's index, or −1 on a fault.
func (p *Plant) join(c connection, takes bool, unit int) int {
	if c.stream == "" {
		c.t.Fault(c.key, "a stream needs a name")
		return -1
	}
	s, ok := p.byName[c.stream]
	if !ok {
		s = &link{name: c.stream, from: -1, to: -1}
		p.byName[c.stream] = s
		p.streams = append(p.streams, s)
	}
	end, told := &s.from, "made by %s; a mixer joins streams"
	if takes {
		end, told = &s.to, "taken by %s; a splitter divides a stream"
	}
	if *end >= 0 {
		c.t.Fault(c.key, "stream %q is already "+told, c.stream, p.nodes[*end].tag)
		return -1
	}
	*end = unit
	if takes {
		s.taken = c
	}
	return slices.Index(p.streams, s)
}

// connect faults streams that nobody makes.
func (p *Plant) connect() {
	var made []string
	for _, s := range p.streams {
		if s.from >= 0 {
			made = append(made, s.name)
		}
	}
	for _, s := range p.streams {
		if s.from < 0 && s.to >= 0 && !p.excused(s.name) {
			s.taken.t.Fault(s.taken.key, "no unit makes stream %q; %s", s.name, conf.Hint(s.name, made))
		}
	}
}

// excused says whether a path leads to something that has a fault of its own, so that not to find it is none.
func (p *Plant) excused(path string) bool {
	for _, prefix := range []string{"kpis.", "units.", "streams."} {
		path = strings.TrimPrefix(path, prefix)
	}
	tag, _ := splitPath(path, func(s string) bool { return p.spoilt[s] })
	return p.spoilt[path] || p.spoilt[tag]
}

// splitPath cuts a path at the dot after the longest known first part.
func splitPath(path string, known func(string) bool) (first, rest string) {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' && known(path[:i]) {
			return path[:i], path[i+1:]
		}
	}
	first, rest, _ = strings.Cut(path, ".")
	return first, rest
}

// allocate lays out the plant's vectors and gives each unit its part.
func (p *Plant) allocate() {
	c := len(p.System.Components)
	flow := func() Stream { return Stream{T: 298.15, N: make([]float64, c)} }
	for _, s := range p.streams {
		s.flow, s.d = flow(), flow()
		s.d.T = 0
	}
	var nx, nu int
	for _, n := range p.nodes {
		nx += len(n.spec.States) + len(n.spec.Algebraic)
		nu += len(n.spec.Handles)
	}
	p.entering, p.leaving = make([]float64, c), make([]float64, c)
	p.x, p.dx, p.prev, p.dprev = make([]float64, nx), make([]float64, nx), make([]float64, nx), make([]float64, nx)
	p.u, p.du = make([]float64, nu), make([]float64, nu)
	ix, iu := 0, 0
	for _, n := range p.nodes {
		mx, mu := ix+len(n.spec.States)+len(n.spec.Algebraic), iu+len(n.spec.Handles)
		n.x, n.dx, n.prev, n.dprev = p.x[ix:mx:mx], p.dx[ix:mx:mx], p.prev[ix:mx:mx], p.dprev[ix:mx:mx]
		n.u, n.du = p.u[iu:mu:mu], p.du[iu:mu:mu]
		ix, iu = mx, mu
		for i, h := range n.spec.Handles {
			n.u[i] = h.Value
		}
		n.y = make([]float64, len(n.spec.Signals))
		n.ins, n.dins = make([]Stream, len(n.in)), make([]Stream, len(n.in))
		n.outs, n.douts = make([]Stream, len(n.out)), make([]Stream, len(n.out))
		for k, s := range n.in {
			if s < 0 {
				n.ins[k], n.dins[k] = flow(), flow()
				n.dins[k].T = 0
			}
		}
		for k, s := range n.out {
			n.outs[k], n.douts[k] = p.streams[s].flow, p.streams[s].d
		}
		if n.events != nil {
			p.eventful = append(p.eventful, n)
			for range n.in {
				n.empty = append(n.empty, flow())
			}
		}
		if n.tangent == nil {
			n.probe = newProbe(n)
		}
	}
}

// start puts the memory of the given units to its start values.
func (p *Plant) start(units []int) {
	for _, i := range units {
		n := p.nodes[i]
		for k, v := range n.spec.States {
			n.x[k] = v.Start
		}
		for k, v := range n.spec.Algebraic {
			n.x[len(n.spec.States)+k] = v.Start
		}
	}
	p.solved = false
}

// sequence chooses the tears and the order of the units.
func (p *Plant) sequence() {
	edges := make([]edge, len(p.streams))
	for i, s := range p.streams {
		edges[i] = edge{s.from, s.to}
	}
	var torn []int
	p.order, torn = sequence(len(p.nodes), edges)
	c := len(p.System.Components)
	for _, i := range torn {
		s := p.streams[i]
		t := &tear{link: s}
		t.flow = Stream{T: 298.15, N: make([]float64, c)}
		t.d = Stream{N: make([]float64, c)}
		s.tear = t
		p.tears = append(p.tears, t)
	}
	p.start(p.order)
	for _, n := range p.nodes { // a reading may ask before the first pass
		p.gather(n)
		p.gatherTangents(n)
	}
}
