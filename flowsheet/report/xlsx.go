package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// sheet is one sheet of a workbook: a header row, a row of units, then rows of strings and numbers.
type sheet struct {
	name  string
	head  []any
	units []any
	rows  [][]any
}

func (s *sheet) add(cells ...any) { s.rows = append(s.rows, cells) }

// column appends a column's header and unit.
func (s *sheet) column(name, unit string) {
	s.head, s.units = append(s.head, name), append(s.units, unit)
}

// XLSX writes a workbook with the sheets Streams, Profiles, Balance, KPIs, Products, Ledger, Limits (where there are any) and Warnings,
// numbers as numbers.
func (r *Result) XLSX(w io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	sheets := append([]*sheet{r.streamSheet(), r.profileSheet(), r.balanceSheet(), r.kpiSheet()}, r.accountSheets()...)
	for i, s := range append(sheets, r.warningSheet()) {
		if i == 0 {
			err = f.SetSheetName(f.GetSheetName(0), s.name)
		} else {
			_, err = f.NewSheet(s.name)
		}
		if err == nil {
			err = s.write(f, bold)
		}
		if err != nil {
			return fmt.Errorf("xlsx: sheet %s: %w", s.name, err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}

func (s *sheet) write(f *excelize.File, bold int) error {
	for i, row := range append([][]any{s.head, s.units}, s.rows...) {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := f.SetSheetRow(s.name, at, &row); err != nil {
			return err
		}
	}
	if err := f.SetRowStyle(s.name, 1, 1, bold); err != nil {
		return err
	}
	if err := f.SetColWidth(s.name, "A", "A", 32); err != nil {
		return err
	}
	return f.SetPanes(s.name, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 2, TopLeftCell: "B3", ActivePane: "bottomRight"})
}

// optional is a cell that may stay empty.
func optional(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func numbers(values map[string]float64, columns []string) []any {
	cells := make([]any, len(columns))
	for i, c := range columns {
		if v, ok := values[c]; ok {
			cells[i] = v
		}
	}
	return cells
}

// tenors lists the columns of tenors: acid, elements, free extractant.
func (r *Result) tenors() []string {
	var all []string
	for _, e := range r.everyElement() {
		if e != rareEarths {
			all = append(all, e)
		}
	}
	return append(all, r.extractants()...)
}

func (r *Result) streamSheet() *sheet {
	s := &sheet{name: "Streams"}
	for _, c := range [][2]string{{"stream", ""}, {"from", ""}, {"to", ""}, {"border", ""}, {"mass", "kg/h"}, {"volume", "L/h"},
		{"temperature", "°C"}, {"pH", ""}} {
		s.column(c[0], c[1])
	}
	tenors := r.tenors()
	for _, e := range tenors {
		s.column(e, "mg/L")
	}
	for _, e := range tenors {
		s.column(e+" in solids", "g/kg")
	}
	components := map[string]bool{}
	for _, v := range r.Streams {
		for c := range v.Moles {
			components[c] = true
		}
	}
	for _, c := range alphabetical(components) {
		s.column(c, "mol/h")
	}
	for _, name := range inOrder(r.Streams, func(s Stream) int { return s.No }) {
		v := r.Streams[name]
		row := []any{name, v.From, v.To, v.Border, 3600 * v.Mass, 3.6e6 * v.Volume, v.T - 273.15, optional(v.PH)}
		row = append(append(row, numbers(v.Tenor, tenors)...), numbers(v.Assay, tenors)...)
		for _, c := range alphabetical(components) {
			if n, ok := v.Moles[c]; ok {
				row = append(row, 3600*n)
			} else {
				row = append(row, nil)
			}
		}
		s.add(row...)
	}
	return s
}

func (r *Result) profileSheet() *sheet {
	s := &sheet{name: "Profiles"}
	for _, c := range []string{"unit", "section", "stage", "pH"} {
		s.column(c, "")
	}
	tenors := r.tenors()
	for _, phase := range []string{" aqueous", " organic"} {
		for _, e := range tenors {
			s.column(e+phase, "mg/L")
		}
	}
	for _, tag := range inOrder(r.Units, func(u Unit) int { return u.No }) {
		for _, p := range r.Units[tag].Profile {
			row := []any{tag, p.Section, p.Stage, optional(p.PH)}
			s.add(append(append(row, numbers(p.Aqueous, tenors)...), numbers(p.Organic, tenors)...)...)
		}
	}
	return s
}

func (r *Result) balanceSheet() *sheet {
	s := &sheet{name: "Balance"}
	s.column("over", "")
	s.column("element", "")
	s.column("in", "mol/h")
	s.column("out", "mol/h")
	s.column("relative", "1")
	if r.Balances == nil {
		return s
	}
	for _, e := range alphabetical(r.Balances.Plant) {
		c := r.Balances.Plant[e]
		s.add("plant", e, 3600*c.In, 3600*c.Out, c.Rel)
	}
	for _, tag := range inOrder(r.Units, func(u Unit) int { return u.No }) {
		if u, ok := r.Balances.Units[tag]; ok {
			s.add(tag, u.Worst, nil, nil, u.Rel)
		}
	}
	return s
}

func (r *Result) kpiSheet() *sheet {
	s := &sheet{name: "KPIs"}
	for _, c := range [][2]string{{"figure", ""}, {"value", "as unit"}, {"unit", ""}, {"published", "as unit"}, {"deviation", "1"},
		{"from", ""}, {"to", ""}} {
		s.column(c[0], c[1])
	}
	for _, name := range alphabetical(r.KPIs) {
		k := r.KPIs[name]
		row := []any{name, optional(k.Value), k.Unit, nil, nil, strings.Join(k.From, ", "), strings.Join(k.To, ", ")}
		if q, ok := r.Published[name]; ok {
			row[3], row[4] = q.Value, optional(q.Deviation)
		}
		s.add(row...)
	}
	return s
}

func (r *Result) warningSheet() *sheet {
	s := &sheet{name: "Warnings"}
	for _, c := range [][2]string{{"code", ""}, {"where", ""}, {"value", "as unit"}, {"limit", "as unit"}, {"unit", ""}, {"text", ""}} {
		s.column(c[0], c[1])
	}
	for _, change := range r.Changed {
		s.add("changed", r.Plant, nil, nil, "", change+": the published numbers belong to another case")
	}
	if r.Reason != "" {
		s.add("failed", r.Plant, nil, nil, "", r.Reason)
	}
	for _, v := range r.Warnings {
		s.add(v.Code, v.Where, optional(v.Value), optional(v.Limit), v.Unit, v.Text)
	}
	return s
}
