package conf

import (
	"fmt"
	"math"
	"strings"
)

// Int returns a required whole number from lo to hi; after a fault, lo.
func (t *Table) Int(key string, lo, hi int) int {
	return t.whole(key, t.need(key, fmt.Sprintf("a whole number, %d to %d", lo, hi)), lo, lo, hi)
}

// IntOr is Int with a value for a missing key.
func (t *Table) IntOr(key string, def, lo, hi int) int {
	return t.whole(key, t.ask(key), def, lo, hi)
}

func (t *Table) whole(key string, n *node, def, lo, hi int) int {
	if n == nil {
		return def
	}
	v, ok := n.value.(int64)
	if ok && int64(lo) <= v && v <= int64(hi) {
		return int(v)
	}
	if ok {
		t.note(n.at, t.join(key), "%d is outside %d to %d", v, lo, hi)
	} else {
		t.wrong(key, n, "needs a whole number, %d to %d", lo, hi)
	}
	return def
}

// Text returns a required string; after a fault, "".
func (t *Table) Text(key string) string { return t.text(key, t.need(key, "a string"), "") }

// TextOr is Text with a value for a missing key.
func (t *Table) TextOr(key, def string) string { return t.text(key, t.ask(key), def) }

func (t *Table) text(key string, n *node, def string) string {
	if n == nil {
		return def
	}
	v, ok := n.value.(string)
	if !ok {
		t.wrong(key, n, "needs a string")
		return def
	}
	return v
}

// Choice returns a required string that is one of the options; after a fault,
// the first.
func (t *Table) Choice(key string, options ...string) string {
	n, first := t.need(key, oneOf(options)), ""
	if len(options) > 0 {
		first = options[0]
	}
	return t.choice(key, n, first, options)
}

// ChoiceOr is Choice with a value for a missing key.
func (t *Table) ChoiceOr(key, def string, options ...string) string {
	return t.choice(key, t.ask(key), def, options)
}

func (t *Table) choice(key string, n *node, def string, options []string) string {
	if n == nil {
		return def
	}
	v, ok := n.value.(string)
	if !ok {
		t.wrong(key, n, "needs %s", oneOf(options))
		return def
	}
	for _, o := range options {
		if o == v {
			return v
		}
	}
	if len(options) > mostOptions {
		t.wrong(key, n, "%s", Hint(v, options))
	} else {
		t.wrong(key, n, "needs %s%s", oneOf(options), meant(v, options))
	}
	return def
}

// mostOptions is how many options a message lists one by one.
const mostOptions = 12

func oneOf(options []string) string {
	quoted := make([]string, len(options))
	for i, o := range options {
		quoted[i] = fmt.Sprintf("%q", o)
	}
	if len(quoted) > mostOptions {
		return fmt.Sprintf("one of %d, such as %s", len(quoted), strings.Join(quoted[:mostOptions], ", "))
	}
	if last := len(quoted) - 1; last > 0 {
		return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
	}
	return strings.Join(quoted, "")
}

// Texts returns a required array of strings; after a fault, those elements
// that are strings.
func (t *Table) Texts(key string) []string {
	return t.texts(key, t.need(key, "an array of strings"), nil)
}

// TextsOr is Texts with a value for a missing key.
func (t *Table) TextsOr(key string, def []string) []string { return t.texts(key, t.ask(key), def) }

func (t *Table) texts(key string, n *node, def []string) []string {
	if n == nil {
		return def
	}
	if n.kind != kindArray && n.kind != kindTables {
		t.wrong(key, n, "needs an array of strings")
		return def
	}
	texts := make([]string, 0, len(n.list))
	for i, element := range n.list {
		if v, ok := element.value.(string); ok {
			texts = append(texts, v)
		} else {
			t.note(element.at, fmt.Sprintf("%s[%d]", t.join(key), i+1), "%s; needs a string", element.show())
		}
	}
	return texts
}

// Bool returns a required true or false; after a fault, false.
func (t *Table) Bool(key string) bool { return t.boolean(key, t.need(key, "true or false"), false) }

// BoolOr is Bool with a value for a missing key.
func (t *Table) BoolOr(key string, def bool) bool { return t.boolean(key, t.ask(key), def) }

func (t *Table) boolean(key string, n *node, def bool) bool {
	if n == nil {
		return def
	}
	v, ok := n.value.(bool)
	if !ok {
		t.wrong(key, n, "needs true or false")
		return def
	}
	return v
}

// Numbers returns a required array of finite numbers; after a fault, those elements that are.
func (t *Table) Numbers(key string) []float64 {
	n := t.need(key, "an array of numbers")
	if n == nil {
		return nil
	}
	if n.kind != kindArray {
		t.wrong(key, n, "needs an array of numbers")
		return nil
	}
	numbers := make([]float64, 0, len(n.list))
	for i, element := range n.list {
		var v float64
		switch x := element.value.(type) {
		case int64:
			v = float64(x)
		case float64:
			v = x
		default:
			v = math.NaN()
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.note(element.at, fmt.Sprintf("%s[%d]", t.join(key), i+1), "%s; needs a finite number", element.show())
			continue
		}
		numbers = append(numbers, v)
	}
	return numbers
}
