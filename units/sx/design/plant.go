package design

import (
	"fmt"
	"strconv"
	"strings"

	"reetwin/flowsheet/chem"
)

// Plant writes the designs that are met as a plant file: every cut an sx_circuit with its acids, products at the ends.
func (r *Result) Plant() string {
	s := r.spec
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	w("# Written by reetwin sx design. Purities and recoveries by %s.\n\nname = %s\n\n[chemistry]\nelements = [", r.Basis, strconv.Quote(r.Name))
	var elements []string
	for _, e := range s.system.Elements {
		if e.Group != "framework" {
			elements = append(elements, strconv.Quote(e.Symbol))
		}
	}
	w("%s]\nfamilies = [\"aqueous\", \"organic\"]\nextractant = %q\n", strings.Join(elements, ", "), r.Extractant)
	w("\n[units.feed]\nkind = \"feed\"\nout = \"feed\"\nphase = \"aqueous\"\nflow = \"%s m3/h\"\ntemperature = \"%s K\"\n\n[units.feed.tenor]\n",
		short(s.Feed.Flow*3600), short(s.Feed.Temperature))
	for i, v := range s.Feed.Tenor {
		if v != 0 {
			w("%q = \"%s mol/m3\"\n", s.system.Components[i].Name, exact(v))
		}
	}
	taken := map[string]bool{}
	for k := range r.Cuts {
		if c := &r.Cuts[k]; c.Met {
			taken[c.From] = true
		}
	}
	for k := range r.Cuts {
		c := &r.Cuts[k]
		if !c.Met {
			w("\n# Cut %s is not designed: %s\n", c.Name, c.Reason)
			continue
		}
		r.cut(w, c, taken)
	}
	return b.String()
}

// short and exact write a number so that it reads back: with the places of a design, and with all it has.
func short(v float64) string { return strconv.FormatFloat(v, 'g', places, 64) }
func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// cut writes one circuit.
func (r *Result) cut(w func(string, ...any), c *CutResult, taken map[string]bool) {
	s, o := r.spec, c.Optimum
	from := "feed"
	if c.From != "" {
		from = strings.ReplaceAll(c.From, ".", "_")
	}
	w("\n# Cut %s: %s from %s\n", c.Name, c.Order[0], c.Order[1])
	if c.base > 0 {
		w("\n[units.%s_soda]\nkind = \"feed\"\nout = \"%s_soda\"\nphase = \"aqueous\"\nflow = \"%s m3/h\"\ntemperature = \"%s K\"\ntenor = { NaOH = \"%g mol/m3\" }\n",
			c.Name, c.Name, exact(c.baseFlow*3600), short(s.Feed.Temperature), sodaStrength)
		w("\n[units.%s_neutral]\nkind = \"mixer\"\nin = [%q, %q]\nout = %q\n", c.Name, from, c.Name+"_soda", c.Name+"_feed")
		from = c.Name + "_feed"
	}
	acid := func(name string, flow, strength float64) {
		w("\n[units.%[1]s_%[2]s_acid]\nkind = \"feed\"\nout = \"%[1]s_%[2]s_acid\"\nphase = \"aqueous\"\nflow = \"%[3]s m3/h\"\ntemperature = \"%[4]s K\"\ntenor = { \"H+\" = \"%[5]s mol/m3\", \"Cl-\" = \"%[5]s mol/m3\" }\n",
			c.Name, name, short(flow*3600), short(s.Feed.Temperature), short(strength))
	}
	acid("scrub", o.ScrubFlow, o.ScrubAcid)
	acid("strip", o.StripFlow, o.StripAcid)
	w("\n[units.%[1]s]\nkind = \"sx_circuit\"\nin = { extraction = %[2]q, scrub = \"%[1]s_scrub_acid\", strip = \"%[1]s_strip_acid\" }\nout = { extraction = \"%[1]s_raffinate\", strip = \"%[1]s_liquor\", bleed = \"%[1]s_bleed\" }\n",
		c.Name, from)
	w("sections = [\"extraction\", \"scrub\", \"strip\"]\nmodel = %q\norganic_flow = \"%s m3/h\"\nextractant = \"%s mol/m3\"\nsaponification = %s\nbleed = %s\norganic_tank = \"%s m3\"\n",
		r.Model, short(o.Organic*3600), exact(s.extractant), short(o.Soap), exact(s.bleed), exact(o.Organic*s.tank))
	feed := s.Feed.Flow
	if c.From != "" {
		feed = r.source(c).Flow
	}
	feed += c.baseFlow
	for q, flow := range [sections]float64{feed + o.ScrubFlow, o.ScrubFlow, o.StripFlow} {
		w("\n[units.%s.%s]\nstages = %d\n", c.Name, sectionNames[q], [...]int{o.Extraction, o.Scrub, o.Strip}[q])
		if q == scrub {
			w("joins = true\n")
		}
		w("mixer_aqueous = \"%s m3\"\nmixer_organic = \"%s m3\"\nsettler_aqueous = \"%s m3\"\nsettler_organic = \"%s m3\"\norganic_carried = %s\naqueous_carried = %s\n",
			size(flow*s.mixer), size(o.Organic*s.mixer), size(flow*s.settler), size(o.Organic*s.settler), exact(s.organicCarried), exact(s.aqCarried))
	}
	for k, product := range []string{raffinate, liquor} {
		if !taken[c.Name+"."+product] {
			w("\n[units.%[1]s_%[2]s_out]\nkind = \"product\"\nin = \"%[1]s_%[2]s\"\n", c.Name, product)
		}
		r.figures(w, c, from, product, strings.Fields(c.Order[k]))
	}
}

// size is a volume with four digits.
func size(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// source is the product that a cut is fed with.
func (r *Result) source(c *CutResult) *Product {
	for k := range r.Cuts {
		switch from := &r.Cuts[k]; c.From {
		case from.Name + "." + raffinate:
			return &from.Raffinate
		case from.Name + "." + liquor:
			return &from.Liquor
		}
	}
	return nil
}

// figures writes purity and recovery of a product as KPIs.
func (r *Result) figures(w func(string, ...any), c *CutResult, from, product string, own []string) {
	s := r.spec
	o, _ := s.system.Element("O")
	sum := func(stream string, symbols []string) string {
		var parts []string
		for _, name := range symbols {
			e, _ := s.system.Element(name)
			weight := ""
			if !s.mole {
				weight = exact(s.system.Elements[e].Mass+1.5*s.system.Elements[o].Mass) + " * "
			}
			parts = append(parts, fmt.Sprintf("%s{%s.mol_s.%s}", weight, stream, s.system.Components[s.system.ByKey(chem.Aqueous, e)].Name))
		}
		return "(" + strings.Join(parts, " + ") + ")"
	}
	stream := c.Name + "_" + product
	w("\n[kpi.formula.%s_purity]\nformula = %q\nunit = \"1\"\n", stream, sum(stream, own)+" / "+sum(stream, s.order()))
	w("\n[kpi.formula.%s_recovery]\nformula = %q\nunit = \"1\"\n", stream, sum(stream, own)+" / "+sum(from, own))
}
