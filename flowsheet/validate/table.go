package validate

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// TableSchema is the form of a table written as JSON.
const TableSchema = "reetwin.validation/1"

// Table is every published value beside the computed one.
type Table struct {
	Rows []Row
}

// Row is one published value. Deviation is (computed − published) / |published|, nil where published is 0.
type Row struct {
	Case      string   `json:"case"`
	Quantity  string   `json:"quantity"` // path into the result
	Published float64  `json:"published"`
	Computed  *float64 `json:"computed"` // nil when there is none: Reason says why
	Unit      string   `json:"unit"`
	Deviation *float64 `json:"deviation"`
	Rel       float64  `json:"rel,omitempty"` // tolerance: the larger of Rel·|Published| and Abs
	Abs       float64  `json:"abs,omitempty"`
	Share     float64  `json:"share"` // |computed − published| / tolerance
	Pass      bool     `json:"pass"`
	Source    string   `json:"source"`
	Note      string   `json:"note,omitempty"`
	Reason    string   `json:"reason,omitempty"` // why nothing could be compared
}

// Failed counts the rows that do not pass.
func (t Table) Failed() int {
	n := 0
	for _, r := range t.Rows {
		if !r.Pass {
			n++
		}
	}
	return n
}

// JSON writes the table with all rows.
func (t Table) JSON(w io.Writer) error {
	text, err := json.MarshalIndent(struct {
		Schema string `json:"schema"`
		Passed int    `json:"passed"`
		Failed int    `json:"failed"`
		Rows   []Row  `json:"rows"`
	}{TableSchema, len(t.Rows) - t.Failed(), t.Failed(), append([]Row{}, t.Rows...)}, "", "  ")
	if err != nil {
		return fmt.Errorf("validation table: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// Text writes one line per case, then the rows that fail, or with every all rows.
func (t Table) Text(w io.Writer, every bool) error {
	var b strings.Builder
	tab := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "case\tpassed\tworst deviation\ttolerance\tat\tsource")
	for _, s := range t.cases() {
		fmt.Fprintf(tab, "%s\t%d of %d\t%s\t%s\t%s\t%s\n", s.worst.Case, s.passed, s.count, s.worst.deviation(), s.worst.tolerance(),
			s.worst.Quantity, brief(s.worst.Source))
	}
	if every || t.Failed() > 0 {
		fmt.Fprintln(tab)
		tab.Flush()
		fmt.Fprintln(tab, "\tcase\tquantity\tpublished\tcomputed\tunit\tdeviation\ttolerance\tnote")
	}
	for _, r := range t.Rows {
		if r.Pass && !every {
			continue
		}
		verdict, computed := "FAIL", "none"
		if r.Pass {
			verdict = "pass"
		}
		if r.Computed != nil {
			computed = fmt.Sprintf("%.9g", *r.Computed)
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\t%.9g\t%s\t%s\t%s\t%s\t%s\n", verdict, r.Case, r.Quantity, r.Published, computed, r.Unit,
			r.deviation(), r.tolerance(), strings.TrimSpace(r.Reason+" "+r.Note))
	}
	tab.Flush()
	fmt.Fprintf(&b, "\n%d values in %d cases: %d pass, %d fail\n", len(t.Rows), len(t.cases()), len(t.Rows)-t.Failed(), t.Failed())
	_, err := io.WriteString(w, b.String())
	return err
}

// summary is what a case comes to: worst is the row that fails or uses most of its tolerance.
type summary struct {
	count, passed int
	worst         Row
}

func (t Table) cases() []summary {
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
		if r.Pass {
			s.passed++
		}
		if s.worst.Computed != nil && (r.Computed == nil || r.Share > s.worst.Share) {
			s.worst = r
		}
	}
	return all
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

// tolerance words the tolerance that decides.
func (r Row) tolerance() string {
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
