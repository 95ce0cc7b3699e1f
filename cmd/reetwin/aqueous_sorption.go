package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/conf"
)

// readSorption reads the key sorption and [sorbent], amounts of the metal of surfaces that are there besides what precipitates.
func (w *water) readSorption(root *conf.Table) {
	w.sorbs = root.BoolOr("sorption", false)
	t := root.Table("sorbent")
	for _, name := range t.Keys() {
		p, err := w.sys.Surface(name)
		v, which := t.QuantityOf(name, []string{"mg/L", "mol/L"}, conf.NonNegative)
		if err != nil {
			t.Fault(name, "%s", bare(err))
			continue
		}
		if which == 0 {
			i, err := w.sys.Component(w.sys.Surfaces[p].Metal)
			if err != nil {
				t.Fault(name, "%s", bare(err))
				continue
			}
			v /= w.element[i]
		}
		w.sorbents = append(w.sorbents, aqueous.Sorbent{Surface: p, Metal: v}) // mol/m3, see switchOn
	}
	t.Close()
}

// switchSorption sets the surfaces of the water's problems: none, or those the file gives amounts of and, where solids may form,
// those that grow with them. flag is nil where the command line leaves it to the file.
func (w *water) switchSorption(flag *bool, precipitates bool) error {
	w.sorption = nil
	if flag != nil && !*flag || flag == nil && !w.sorbs {
		return nil
	}
	for _, s := range w.sorbents {
		w.sorption = append(w.sorption, aqueous.Sorbent{Surface: s.Surface, Metal: s.Metal / w.perM3})
	}
	if precipitates {
		w.sorption = grow(w.sys, w.solids, w.sorption)
	}
	if len(w.sorption) > 0 {
		return nil
	}
	var names []string
	for _, o := range w.sys.Surfaces {
		for _, c := range o.Carriers {
			names = append(names, w.sys.Solids[c.Solid].Name)
		}
	}
	what := "none of the solids it allows carries a surface; those that do are " + strings.Join(names, ", ")
	if !precipitates {
		what = "nothing precipitates here"
	}
	return exitError{exitUsage, fmt.Errorf("%s: sorption: there is nothing to sorb on: %s; or give an amount, such as [sorbent] HFO = \"100 mg/L\"", w.name, what)}
}

// grow adds to a list of sorbents the surfaces that grow with the solids.
func grow(sys *aqueous.System, solids []int, list []aqueous.Sorbent) []aqueous.Sorbent {
	for _, s := range sys.Sorbents(solids) {
		if !slices.ContainsFunc(list, func(o aqueous.Sorbent) bool { return o.Surface == s.Surface }) {
			list = append(list, s)
		}
	}
	return list
}

// surfaceAnswer is the state of a surface.
type surfaceAnswer struct {
	Metal     float64 `json:"metal_mol"` // per m3 of the water in a titration, in the batch's kg of water otherwise
	Potential float64 `json:"potential_V"`
	Charge    float64 `json:"charge_C_per_m2"`
}

// surfaces are the states of those that are on; perWater turns mol/kg into the unit of the answer.
func surfaces(sys *aqueous.System, on []aqueous.Sorbent, r *aqueous.Result, perWater float64) map[string]surfaceAnswer {
	all := map[string]surfaceAnswer{}
	for _, s := range on {
		o := r.Surfaces[s.Surface]
		all[sys.Surfaces[s.Surface].Name] = surfaceAnswer{o.Metal * perWater, o.Potential, o.Charge}
	}
	return all
}

// sorptionHeader says what sorbs, and on what numbers that rests.
func sorptionHeader(to io.Writer, sys *aqueous.System, on []aqueous.Sorbent) {
	for _, s := range on {
		o := &sys.Surfaces[s.Surface]
		var carriers []string
		for _, c := range o.Carriers {
			carriers = append(carriers, sys.Solids[c.Solid].Name)
		}
		count := map[chem.Class]int{}
		for _, species := range o.Species[len(o.Sites):] {
			count[species.Constant.Class]++
		}
		var classes []string
		for _, class := range []chem.Class{chem.Measured, chem.Derived, chem.Estimated, chem.Assumed} {
			if count[class] > 0 {
				classes = append(classes, fmt.Sprintf("%d %s", count[class], class))
			}
		}
		fmt.Fprintf(to, "sorption on %s (with %s): sites and area %s; log K: %s\n", o.Name, strings.Join(carriers, ", "), o.Class, strings.Join(classes, ", "))
	}
}

// sorbedTable writes what is sorbed at each point, of the metals of which it is ever 0.05 % or more, and the surfaces.
func (t *titration) sorbedTable(to io.Writer) error {
	var metals, names []string
	for _, m := range t.Metals {
		if slices.ContainsFunc(t.Points, func(p titrationPoint) bool { return p.Sorbed[m] >= 5e-4 }) {
			metals = append(metals, m)
		}
	}
	for _, s := range t.water.sorption {
		names = append(names, t.water.sys.Surfaces[s.Surface].Name)
	}
	fmt.Fprintf(to, "\nSorbed, %% of all there is; mol of sorbing metal per m3 and potential of each surface\n")
	g := tabwriter.NewWriter(to, 0, 0, 1, ' ', tabwriter.AlignRight)
	short := strings.NewReplacer(" REE+Y", "", " REE", "")
	fmt.Fprintf(g, "pH\t%s\t", short.Replace(strings.Join(metals, "\t")))
	for _, name := range names {
		fmt.Fprintf(g, "%s mol/m3\tmV\t", name)
	}
	fmt.Fprintln(g)
	for _, p := range t.Points {
		fmt.Fprintf(g, "%.2f\t", p.PH)
		for _, m := range metals {
			fmt.Fprintf(g, "%.1f\t", 100*p.Sorbed[m])
		}
		for _, name := range names {
			if s := p.Surfaces[name]; s.Metal > 0 {
				fmt.Fprintf(g, "%.4g\t%.0f\t", s.Metal, 1000*s.Potential)
			} else {
				fmt.Fprint(g, "0\t–\t")
			}
		}
		fmt.Fprintln(g)
	}
	return g.Flush()
}

// sorb adds a point's surfaces to it.
func (p *titrationPoint) sorb(w *water, reagent int, amount float64, r *aqueous.Result) {
	p.Sorbed, p.ByComponent = map[string]float64{}, map[string]float64{}
	for _, g := range metalGroups() {
		if share, ok := w.share(g, reagent, amount, r.Sorbed); ok {
			p.Sorbed[g.name] = share
		}
	}
	for i, c := range w.sys.Components {
		if i <= aqueous.Water {
			continue
		}
		if share, ok := w.share(metalGroup{c.Name, []string{c.Name}}, reagent, amount, r.Sorbed); ok && share != 0 {
			p.ByComponent[c.Name] = share
		}
	}
	p.Surfaces = surfaces(w.sys, w.sorption, r, w.perM3)
}

// contact is the analysed water with its sorbents, at its pH.
func (w *water) contact() (*aqueous.Result, error) {
	acid, err := w.sys.Reagent("H+")
	if err != nil {
		return nil, err
	}
	p := aqueous.Problem{Totals: w.totals, T: w.T, HoldPH: true, PH: w.analysis.PH, Titrant: acid, Sorbents: w.sorption}
	r := w.sys.NewResult()
	if err := w.solver.Solve(&p, r); err != nil {
		return nil, exitError{exitUnsolved, fmt.Errorf("%s with its sorbents: %s", w.name, bare(err))}
	}
	return r, nil
}

// contactTable writes what the sorbents take from the analysed water at its pH.
func (w *water) contactTable(to io.Writer) error {
	r, err := w.contact()
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "\nwith the sorbents, pH held at %.3f by %.4g mol/m3 of H+:\n", r.PH, r.Titrant*w.perM3)
	sorptionHeader(to, w.sys, w.sorption)
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "sorbed\tmol/m3\t% of the total")
	for i, c := range w.sys.Components {
		if i > aqueous.Water && r.Sorbed[i] != 0 {
			fmt.Fprintf(t, "%s\t%.4g\t%.2f\n", c.Name, r.Sorbed[i]*w.perM3, 100*r.Sorbed[i]/w.totals[i])
		}
	}
	fmt.Fprintln(t, "surface\tmetal, mol/m3\tpotential, mV\tcharge, C/m2")
	for _, s := range w.sorption {
		o := r.Surfaces[s.Surface]
		fmt.Fprintf(t, "%s\t%.4g\t%.1f\t%.4f\n", w.sys.Surfaces[s.Surface].Name, o.Metal*w.perM3, 1000*o.Potential, o.Charge)
	}
	return t.Flush()
}

// switchSorption sets the surfaces of a case, as the file or the command line says.
func (c *batchCase) switchSorption(flag *bool) {
	c.sorption = nil
	if c.refused == nil && (flag != nil && *flag || flag == nil && c.sorbs) {
		c.sorption = grow(c.sys, c.solids, slices.Clone(c.sorbents))
	}
}

// sorb adds the surfaces to a point.
func (a *pointAnswer) sorb(sys *aqueous.System, on []aqueous.Sorbent, r *aqueous.Result) {
	a.Sorbed = map[string]float64{}
	for i, c := range sys.Components {
		if i > aqueous.Water && r.Sorbed[i] != 0 {
			a.Sorbed[c.Name] = r.Sorbed[i]
		}
	}
	a.Surfaces = surfaces(sys, on, r, 1)
}
