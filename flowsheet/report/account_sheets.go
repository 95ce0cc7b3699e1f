package report

import (
	"strings"

	"reetwin/flowsheet/cost"
)

// listAccount lists products, ledger, activities and discharges, one number a line.
func (r *Result) listAccount(l *long) {
	for _, name := range r.productOrder() {
		p := r.Products[name]
		l.add("product", name, "mass", "", &p.Mass, "kg/s")
		l.add("product", name, "content", "", &p.Content, "kg/s")
		l.add("product", name, "total", "", p.Total, "1")
		l.add("product", name, "relative", "", p.Relative, "1")
		l.each("product", name, "share", "1", p.Shares)
		l.each("product", name, "impurity", "1", p.Impurities)
		for _, d := range p.Demands {
			l.add("demand", name, d.What+" is", "", d.Value, "1")
			l.add("demand", name, d.What+" at "+d.Sense, "", &d.Limit, "1")
			l.add("demand", name, d.What+" of what is allowed", "", d.Used, "1")
		}
	}
	r.listLedger(l)
	if r.Activity != nil {
		for _, name := range inOrder(r.Activity.Streams, func(s cost.Active) int { return s.No }) {
			for _, n := range alphabetical(r.Activity.Streams[name].Nuclides) {
				v := r.Activity.Streams[name].Nuclides[n]
				quantity := "activity"
				if v.AtMost {
					quantity = "activity at most"
				}
				l.add("activity", name, quantity, n, &v.Value, "Bq/kg")
			}
		}
	}
	for _, name := range alphabetical(r.Discharges) {
		for _, line := range r.Discharges[name].Lines {
			l.add("discharge", name, line.What+", "+line.Permit, "", line.Value, line.Unit)
			l.add("discharge", name, line.What+" least, "+line.Permit, "", line.Lo, line.Unit)
			l.add("discharge", name, line.What+" most, "+line.Permit, "", line.Hi, line.Unit)
		}
	}
}

func (r *Result) listLedger(l *long) {
	if r.Ledger == nil {
		return
	}
	for _, e := range r.Ledger.Entries {
		l.add("ledger", e.Words(), "in all", "", &e.Amount, e.Unit)
		if e.CO2e != nil {
			l.add("ledger", e.Words(), "CO2e", "", &e.CO2e.Value, "kg/s")
		}
		per := "1"
		if e.Unit == "W" {
			per = "J/kg"
		}
		for _, product := range alphabetical(e.Per) {
			v := e.Per[product]
			l.add("ledger", e.Words(), "per kg of "+product, "", &v, per)
		}
	}
	for _, name := range inOrder(r.Ledger.Products, func(s cost.Share) int { return s.No }) {
		s := r.Ledger.Products[name]
		l.add("ledger", name, "share", "", &s.Share, "1")
		l.add("ledger", name, "CO2e", "", &s.CO2e.Value, "1")
		l.add("ledger", name, "CO2e low", "", &s.CO2e.Low, "1")
		l.add("ledger", name, "CO2e high", "", &s.CO2e.High, "1")
	}
	for _, gap := range r.Ledger.NoData {
		for _, what := range gap.For {
			l.add("ledger", what, "no data: "+gap.What, "", nil, "")
		}
	}
}

// accountSheets are the sheets of products and ledger; none for a plant without products.
func (r *Result) accountSheets() (sheets []*sheet) {
	if len(r.Products) > 0 {
		sheets = append(sheets, r.productSheet())
	}
	if r.Ledger != nil {
		sheets = append(sheets, r.ledgerSheet())
	}
	if r.Activity != nil || len(r.Discharges) > 0 {
		sheets = append(sheets, r.borderSheet())
	}
	return sheets
}

func (r *Result) productSheet() *sheet {
	s := &sheet{name: "Products"}
	for _, c := range [][2]string{{"product", ""}, {"grade", ""}, {"what", ""}, {"value", "kg/kg"}, {"sense", ""}, {"asked", "kg/kg"},
		{"of what is allowed", "1"}, {"met", ""}, {"class", ""}, {"source", ""}, {"by", ""}} {
		s.column(c[0], c[1])
	}
	for _, name := range r.productOrder() {
		p := r.Products[name]
		s.add(name, p.Grade, "rare earths in product", optional(p.Total))
		s.add(name, p.Grade, strings.Join(p.Of, "+")+" in rare earths", optional(p.Relative), nil, nil, nil, verdict(p.Met), nil, nil, limited(p))
		for _, d := range p.Demands {
			s.add(name, p.Grade, word(p, d.What), optional(d.Value), d.Sense, d.Limit, optional(d.Used), verdict(d.Met), string(d.Class), d.Source, basis(p, d))
		}
		for _, what := range alphabetical(p.Impurities) {
			s.add(name, p.Grade, "impurity "+what, p.Impurities[what])
		}
	}
	return s
}

func (r *Result) ledgerSheet() *sheet {
	s := &sheet{name: "Ledger"}
	for _, c := range [][2]string{{"entry", ""}, {"name", ""}, {"in all", "kW or kg/h"}, {"unit", ""}, {"CO2e", "kg/h"}, {"class", ""}, {"source", ""}} {
		s.column(c[0], c[1])
	}
	order := inOrder(r.Ledger.Products, func(s cost.Share) int { return s.No })
	for _, name := range order {
		s.column("per kg of "+name, "kWh/kg or kg/kg")
	}
	for _, e := range r.Ledger.Entries {
		times, per, unit := 3600.0, 1.0, "kg/h"
		if e.Unit == "W" {
			times, per, unit = 1e-3, 1/3.6e6, "kW"
		}
		row := []any{e.Kind, e.Name, times * e.Amount, unit, nil, string(e.Class), e.Source}
		if e.CO2e != nil {
			row[4] = 3600 * e.CO2e.Value
		}
		for _, name := range order {
			row = append(row, per*e.Per[name])
		}
		s.add(row...)
	}
	for _, part := range []struct {
		name string
		of   func(cost.Share) float64
	}{{"share", func(s cost.Share) float64 { return s.Share }}, {"CO2e low", func(s cost.Share) float64 { return s.CO2e.Low }},
		{"CO2e", func(s cost.Share) float64 { return s.CO2e.Value }}, {"CO2e high", func(s cost.Share) float64 { return s.CO2e.High }}} {
		row := []any{"product", part.name, nil, "1", nil, nil, nil}
		for _, name := range order {
			row = append(row, part.of(r.Ledger.Products[name]))
		}
		s.add(row...)
	}
	for _, gap := range r.Ledger.NoData {
		s.add("no data", gap.What+": "+strings.Join(gap.For, ", "))
	}
	s.add("rule", r.Ledger.Rule)
	return s
}

func (r *Result) borderSheet() *sheet {
	s := &sheet{name: "Limits"}
	for _, c := range [][2]string{{"stream", ""}, {"what", ""}, {"value", "as unit"}, {"unit", ""}, {"least", "as unit"}, {"most", "as unit"}, {"of limit", "1"}, {"met", ""}, {"limit", ""}} {
		s.column(c[0], c[1])
	}
	if r.Activity != nil {
		for _, name := range inOrder(r.Activity.Streams, func(s cost.Active) int { return s.No }) {
			for _, n := range alphabetical(r.Activity.Streams[name].Nuclides) {
				v := r.Activity.Streams[name].Nuclides[n]
				what := n
				if v.AtMost {
					what += " at most"
				}
				s.add(name, what, v.Value, "Bq/kg", nil, nil, v.OfLimit, nil, v.Limit)
			}
		}
	}
	for _, name := range alphabetical(r.Discharges) {
		for _, l := range r.Discharges[name].Lines {
			s.add(r.Discharges[name].Stream, l.What, optional(l.Value), l.Unit, optional(l.Lo), optional(l.Hi), nil, verdict(l.Met), l.Permit)
		}
	}
	return s
}
