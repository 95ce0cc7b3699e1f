package report

import (
	"encoding/csv"
	"io"
	"strconv"
)

// full writes a number so that it reads back as the same bits.
func full(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func writeCSV(w io.Writer, rows [][]string) error { return csv.NewWriter(w).WriteAll(rows) }

// CSV writes the result in long form, one number a line: kind,name,quantity,element,value,unit. A missing value is empty.
func (r *Result) CSV(w io.Writer) error {
	rows := [][]string{{"kind", "name", "quantity", "element", "value", "unit"}}
	add := func(kind, name, quantity, element string, value *float64, unit string) {
		text := ""
		if value != nil {
			text = full(*value)
		}
		rows = append(rows, []string{kind, name, quantity, element, text, unit})
	}
	each := func(kind, name, quantity, unit string, values map[string]float64) {
		for _, e := range alphabetical(values) {
			v := values[e]
			add(kind, name, quantity, e, &v, unit)
		}
	}
	rows = append(rows, []string{"result", r.Plant, "status", "", r.Status, ""})
	if r.Reason != "" {
		rows = append(rows, []string{"result", r.Plant, "reason", "", r.Reason, ""})
	}
	for _, name := range inOrder(r.Streams, func(s Stream) int { return s.No }) {
		s := r.Streams[name]
		add("stream", name, "T", "", &s.T, "K")
		add("stream", name, "volume", "", &s.Volume, "m3/s")
		add("stream", name, "mass", "", &s.Mass, "kg/s")
		if s.PH != nil {
			add("stream", name, "pH", "", s.PH, "1")
		}
		each("stream", name, "flow", "mol/s", s.Moles)
		each("stream", name, "tenor", "mg/L", s.Tenor)
		each("stream", name, "assay", "g/kg", s.Assay)
	}
	for _, tag := range inOrder(r.Units, func(u Unit) int { return u.No }) {
		u := r.Units[tag]
		for _, name := range alphabetical(u.Signals) {
			add("signal", tag+"."+name, "value", "", u.Signals[name].Value, u.Signals[name].Unit)
		}
		for _, name := range alphabetical(u.Handles) {
			add("handle", tag+"."+name, "value", "", u.Handles[name].Value, u.Handles[name].Unit)
		}
		for _, s := range u.Profile {
			stage := tag + "." + s.Section + "." + strconv.Itoa(s.Stage)
			if s.PH != nil {
				add("stage", stage, "pH", "", s.PH, "1")
			}
			each("stage", stage, "aqueous", "mg/L", s.Aqueous)
			each("stage", stage, "organic", "mg/L", s.Organic)
		}
	}
	for _, name := range alphabetical(r.KPIs) {
		add("kpi", name, "value", "", r.KPIs[name].Value, r.KPIs[name].Unit)
	}
	for _, path := range alphabetical(r.Published) {
		q := r.Published[path]
		add("published", path, "value", "", &q.Value, q.Unit)
	}
	if r.Balances != nil {
		for _, e := range alphabetical(r.Balances.Plant) {
			c := r.Balances.Plant[e]
			add("balance", "plant", "in", e, &c.In, "mol/s")
			add("balance", "plant", "out", e, &c.Out, "mol/s")
			add("balance", "plant", "relative", e, &c.Rel, "1")
		}
		for _, tag := range alphabetical(r.Balances.Units) {
			u := r.Balances.Units[tag]
			add("balance", tag, "relative", u.Worst, &u.Rel, "1")
		}
	}
	for _, v := range r.Warnings {
		add("warning", v.Where, v.Code, "", v.Value, v.Unit)
	}
	return writeCSV(w, rows)
}
