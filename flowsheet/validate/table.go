package validate

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// TableSchema is the form of a table written as JSON.
const TableSchema = "reetwin.validation/1"

// Table is every published value beside the computed one.
type Table struct {
	Rows []Row
}

// Row is one published value. Deviation is (computed − published) / |published|, nil where published is 0. Share is
// 0 where the role is not counted.
type Row struct {
	Case      string   `json:"case"`
	Role      string   `json:"role,omitempty"` // of its case
	Quantity  string   `json:"quantity"`       // path into the result
	Published float64  `json:"published"`
	Computed  *float64 `json:"computed"` // nil when there is none: Reason says why
	Unit      string   `json:"unit"`
	Deviation *float64 `json:"deviation"`
	Rel       float64  `json:"rel,omitempty"` // tolerance: the larger of Rel·|Published| and Abs
	Abs       float64  `json:"abs,omitempty"`
	Share     float64  `json:"share"` // |computed − published| / tolerance
	Pass      *bool    `json:"pass"`  // nil: the role is not counted
	Source    string   `json:"source"`
	Note      string   `json:"note,omitempty"`
	Reason    string   `json:"reason,omitempty"` // why nothing could be compared
}

// Failed counts the rows that do not pass; a row whose role is not counted is not among them.
func (t Table) Failed() int { return t.count("FAIL") }

// Missed counts the hold-outs that are computed and not met: a finding about the model, where another failure is one about the program.
func (t Table) Missed() (n int) {
	for _, r := range t.Rows {
		if r.Role == HoldOut && r.verdict() == "FAIL" && r.Computed != nil {
			n++
		}
	}
	return n
}

func (t Table) count(verdict string) (n int) {
	for _, r := range t.Rows {
		if r.verdict() == verdict {
			n++
		}
	}
	return n
}

// verdict is pass, FAIL or, where that is not counted, the role.
func (r Row) verdict() string {
	switch {
	case r.Pass == nil:
		return r.Role
	case *r.Pass:
		return "pass"
	}
	return "FAIL"
}

// JSON writes the table with all rows.
func (t Table) JSON(w io.Writer) error {
	text, err := json.MarshalIndent(struct {
		Schema string `json:"schema"`
		Passed int    `json:"passed"`
		Failed int    `json:"failed"`
		Missed int    `json:"failed_hold_out"` // among the failed
		Shown  int    `json:"shown"`           // of a role that is not counted
		Rows   []Row  `json:"rows"`
	}{TableSchema, t.count("pass"), t.Failed(), t.Missed(), t.count(Calibration) + t.count(Spread), append([]Row{}, t.Rows...)}, "", "  ")
	if err != nil {
		return fmt.Errorf("validation table: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// Text writes one line per case, those of a role that is not counted below, then the rows that fail, or with every all rows.
func (t Table) Text(w io.Writer, every bool) error {
	var b strings.Builder
	tab := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	counted, shown := t.cases()
	fmt.Fprintln(tab, "case\tpassed\tworst deviation\ttolerance\tat\tsource")
	for _, s := range counted {
		fmt.Fprintf(tab, "%s\t%d of %d\t%s\t%s\t%s\t%s\n", s.worst.Case, s.passed, s.count, s.worst.deviation(), s.worst.tolerance(),
			s.worst.Quantity, brief(s.worst.Source))
	}
	if len(shown) > 0 {
		tab.Flush()
		fmt.Fprintln(tab, "\nnot counted\trole\tvalues\thalf within\tnine tenths\tlargest deviation\tat\tsource")
	}
	for _, s := range shown {
		fmt.Fprintf(tab, "%s\t%s\t%d of %d\t%s\t%s\t%s\t%s\t%s\n", s.worst.Case, s.worst.Role, len(s.off), s.count, s.within(0.5), s.within(0.9),
			s.worst.deviation(), s.worst.Quantity, brief(s.worst.Source))
	}
	if every || t.Failed() > 0 {
		fmt.Fprintln(tab)
		tab.Flush()
		fmt.Fprintln(tab, "\tcase\tquantity\tpublished\tcomputed\tunit\tdeviation\ttolerance\tnote")
	}
	for _, r := range t.Rows {
		verdict, computed := r.verdict(), "none"
		if verdict != "FAIL" && !every {
			continue
		}
		if r.Computed != nil {
			computed = fmt.Sprintf("%.9g", *r.Computed)
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\t%.9g\t%s\t%s\t%s\t%s\t%s\n", verdict, r.Case, r.Quantity, r.Published, computed, r.Unit,
			r.deviation(), r.tolerance(), strings.TrimSpace(r.Reason+" "+r.Note))
	}
	tab.Flush()
	passed, failed := t.count("pass"), t.Failed()
	fmt.Fprintf(&b, "\n%d values in %d cases: %d pass, %d fail\n", passed+failed, len(counted), passed, failed)
	if kept := t.holdOuts(); kept > 0 {
		fmt.Fprintf(&b, "%d of them are hold-outs, statements that nothing was fitted to: %d pass, %d fail\n", kept, kept-t.Missed(), t.Missed())
	}
	if len(shown) > 0 {
		fmt.Fprintf(&b, "%d values in %d cases are shown, not counted: %d calibration, %d spread\n", len(t.Rows)-passed-failed, len(shown),
			t.count(Calibration), t.count(Spread))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t Table) holdOuts() (n int) {
	for _, r := range t.Rows {
		if r.Role == HoldOut {
			n++
		}
	}
	return n
}

// summary is what a case comes to: worst is the row that fails or uses most of its tolerance, or, not counted, is the farthest off.
type summary struct {
	count, passed int
	worst         Row
	off           []float64 // |deviation| of every row that has one
}

// within words the |deviation| that a share of the values of a case keep.
func (s summary) within(share float64) string {
	if len(s.off) == 0 {
		return "none"
	}
	slices.Sort(s.off)
	return fmt.Sprintf("%.1e", s.off[int(share*float64(len(s.off)-1)+0.5)])
}

// cases gathers the rows of each case, those that are counted and those that are not.
func (t Table) cases() (counted, shown []summary) {
	var all []summary
	at := map[string]int{}
	for _, r := range t.Rows {
		i, ok := at[r.Case]
		if !ok {
			i = len(all)
			at[r.Case] = i
			all = append(all, summary{worst: r})
		}
		s := &all[i]
		s.count++
		if r.verdict() == "pass" {
			s.passed++
		}
		if r.Deviation != nil {
			s.off = append(s.off, math.Abs(*r.Deviation))
		}
		if s.worst.Computed != nil && (r.Computed == nil || r.strain() > s.worst.strain()) {
			s.worst = r
		}
	}
	for _, s := range all {
		if s.worst.Pass != nil {
			counted = append(counted, s)
		} else {
			shown = append(shown, s)
		}
	}
	return counted, shown
}

// strain orders the rows of a case: the share of the tolerance, or where there is none the deviation.
func (r Row) strain() float64 {
	if r.Pass == nil && r.Deviation != nil {
		return math.Abs(*r.Deviation)
	}
	return r.Share
}

func (r Row) deviation() string {
	switch {
	case r.Computed == nil:
		return "none"
	case r.Deviation == nil:
		return fmt.Sprintf("%+.1e %s", *r.Computed-r.Published, r.Unit)
	}
	return fmt.Sprintf("%+.1e", *r.Deviation)
}

// tolerance words the tolerance that decides, "" where none does.
func (r Row) tolerance() string {
	if r.Pass == nil {
		return ""
	}
	if r.Abs > 0 && r.Abs >= r.Rel*max(r.Published, -r.Published) {
		return strings.TrimSpace(fmt.Sprintf("%.2g %s", r.Abs, r.Unit))
	}
	return fmt.Sprintf("%.0e", r.Rel)
}

// brief cuts the hash of a commit to twelve digits, and a source to a length that fits on a screen.
func brief(source string) string {
	words := strings.Fields(source)
	for i, word := range words {
		if strings.HasPrefix(word, "@") && len(word) > 14 {
			words[i] = word[:13]
		}
	}
	const most = 90
	text := []rune(strings.Join(words, " "))
	if len(text) > most {
		return string(text[:most-1]) + "…"
	}
	return string(text)
}
