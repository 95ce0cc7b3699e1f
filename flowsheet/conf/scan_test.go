package conf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// lines lists "path line" of every node below n, in file order.
func lines(n *node, path string) []string {
	var all []string
	for _, key := range n.keys {
		kid := n.kids[key]
		all = append(all, fmt.Sprintf("%s%s %d", path, key, kid.at.line))
		all = append(all, lines(kid, path+key+".")...)
	}
	for i, element := range n.list {
		all = append(all, fmt.Sprintf("%s%d %d", path, i, element.at.line))
		all = append(all, lines(element, fmt.Sprintf("%s%d.", path, i))...)
	}
	return all
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "a = 1\n# c = 2\n\nb = 2 # [x]\n", "a 1, b 4"},
		{"no newline at the end", "a = 1\nb = 2", "a 1, b 2"},
		{"carriage returns", "a = 1\r\n\r\nb = 2\r\n", "a 1, b 3"},
		{"byte order mark", "\uFEFFa = 1\nb = 2", "a 1, b 2"},
		{"tables", "a = 1\n[t]\na = 2\n[t.u]\na = 3\n[v.w]\n", "a 1, t 2, t.a 3, t.u 4, t.u.a 5, v 6, v.w 6"},
		{"parent after child", "[t.u]\na = 1\n[t]\nb = 2", "t 3, t.u 1, t.u.a 2, t.b 4"},
		{"dotted", "a.b.c = 1\na.b.d = 2\n[t]\nx . y = 3", "a 1, a.b 1, a.b.c 1, a.b.d 2, t 3, t.x 4, t.x.y 4"},
		{"quoted", "\"a = [#\" = 1\n'b.\"c' = 2\n[ \"t]\" . 'u' ]\n\"\" = 3\n\"Nd+3\".x = 4\n\"q\\\"=\" = 5",
			"a = [# 1, b.\"c 2, t] 3, t].u 3, t].u. 4, t].u.Nd+3 5, t].u.Nd+3.x 5, t].u.q\"= 6"},
		{"inline", "a = {b = 1, c.d = {e = \"}\"}, f = [1,\n2]}\ng = {}",
			"a 1, a.b 1, a.c 1, a.c.d 1, a.c.d.e 1, a.f 1, a.f.0 1, a.f.1 2, g 3"},
		{"inline over lines", "a = {\n  b = 1, # }\n  c = 2,\n}\nd = 3", "a 1, a.b 2, a.c 3, d 5"},
		{"array over lines", "a = [\n  1, # ]\n  [2,\n 3],\n  \"]\",\n]\nb = 4",
			"a 1, a.0 2, a.1 3, a.1.0 3, a.1.1 4, a.2 5, b 7"},
		{"inline tables in an array", "a = [\n {x = 1},\n {x = 2, y = [{z = 3}]},\n]\nb = 4",
			"a 1, a.0 2, a.0.x 2, a.1 3, a.1.x 3, a.1.y 3, a.1.y.0 3, a.1.y.0.z 3, b 5"},
		{"array of tables", "[[a]]\nx = 1\n[[a.b]]\ny = 1\n[[a.b]]\ny = 2\n[a.c]\nz = 1\n[[a]]\nx = 2\n[[a.b]]\n",
			"a 1, a.0 1, a.0.x 2, a.0.b 3, a.0.b.0 3, a.0.b.0.y 4, a.0.b.1 5, a.0.b.1.y 6, a.0.c 7, a.0.c.z 8, a.1 9, a.1.x 10, a.1.b 11, a.1.b.0 11"},
		{"strings over lines", "a = \"\"\"x = 1\n\\\"\"\"\n\"\"\"\"\nb = '''\n[t]\n'''''\nc = \"\\\\\"\nd = '\\'\ne = \"\"\nf = ''",
			"a 1, b 4, c 7, d 8, e 9, f 10"},
		{"escaped line end", "a = \"\"\"x \\\n  y\"\"\"\nb = 1", "a 1, b 3"},
		{"dates", "a = 1979-05-27 07:32:00\nb = [1979-05-27, 07:32:00]", "a 1, b 2, b.0 2, b.1 2"},
		{"empty array", "a = []\nb = [\n]\nc = 1", "a 1, b 2, c 4"},
	} {
		root, err := read("f", []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := strings.Join(lines(root, ""), ", "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestKinds(t *testing.T) {
	root, err := read("f", []byte("s='x'\ni=1\nf=1.5\nb=true\nd=1979-05-27\na=[1]\ne=[]\nm=[1,{}]\nil=[{},{}]\nt={}\n[u]\n[[l]]\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]kind{"s": "string", "i": "number", "f": "number", "b": "bool", "d": "date", "a": "array", "e": "array",
		"m": "array", "il": "tables", "t": "table", "u": "table", "l": "tables"}
	got := map[string]kind{}
	for key, n := range root.kids {
		got[key] = n.kind
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// FuzzParse holds the scanner against the decoder: whatever the decoder takes,
// the scanner finds all keys of, each on a line where it stands.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a = 1\n[t]\nb.c = {d = [1, {e = 'x'}], \"f\" = 2}\n[[l]]\nname = \"x\"\n[[l]]\n[l.m]\nn = '''\n'''\n",
		"\"Nd+3\" = [\n{x = 1}, # c\n{x = 2}]\r\n", "a = \"\"\"\\\"\"\"\"\"\"\nb = 1979-05-27 07:32:00", "[a.b]\n[a]\nc = -inf\n", "base = \"x\"\n", "x = [[{y={z=1}}]]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		root, err := read("f", text)
		if err != nil {
			if _, bad := toml.Decode(string(text), &map[string]any{}); bad == nil && !strings.HasSuffix(err.Error(), "nothing can be added") {
				t.Fatalf("%v", err)
			}
			if fault, ok := err.(Faults); !ok || fault[0].Line < 1 {
				t.Fatalf("no place: %v", err)
			}
			return
		}
		rows := strings.Split(string(text), "\n")
		var check func(n *node)
		check = func(n *node) {
			if n.at.line < 1 || n.at.line > len(rows) {
				t.Fatalf("line %d of %d", n.at.line, len(rows))
			}
			for _, key := range n.keys {
				kid := n.kids[key]
				if bare := strings.Trim(key, "abcdefghijklmnopqrstuvwxyz"); key != "" && bare == "" {
					if row := rows[kid.at.line-1]; !strings.Contains(row, key) && !strings.Contains(row, `\`) {
						t.Fatalf("%q is not in line %d: %q", key, kid.at.line, row)
					}
				}
				check(kid)
			}
			for _, element := range n.list {
				check(element)
			}
		}
		check(root)
		tree := &Tree{files: []string{"f"}, root: root}
		readAll(tree.Root())
		faults, _ := tree.Err().(Faults)
		if len(faults) == 0 || !slices.IsSortedFunc(faults, func(a, b Fault) int { return a.Line - b.Line }) {
			t.Fatalf("a missing key is no fault, or the faults are not in order: %v", faults)
		}
	})
}

// readAll asks for everything in every way; nothing may panic.
func readAll(t *Table) {
	for _, key := range append(t.Keys(), "missing") {
		t.Quantity(key, "m3", Positive)
		t.QuantityOf(key, []string{"1", "kg"}, Fraction)
		t.QuantityOr(key, "degC", 300, Any)
		t.Int(key, 0, 5)
		t.Text(key)
		t.Choice(key, "a", "b")
		t.Texts(key)
		t.Bool(key)
		readTables := t.Tables(key)
		if t.Kind(key) == "table" {
			readTables = append(readTables, t.Table(key))
		}
		for _, sub := range readTables {
			readAll(sub)
		}
	}
	t.Close()
}

func FuzzSet(f *testing.F) {
	for _, s := range []string{"leach.volume=200 gal", "x=[1,2]", "units.leach.tenor.Nd+3=5", "control.purity.set=0.9", `"a.b".c="x"`, "=", "a.=1", "base=x", "x=1\ny=2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, assignment string) {
		tree, err := Parse("f", []byte(plant))
		if err != nil {
			t.Fatal(err)
		}
		before := len(lines(tree.root, ""))
		if err := tree.Set(assignment); err != nil {
			if after := len(lines(tree.root, "")); after != before || !strings.HasPrefix(err.Error(), "--set ") {
				t.Fatalf("%q: %d, then %d nodes: %v", assignment, before, after, err)
			}
			return
		}
		found := false
		var find func(n *node)
		find = func(n *node) {
			found = found || n.at.file == "--set "+assignment && n.at.line == 0
			for _, kid := range n.kids {
				find(kid)
			}
			for _, element := range n.list {
				find(element)
			}
		}
		find(tree.root)
		if !found {
			t.Fatalf("%q left no trace", assignment)
		}
		readAll(tree.Root())
	})
}
