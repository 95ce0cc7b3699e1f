package flowsheet

import (
	"fmt"
	"strings"
)

// Failure is a solve that did not end in a result: no part of the plant's state may be shown as one.
type Failure struct {
	Unit   string   // the unit that the reason is about and begins with, "" when it is the plant
	At     string   // the unit at fault where the reason already names it
	Reason string   // what is violated, with its value
	Tried  []string // what was tried, in order
	Cause  error    // of the unit, if any
}

func (f *Failure) Error() string {
	var b strings.Builder
	if f.Unit != "" {
		b.WriteString(f.Unit + ": ")
	}
	b.WriteString(f.Reason)
	if len(f.Tried) > 0 {
		b.WriteString(" (tried: " + strings.Join(f.Tried, "; ") + ")")
	}
	return b.String()
}

func (f *Failure) Unwrap() error { return f.Cause }

func (c Closure) String() string {
	return fmt.Sprintf("%s in %.9g mol/s, out %.9g mol/s, relative %.1e", c.Element, c.In, c.Out, c.Rel)
}
