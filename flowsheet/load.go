package flowsheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Load builds a plant from its file. kinds names the constructors of unit operations.
// The error is conf.Faults and holds every fault of the file, each with its place.
func Load(tree *conf.Tree, kinds map[string]func() Unit) (*Plant, error) {
	root := tree.Root()
	p := &Plant{byTag: map[string]*node{}, byName: map[string]*link{}}
	p.Name = root.TextOr("name", "")
	root.TextOr("description", "")
	p.System = chem.FromConfig(root.Table("chemistry"))
	if p.System == nil {
		return nil, tree.Err()
	}
	units := root.Table("units")
	if len(units.Keys()) == 0 {
		units.Fault("", "no unit; a plant needs at least one")
	}
	for _, tag := range units.Keys() {
		p.addUnit(units, tag, kinds)
	}
	p.connect(units)
	if tree.Err() == nil {
		p.allocate()
		p.sequence()
	}
	p.readGangs(root.Table("handle"))
	p.readKPIs(root.Table("kpi"))
	p.readControls(root.Tables("control"))
	p.readPublished(root.Table("published"))
	units.Close()
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
		return fmt.Errorf("%q is not path=value", assignment)
	}
	gangs := tree.Root().Table("handle")
	name := strings.TrimSpace(path)
	if !gangs.Has(name) {
		return tree.Set(assignment)
	}
	for _, target := range gangs.Table(name).TextsOr("moves", nil) {
		if err := tree.Set(target + "=" + value); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plant) addUnit(units *conf.Table, tag string, kinds map[string]func() Unit) {
	if units.Kind(tag) != "table" {
		units.Fault(tag, "a unit is a table, such as [units.%s] with kind = \"mixer\"", tag)
		return
	}
	t := units.Table(tag)
	if strings.Contains(tag, ".") {
		units.Fault(tag, "a unit's name may hold no dot")
	}
	names := make([]string, 0, len(kinds))
	for k := range kinds {
		names = append(names, k)
	}
	slices.Sort(names)
	kind := t.Choice("kind", names...)
	construct, ok := kinds[kind]
	n := &node{tag: tag, kind: kind, param: t}
	if !ok || t.Kind("kind") != "string" {
		t.Skip(t.Keys()...)
		return
	}
	ins, inStreams := p.ports(t, "in")
	outs, outStreams := p.ports(t, "out")
	n.unit = construct()
	spec, err := n.unit.Init(Env{Tag: tag, System: p.System, Param: t, In: ins, Out: outs})
	if err != nil {
		t.Fault("", "%v", err)
	}
	t.Close()
	n.spec = spec
	n.tangent, _ = n.unit.(Tangenter)
	index := len(p.nodes)
	p.nodes = append(p.nodes, n)
	p.byTag[tag] = n
	n.in = p.attach(t, "in", spec.In, ins, inStreams, index)
	n.out = p.attach(t, "out", spec.Out, outs, outStreams, index)
}

// ports reads the connections of a unit: one stream, a list of streams (ports "1", "2", …), or a table port → stream.
func (p *Plant) ports(t *conf.Table, key string) (ports, streams []string) {
	switch t.Kind(key) {
	case "":
		return nil, nil
	case "string":
		return []string{"1"}, []string{t.Text(key)}
	case "array":
		streams = t.Texts(key)
		for i := range streams {
			ports = append(ports, strconv.Itoa(i+1))
		}
	case "table":
		c := t.Table(key)
		for _, port := range c.Keys() {
			ports = append(ports, port)
			streams = append(streams, c.Text(port))
		}
	default:
		t.Fault(key, "connections are a stream, a list of streams, or a table port = \"stream\"")
	}
	return ports, streams
}

// attach matches the connected ports to those the unit declares and makes its streams known.
// A plain stream or list fills the declared ports in their order.
func (p *Plant) attach(t *conf.Table, key string, declared []Port, ports, streams []string, unit int) []int {
	plain := t.Kind(key) != "table"
	at := make([]int, len(declared))
	names := make([]string, len(declared))
	for i, d := range declared {
		at[i], names[i] = -1, d.Name
	}
	for i, port := range ports {
		k := slices.Index(names, port)
		if plain && i < len(declared) && !declared[i].Drawn {
			k = i
		}
		if k < 0 || declared[k].Drawn {
			if plain {
				t.Fault(key, "%d streams given, the ports are %s", len(ports), strings.Join(names, ", "))
				break
			}
			t.Fault(key, "no port %q; %s", port, nearest(port, names))
			continue
		}
		at[k] = p.join(t, key, streams[i], key == "in", unit)
	}
	for k, d := range declared {
		if at[k] >= 0 {
			continue
		}
		if key == "in" {
			if !d.Optional {
				t.Fault(key, "inlet %q is not connected", d.Name)
			}
			continue
		}
		// An outlet without a name leaves the plant (a drawn one enters it) under the name UNIT.port.
		at[k] = p.join(t, key, t.Path()[strings.LastIndexByte(t.Path(), '.')+1:]+"."+d.Name, false, unit)
		if at[k] >= 0 {
			p.streams[at[k]].drawn = d.Drawn
		}
	}
	return at
}

// join notes that a unit makes (or takes) a stream and returns the stream's index, or −1 on a fault.
func (p *Plant) join(t *conf.Table, key, name string, takes bool, unit int) int {
	if name == "" {
		t.Fault(key, "a stream needs a name")
		return -1
	}
	s, ok := p.byName[name]
	if !ok {
		s = &link{name: name, from: -1, to: -1}
		p.byName[name] = s
		p.streams = append(p.streams, s)
	}
	end, what := &s.from, "made"
	if takes {
		end, what = &s.to, "taken"
	}
	if *end >= 0 {
		t.Fault(key, "stream %q is already %s by %s; a splitter or a mixer joins several", name, what, p.nodes[*end].tag)
		return -1
	}
	*end = unit
	return slices.Index(p.streams, s)
}

// connect faults streams that nobody makes.
func (p *Plant) connect(units *conf.Table) {
	var made []string
	for _, s := range p.streams {
		if s.from >= 0 {
			made = append(made, s.name)
		}
	}
	for _, s := range p.streams {
		if s.from < 0 && s.to >= 0 {
			p.nodes[s.to].param.Fault("in", "no unit makes stream %q; %s", s.name, nearest(s.name, made))
		}
	}
}

// nearest words the suggestion that ends a message about an unknown name.
func nearest(name string, names []string) string {
	if near := conf.Nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(names) == 0 {
		return "there is none"
	}
	if len(names) > 12 {
		return fmt.Sprintf("known are %s, …", strings.Join(names[:12], ", "))
	}
	return "known are " + strings.Join(names, ", ")
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
		if n.tangent == nil {
			n.probe = newProbe(n)
		}
	}
	p.start()
}

// start puts every unit's memory to its start values.
func (p *Plant) start() {
	for _, n := range p.nodes {
		for i, v := range n.spec.States {
			n.x[i] = v.Start
		}
		for i, v := range n.spec.Algebraic {
			n.x[len(n.spec.States)+i] = v.Start
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
	for k, i := range torn {
		s := p.streams[i]
		t := &tear{link: s, at: k * (c + 1)}
		t.flow = Stream{T: 298.15, N: make([]float64, c)}
		t.d = Stream{N: make([]float64, c)}
		s.tear = t
		p.tears = append(p.tears, t)
	}
}
