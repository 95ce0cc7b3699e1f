package report

import (
	"encoding/csv"
	"io"
	"strconv"
)

// full writes a number so that it reads back as the same bits.
func full(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func writeCSV(w io.Writer, rows [][]string) error { return csv.NewWriter(w).WriteAll(rows) }

// long is a table in long form, one number a line.
type long [][]string

func (l *long) add(kind, name, quantity, element string, value *float64, unit string) {
	*l = append(*l, []string{kind, name, quantity, element, maybeFull(value), unit})
}

func maybeFull(v *float64) string {
	if v == nil {
		return ""
	}
	return full(*v)
}

// each adds a line per key of a map.
func (l *long) each(kind, name, quantity, unit string, values map[string]float64) {
	for _, e := range alphabetical(values) {
		v := values[e]
		l.add(kind, name, quantity, e, &v, unit)
	}
}

// pH adds a line where there is one.
func (l *long) pH(kind, name string, pH *float64) {
	if pH != nil {
		l.add(kind, name, "pH", "", pH, "1")
	}
}

// CSV writes the result in long form, one number a line: kind,name,quantity,element,value,unit. A missing value is empty.
func (r *Result) CSV(w io.Writer) error {
	l := &long{{"kind", "name", "quantity", "element", "value", "unit"}, {"result", r.Plant, "status", "", r.Status, ""}}
	if r.Reason != "" {
		*l = append(*l, []string{"result", r.Plant, "reason", "", r.Reason, ""})
	}
	for _, change := range r.Changed {
		*l = append(*l, []string{"result", r.Plant, "changed", "", change, ""})
	}
	r.listStreams(l)
	r.listUnits(l)
	for _, name := range alphabetical(r.KPIs) {
		l.add("kpi", name, "value", "", r.KPIs[name].Value, r.KPIs[name].Unit)
	}
	for _, path := range alphabetical(r.Published) {
		q := r.Published[path]
		l.add("published", path, "value", "", &q.Value, q.Unit)
	}
	if r.Balances != nil {
		for _, e := range alphabetical(r.Balances.Plant) {
			c := r.Balances.Plant[e]
			l.add("balance", "plant", "in", e, &c.In, "mol/s")
			l.add("balance", "plant", "out", e, &c.Out, "mol/s")
			l.add("balance", "plant", "relative", e, &c.Rel, "1")
		}
		for _, tag := range alphabetical(r.Balances.Units) {
			u := r.Balances.Units[tag]
			l.add("balance", tag, "relative", u.Worst, &u.Rel, "1")
		}
	}
	r.listAccount(l)
	for _, v := range r.Warnings {
		l.add("warning", v.Where, v.Code, "", v.Value, v.Unit)
	}
	return writeCSV(w, *l)
}

func (r *Result) listStreams(l *long) {
	for _, name := range inOrder(r.Streams, func(s Stream) int { return s.No }) {
		s := r.Streams[name]
		l.add("stream", name, "T", "", &s.T, "K")
		l.add("stream", name, "volume", "", &s.Volume, "m3/s")
		l.add("stream", name, "mass", "", &s.Mass, "kg/s")
		l.pH("stream", name, s.PH)
		l.each("stream", name, "flow", "mol/s", s.Moles)
		l.each("stream", name, "tenor", "mg/L", s.Tenor)
		l.each("stream", name, "assay", "g/kg", s.Assay)
	}
}

func (r *Result) listUnits(l *long) {
	for _, tag := range inOrder(r.Units, func(u Unit) int { return u.No }) {
		u := r.Units[tag]
		for _, name := range alphabetical(u.Signals) {
			l.add("signal", tag+"."+name, "value", "", u.Signals[name].Value, u.Signals[name].Unit)
		}
		for _, name := range alphabetical(u.Handles) {
			l.add("handle", tag+"."+name, "value", "", u.Handles[name].Value, u.Handles[name].Unit)
		}
		for _, s := range u.Profile {
			stage := tag + "." + s.Section + "." + strconv.Itoa(s.Stage)
			l.pH("stage", stage, s.PH)
			l.each("stage", stage, "aqueous", "mg/L", s.Aqueous)
			l.each("stage", stage, "organic", "mg/L", s.Organic)
		}
	}
}
