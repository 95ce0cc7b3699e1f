package conf

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
)

// bareQuantity finds  key = 5 kg  outside strings.
var bareQuantity = regexp.MustCompile(`^([^"'#]|"[^"]*"|'[^']*')*=\s*[-+]?[0-9][0-9_.]*([eE][-+]?[0-9]+)?[ \t]+[A-Za-zµ°%]`)

// read parses one text into a tree of nodes that know their place.
func read(file string, text []byte) (*node, error) {
	values := map[string]any{}
	meta, err := toml.Decode(string(text), &values)
	if err != nil {
		fault := Fault{File: file, Line: 1, Msg: err.Error()}
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			fault.Line = max(1, syntax.Position.Line)
			fault.Msg = "not valid TOML: " + strings.TrimSuffix(syntax.Message, ".")
			if row := strings.Split(string(text), "\n"); fault.Line <= len(row) && bareQuantity.MatchString(row[fault.Line-1]) {
				fault.Msg = "not valid TOML: a quantity with a unit stands in quotes, such as \"1 m3/h\""
			}
		}
		return nil, Faults{fault}
	}
	s := scanner{file: file, text: string(text), line: 1, keys: meta.Keys()}
	for _, mark := range []string{"\uFEFF", "\xFF\xFE", "\xFE\xFF"} { // the decoder steps over these
		if strings.HasPrefix(s.text, mark) {
			s.at = len(mark)
		}
	}
	root := newTable(place{file: file, line: 1})
	if err := s.document(root); err != nil {
		return nil, Faults{{File: file, Line: s.line, Msg: err.Error()}}
	}
	if err := root.fill(values); err != nil {
		return nil, Faults{{File: file, Line: 1, Msg: err.Error()}}
	}
	return root, nil
}

// scanner walks once through a text known to be valid TOML and builds the
// nodes, each with its line. The names of the keys come from the decoder, in
// file order; the scanner only finds where they stand.
type scanner struct {
	file string
	text string
	at   int
	line int
	keys []toml.Key // still to be placed
}

var errLost = errors.New("the lines of the keys cannot be found")

func (s *scanner) document(root *node) error {
	table, depth := root, 0
	for s.blanks(); s.at < len(s.text); s.blanks() {
		at := place{file: s.file, line: s.line}
		list := strings.HasPrefix(s.text[s.at:], "[[")
		header := s.text[s.at] == '['
		key, err := s.key()
		if err != nil {
			return err
		}
		switch {
		case list:
			table, err = root.grow(key, at)
		case header:
			if table, err = root.reach(key, at); err == nil {
				table.at = at
			}
		default:
			err = s.pair(table, key, depth, at)
		}
		if err != nil {
			return err
		}
		if header {
			depth = len(key)
		}
	}
	if len(s.keys) > 0 {
		return errLost
	}
	return nil
}

// key steps over a key with its '=' or a header with its brackets, and returns
// the whole path the decoder found there.
func (s *scanner) key() (toml.Key, error) {
	header := s.text[s.at] == '['
	for s.at < len(s.text) && s.text[s.at] == '[' {
		s.at++
	}
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"' || c == '\'':
			s.quoted()
			s.at-- // the loop steps on
		case c == '\n':
			return nil, errLost
		case !header && c == '=' || header && c == ']':
			for s.at++; header && s.at < len(s.text) && s.text[s.at] == ']'; {
				s.at++
			}
			if len(s.keys) == 0 {
				return nil, errLost
			}
			key := s.keys[0]
			s.keys = s.keys[1:]
			return key, nil
		}
	}
	return nil, errLost
}

// pair steps over the value of a key, in a table whose path has the given length.
func (s *scanner) pair(table *node, key toml.Key, depth int, at place) error {
	if len(key) <= depth {
		return errLost
	}
	n, err := table.reach(key[depth:], at)
	if err != nil {
		return err
	}
	err = s.value(n, len(key))
	n.whole = true
	return err
}

// value steps over a value and hangs what it holds on n, whose path has the
// given length.
func (s *scanner) value(n *node, depth int) error {
	s.blanks()
	if s.at == len(s.text) {
		return errLost
	}
	switch s.text[s.at] {
	case '{':
		return s.inline(n, depth)
	case '[':
		return s.array(n, depth)
	case '"', '\'':
		s.quoted()
		return nil
	}
	for s.at < len(s.text) && !strings.ContainsRune(",]}#\r\n", rune(s.text[s.at])) {
		s.at++
	}
	return nil
}

func (s *scanner) array(n *node, depth int) error {
	for s.at++; ; {
		s.blanks()
		switch {
		case s.at == len(s.text):
			return errLost
		case s.text[s.at] == ']':
			s.at++
			return nil
		case s.text[s.at] == ',':
			s.at++
		default:
			element := &node{at: place{file: s.file, line: s.line}}
			n.list = append(n.list, element)
			start := s.at
			if err := s.value(element, depth); err != nil {
				return err
			}
			if s.at == start {
				return errLost
			}
		}
	}
}

func (s *scanner) inline(n *node, depth int) error {
	n.table()
	for s.at++; ; {
		s.blanks()
		switch {
		case s.at == len(s.text):
			return errLost
		case s.text[s.at] == '}':
			s.at++
			return nil
		case s.text[s.at] == ',':
			s.at++
		default:
			at := place{file: s.file, line: s.line}
			key, err := s.key()
			if err != nil {
				return err
			}
			if err := s.pair(n, key, depth, at); err != nil {
				return err
			}
		}
	}
}

// quoted steps over a string in any of its four forms.
func (s *scanner) quoted() {
	quote := s.text[s.at : s.at+1]
	end := quote
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s.text[s.at:], triple) {
		end = triple
	}
	for s.at += len(end); s.at < len(s.text); s.at++ {
		if s.text[s.at] == '\n' {
			s.line++
		}
		if quote == `"` && s.text[s.at] == '\\' {
			s.at++
			if s.at < len(s.text) && s.text[s.at] == '\n' {
				s.line++
			}
			continue
		}
		if strings.HasPrefix(s.text[s.at:], end) {
			s.at += len(end)
			for len(end) == 3 && strings.HasPrefix(s.text[s.at:], quote) { // """a"""" ends in a quote
				s.at++
			}
			return
		}
	}
	s.at = len(s.text)
}

// blanks steps over white space and comments.
func (s *scanner) blanks() {
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\n':
			s.line++
		case ' ', '\t', '\r':
		case '#':
			for s.at < len(s.text) && s.text[s.at] != '\n' {
				s.at++
			}
			s.at--
		default:
			return
		}
	}
}

// fill sets the kinds and values of a table from what the decoder found.
func (n *node) fill(values map[string]any) error {
	if len(values) != len(n.keys) {
		return errLost
	}
	n.table().kind = kindTable
	for _, key := range n.keys {
		v, ok := values[key]
		if !ok {
			return errLost
		}
		if err := n.kids[key].set(v); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// set gives a node its kind and value.
func (n *node) set(v any) error {
	switch v := v.(type) {
	case map[string]any:
		return n.fill(v)
	case []map[string]any:
		elements := make([]any, len(v))
		for i := range v {
			elements[i] = v[i]
		}
		return n.set(elements)
	case []any:
		if len(v) != len(n.list) {
			return errLost
		}
		n.kind = kindTables
		for i, e := range n.list {
			if err := e.set(v[i]); err != nil {
				return err
			}
			if e.kind != kindTable {
				n.kind = kindArray
			}
		}
		if len(v) == 0 {
			n.kind = kindArray
		}
	case string:
		n.kind, n.value = kindString, v
	case bool:
		n.kind, n.value = kindBool, v
	case int64, float64:
		n.kind, n.value = kindNumber, v
	default:
		n.kind, n.value = kindDate, v
	}
	return nil
}
