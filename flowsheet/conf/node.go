package conf

import "fmt"

// place is where a value was written.
type place struct {
	file string
	line int
}

type kind string

const (
	kindString kind = "string"
	kindNumber kind = "number"
	kindBool   kind = "bool"
	kindDate   kind = "date"
	kindArray  kind = "array"
	kindTable  kind = "table"
	kindTables kind = "tables"
)

// node is one value of the tree: a table (kids), an array or array of tables
// (list), or a plain value.
type node struct {
	at    place
	kind  kind
	value any              // string, bool, int64, float64 or a date
	keys  []string         // names of kids, in file order
	kids  map[string]*node //
	list  []*node          //
	whole bool             // written as one value in the file: nothing may be added
	asked map[string]bool  // keys a reader asked for; false: only looked whether it is there
}

func newTable(at place) *node {
	n := &node{at: at}
	return n.table()
}

// table makes the node a table unless it is one.
func (n *node) table() *node {
	if n.kids == nil {
		n.kind, n.kids, n.asked = kindTable, map[string]*node{}, map[string]bool{}
	}
	return n
}

// put sets a key.
func (n *node) put(key string, kid *node) {
	if _, ok := n.kids[key]; !ok {
		n.keys = append(n.keys, key)
	}
	n.kids[key] = kid
}

// drop removes a key and returns its node, nil if there is none.
func (n *node) drop(key string) *node {
	kid, ok := n.kids[key]
	if !ok {
		return nil
	}
	delete(n.kids, key)
	for i, k := range n.keys {
		if k == key {
			n.keys = append(n.keys[:i:i], n.keys[i+1:]...)
		}
	}
	return kid
}

// reach returns the node below the path, making what is missing there; the
// current element of an array of tables is its last. It errs when the path
// leads through a whole value: TOML forbids that, but the decoder does not see
// every case.
func (n *node) reach(path []string, at place) (*node, error) {
	for _, key := range path {
		kid, ok := n.table().kids[key]
		switch {
		case !ok:
			kid = &node{at: at}
			n.put(key, kid)
		case kid.whole:
			return nil, fmt.Errorf("not valid TOML: key %q is complete, nothing can be added", key)
		case kid.list != nil:
			kid = kid.list[len(kid.list)-1]
		}
		n = kid
	}
	return n, nil
}

// grow appends an element to the array of tables at the path and returns it.
func (n *node) grow(path []string, at place) (*node, error) {
	parent, err := n.reach(path[:len(path)-1], at)
	if err != nil {
		return nil, err
	}
	key := path[len(path)-1]
	kid, ok := parent.table().kids[key]
	if !ok {
		kid = &node{at: at}
		parent.put(key, kid)
	}
	kid.list = append(kid.list, newTable(at))
	return kid.list[len(kid.list)-1], nil
}

// move gives the node and all below it another place.
func (n *node) move(at place) {
	n.at = at
	for _, kid := range n.kids {
		kid.move(at)
	}
	for _, element := range n.list {
		element.move(at)
	}
}

// lay puts the node over what stands below it: tables merge, arrays of tables
// are appended, other values replaced. Both nodes are used up.
func (n *node) lay(over *node) *node {
	switch {
	case n.kind == kindTable && over.kind == kindTable:
		for _, key := range over.keys {
			kid := over.kids[key]
			if below, ok := n.kids[key]; ok {
				kid = below.lay(kid)
			}
			n.put(key, kid)
		}
		n.at = over.at
		return n
	case n.kind == kindTables && over.kind == kindTables:
		over.list = append(n.list, over.list...)
	}
	return over
}
