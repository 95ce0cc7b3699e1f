package conf

import (
	"fmt"
	"strings"
)

// Fault is one mistake in a file or in an assignment of Set.
type Fault struct {
	File string // as given to Load or Parse; "--set path=value" for an assignment
	Line int    // from 1; 0 for an assignment
	Path string // key path; empty for a mistake of syntax
	Msg  string
}

// Error returns "FILE:LINE: PATH: MSG", without what is empty.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Path != "" {
		b.WriteString(": " + f.Path)
	}
	b.WriteString(": " + f.Msg)
	return b.String()
}

// Faults is every mistake found, in file order.
type Faults []Fault

// Error returns the faults, one per line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}
