package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/chem/aqueous"
	"reetwin/flowsheet/report"
)

func newTitrateCommand() *cobra.Command {
	var feed, reagent, plot, format string
	var to float64
	var sorption bool
	var points int
	c := &cobra.Command{
		Use:   "titrate [FILE] --reagent NAME --to-ph PH",
		Short: "Titrate a water: reagent, dissolved metals and solids against pH",
		Long: `Titrate a water to a pH: the reagent it takes, what stays dissolved, and the solids. FILE is a water file
(docs/aqueous.md); --feed takes one that is built in: ` + feedsHere + `.

The first point is the water at equilibrium with the solids its file allows, before any reagent. Every point is an
equilibrium of its own: no kinetics, no oxidation. --sorption lets hydrous Fe and Al solids sorb as they precipitate
(surface complexation, docs/sorption.md) and shows what is sorbed; without it nothing sorbs. Dissolved % is of all there is, reagent included; rare
earths are grouped by mass: light La to Nd, middle Sm to Dy, heavy Ho to Lu and Y; Sc is apart. Solids are dry.
Exit code 4 when a pH is not reached.`,
		Example: `  reetwin aqueous titrate --feed W2 --reagent "Ca(OH)2" --to-ph 9 --points 40 --plot w2.png
  reetwin aqueous titrate --feed W2 --reagent NaOH --to-ph 8 --sorption`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			extension := strings.TrimPrefix(strings.ToLower(filepath.Ext(plot)), ".")
			switch {
			case format != "table" && format != "json":
				return exitError{exitUsage, fmt.Errorf("-o %s: needs table or json", format)}
			case plot != "" && extension != "svg" && extension != "png":
				return exitError{exitUsage, fmt.Errorf("--plot %s: needs a name that ends in .svg or .png", plot)}
			case reagent == "" || !c.Flags().Changed("to-ph"):
				return exitError{exitUsage, errors.New("needs --reagent NAME and --to-ph PH; see reetwin aqueous titrate --help")}
			case points < 2 || points > 10000:
				return exitError{exitUsage, fmt.Errorf("--points %d: needs 2 to 10000", points)}
			case !(to >= lowestPH && to <= highestPH):
				return exitError{exitUsage, fmt.Errorf("--to-ph %g: needs %g to %g", to, lowestPH, highestPH)}
			}
			w, err := loadWater(args, feed)
			if err != nil {
				return err
			}
			if err := w.switchSorption(changed(c, "sorption", &sorption), true); err != nil {
				return err
			}
			curve, err := w.titrate(reagent, to, points)
			if curve == nil {
				return err
			}
			return errors.Join(err, curve.write(c.OutOrStdout(), format, plot, extension))
		},
	}
	f := c.Flags()
	f.StringVar(&feed, "feed", "", "a built-in water, such as W1")
	f.StringVar(&reagent, "reagent", "", "what is added, such as \"Ca(OH)2\", NaOH, \"Mg(OH)2\", Na2CO3, H2SO4")
	f.Float64Var(&to, "to-ph", 0, "the pH to reach")
	f.IntVar(&points, "points", 40, "points of the curve")
	f.BoolVar(&sorption, "sorption", false, "Fe and Al solids sorb as they precipitate (default: what the file says)")
	f.StringVar(&plot, "plot", "", "write dissolved fraction against pH to this .svg or .png")
	f.StringVarP(&format, "output", "o", "table", "table or json")
	nameFeedsInHelp(c)
	return c
}

// write writes the curve in a format, and as a plot where a file is named.
func (t *titration) write(to io.Writer, format, plot, extension string) error {
	write := t.table
	if format == "json" {
		write = func(to io.Writer) error { return writeIndented(to, t) }
	}
	err := write(to)
	if plot != "" && len(t.Points) > 1 {
		err = errors.Join(err, t.plot(plot, extension))
	}
	return err
}

// titration is a curve; its amounts are per m3 of the water before reagent.
type titration struct {
	Schema  string           `json:"schema"`
	Water   string           `json:"water"`
	Source  string           `json:"source,omitempty"`
	Assumed []string         `json:"assumed,omitempty"`
	PerM3   float64          `json:"water_kg_per_m3"`
	Reagent string           `json:"reagent"`
	Sorbing []string         `json:"sorption,omitempty"` // surfaces that are on
	Metals  []string         `json:"metals"`
	Points  []titrationPoint `json:"points"`
	water   *water
}

type titrationPoint struct {
	PH          float64                  `json:"pH"`
	Mol         float64                  `json:"dose_mol_per_m3"`
	Grams       float64                  `json:"dose_g_per_m3"`
	Dissolved   map[string]float64       `json:"dissolved_fraction"`
	Sorbed      map[string]float64       `json:"sorbed_fraction,omitempty"`
	ByComponent map[string]float64       `json:"sorbed_fraction_by_component,omitempty"`
	Surfaces    map[string]surfaceAnswer `json:"surfaces,omitempty"`
	Solids      float64                  `json:"solids_g_per_m3"`
	BySolid     map[string]float64       `json:"solids_g_per_m3_by_name"`
	Strength    float64                  `json:"ionic_strength"`
	Iterations  int                      `json:"iterations"`
	Residual    float64                  `json:"residual"`
	Flags       string                   `json:"flags,omitempty"`
}

// metalGroup is one column: components counted together by mass.
type metalGroup struct {
	name       string
	components []string
}

func metalGroups() []metalGroup {
	return []metalGroup{
		{"Fe(III)", []string{"Fe_tri"}}, {"Al", []string{"Al"}}, {"Sc", []string{"Sc"}}, {"heavy REE+Y", strings.Fields("Ho Er Tm Yb Lu Y")},
		{"middle REE", strings.Fields("Sm Eu Gd Tb Dy")}, {"light REE", strings.Fields("La Ce Pr Nd")}, {"Th", []string{"Th"}},
		{"U", []string{"U"}}, {"Cu", []string{"Cu"}}, {"Zn", []string{"Zn"}}, {"Ni", []string{"Ni"}}, {"Co", []string{"Co"}},
		{"Fe(II)", []string{"Fe"}}, {"Mn", []string{"Mn"}}, {"Mg", []string{"Mg"}}, {"Ca", []string{"Ca"}},
	}
}

// titrate computes the curve. Where a point is not reached, it returns those before it and the error of exit code 4.
func (w *water) titrate(name string, to float64, points int) (*titration, error) {
	k, err := w.sys.Reagent(name)
	if err != nil {
		return nil, exitError{exitUsage, fmt.Errorf("--reagent: %s", bare(err))}
	}
	t := &titration{Schema: "reetwin.aqueous.titration/1", Water: w.description, Source: w.source, Assumed: w.assumed, PerM3: w.perM3, Reagent: name, water: w}
	for _, s := range w.sorption {
		t.Sorbing = append(t.Sorbing, w.sys.Surfaces[s.Surface].Name)
	}
	r := w.sys.NewResult()
	p := w.problem()
	if err := w.solver.Solve(&p, r); err != nil {
		return nil, exitError{exitUnsolved, fmt.Errorf("%s before any %s: %s", w.name, name, bare(err))}
	}
	from := r.PH
	for _, g := range metalGroups() {
		if _, ok := w.share(g, k, 0, r.Dissolved); ok {
			t.Metals = append(t.Metals, g.name)
		}
	}
	t.add(k, 0, r)
	for i := 1; i < points; i++ {
		pH := from + (to-from)*float64(i)/float64(points-1)
		amount, err := w.reach(k, pH, r)
		if err != nil {
			return t, err
		}
		t.add(k, amount, r)
	}
	return t, nil
}

func (w *water) problem() aqueous.Problem {
	return aqueous.Problem{Totals: append([]float64(nil), w.totals...), Solids: w.solids, TargetSI: w.targets, T: w.T, Sorbents: w.sorption}
}

// reach finds the dose (mol/kg) of reagent k that holds a pH.
func (w *water) reach(k int, pH float64, r *aqueous.Result) (float64, error) {
	name := w.sys.Reagents[k].Name
	p := w.problem()
	p.HoldPH, p.Titrant, p.PH = true, k, pH
	if err := w.solver.Solve(&p, r); err != nil {
		if u, ok := errors.AsType[*aqueous.Unsolved](err); !ok {
			return 0, exitError{exitUsage, fmt.Errorf("--reagent: %s", bare(err))}
		} else if u.Limit != nil {
			return 0, exitError{exitUnsolved, fmt.Errorf("%s: %s", w.name, bare(err))}
		}
		return 0, exitError{exitUnsolved, fmt.Errorf("%s: pH %.3f by %s is not reached: %s", w.name, pH, name, bare(err))}
	}
	if r.Titrant < 0 {
		return 0, exitError{exitUsage, fmt.Errorf("%s: %s moves the pH away from %.3f", w.name, name, pH)}
	}
	if g := w.gasOf(k); g >= 0 && r.SI[g] > 0 {
		p := w.problem()
		p.Solids = append(append([]int(nil), p.Solids...), g)
		if p.TargetSI != nil {
			p.TargetSI = append(append([]float64(nil), p.TargetSI...), 0)
		}
		for _, t := range w.sys.Solids[g].Terms {
			p.Totals[t.Component] += 1e-9 * t.Coefficient // an element that is not in the water yet
		}
		if err := w.solver.Solve(&p, r); err != nil {
			return 0, exitError{exitUnsolved, fmt.Errorf("%s under 1 atm of %s: %s", w.name, name, bare(err))}
		}
		return 0, exitError{exitUnsolved, fmt.Errorf("%s: pH %.3f is not reached with %s in an open vessel: at 1 atm, where it leaves, the pH is %.2f",
			w.name, pH, name, r.PH)}
	}
	return r.Titrant, nil
}

// gasOf is the gas that reagent k is, −1 when it is none. One that is held counts as none: what is added leaves at once.
func (w *water) gasOf(k int) int {
	dry := func(terms []aqueous.Term) (list []aqueous.Term) {
		for _, t := range terms {
			if t.Component != aqueous.Water {
				list = append(list, t)
			}
		}
		slices.SortFunc(list, func(a, b aqueous.Term) int { return a.Component - b.Component })
		return list
	}
	for i, s := range w.sys.Solids {
		if s.Gas && !slices.Contains(w.solids, i) && slices.Equal(dry(s.Terms), dry(w.sys.Reagents[k].Terms)) {
			return i
		}
	}
	return -1
}

// share is the part of a group, by mass, that is in amounts (mol per component); false when there is none of the group.
func (w *water) share(g metalGroup, reagent int, amount float64, amounts []float64) (share float64, ok bool) {
	in, all := 0.0, 0.0
	for i, c := range w.sys.Components {
		for _, name := range g.components {
			if c.Name != name {
				continue
			}
			total := w.totals[i]
			for _, t := range w.sys.Reagents[reagent].Terms {
				if t.Component == i {
					total += t.Coefficient * amount
				}
			}
			in += amounts[i] * w.element[i]
			all += total * w.element[i]
		}
	}
	return in / all, all > 0
}

func (t *titration) add(reagent int, amount float64, r *aqueous.Result) {
	w := t.water
	p := titrationPoint{PH: r.PH, Mol: amount * w.perM3, Strength: r.IonicStrength, Iterations: r.Iterations, Residual: r.Residual,
		Flags: r.Flags.String(), Dissolved: map[string]float64{}, BySolid: map[string]float64{}}
	p.Grams = 1000 * p.Mol * w.weight(w.sys.Reagents[reagent].Terms)
	for _, g := range metalGroups() {
		if share, ok := w.share(g, reagent, amount, r.Dissolved); ok {
			p.Dissolved[g.name] = share
		}
	}
	if len(w.sorption) > 0 {
		p.sorb(w, reagent, amount, r)
	}
	for k, s := range w.sys.Solids {
		if r.Solids[k] == 0 || s.Gas {
			continue
		}
		grams := 1000 * r.Solids[k] * w.perM3 * w.weight(s.Terms)
		p.BySolid[s.Name] = grams
		p.Solids += grams
	}
	t.Points = append(t.Points, p)
}

// table writes one line per point, then the solids at the last one.
func (t *titration) table(to io.Writer) error {
	t.water.header(to)
	sorptionHeader(to, t.water.sys, t.water.sorption)
	fmt.Fprintf(to, "\nTitration with %s: dissolved, %% of all there is\n", t.Reagent)
	g := tabwriter.NewWriter(to, 0, 0, 1, ' ', tabwriter.AlignRight)
	short := strings.NewReplacer(" REE+Y", "", " REE", "")
	fmt.Fprintf(g, "pH\tmol/m3\tg/m3\t%s\tsolids g/m3\t\n", short.Replace(strings.Join(t.Metals, "\t")))
	flagged := ""
	for _, p := range t.Points {
		fmt.Fprintf(g, "%.2f\t%.4g\t%.4g\t", p.PH, p.Mol, p.Grams)
		for _, m := range t.Metals {
			fmt.Fprintf(g, "%.1f\t", 100*p.Dissolved[m])
		}
		fmt.Fprintf(g, "%.4g\t\n", p.Solids)
		if p.Flags != "" && flagged == "" {
			flagged = fmt.Sprintf("warning from pH %.2f: %s", p.PH, p.Flags)
		}
	}
	if err := g.Flush(); err != nil {
		return err
	}
	if len(t.Sorbing) > 0 {
		if err := t.sorbedTable(to); err != nil {
			return err
		}
	}
	last := t.Points[len(t.Points)-1]
	fmt.Fprintf(to, "heavy, middle, light: rare earths. Solids at pH %.2f, g/m3:", last.PH)
	for k, s := range t.water.sys.Solids {
		if grams := last.BySolid[s.Name]; grams > 0 {
			fmt.Fprintf(to, " %s %.3g (%s);", s.Name, grams, t.water.sys.Solids[k].Constant.Class)
		}
	}
	fmt.Fprintln(to)
	if flagged != "" {
		fmt.Fprintln(to, flagged)
	}
	return nil
}

// plot writes dissolved fraction against pH to a file.
func (t *titration) plot(file, format string) error {
	chart := report.Chart{Title: t.Water + ": " + t.Reagent, X: "pH", Y: "dissolved, % of total", Range: [2]float64{0, 102}}
	if len(t.Sorbing) > 0 {
		chart.Title, chart.Y = chart.Title+", with sorption on "+strings.Join(t.Sorbing, ", "), "% of total, dissolved where not said"
	}
	var stay []string
	for _, m := range t.Metals {
		curve := report.Curve{Name: m, Strong: strings.Contains(m, "REE")}
		least := 1.0
		for _, p := range t.Points {
			curve.X, curve.Y = append(curve.X, p.PH), append(curve.Y, 100*p.Dissolved[m])
			least = min(least, p.Dissolved[m])
		}
		if least > 0.995 {
			stay = append(stay, m)
			continue
		}
		chart.Curves = append(chart.Curves, curve)
		if curve.Strong && len(t.Sorbing) > 0 {
			sorbed := report.Curve{Name: m + " sorbed", X: curve.X}
			for _, p := range t.Points {
				sorbed.Y = append(sorbed.Y, 100*p.Sorbed[m])
			}
			chart.Curves = append(chart.Curves, sorbed)
		}
	}
	if len(stay) > 0 {
		chart.X = fmt.Sprintf("pH     (not drawn, above 99.5 %% dissolved throughout: %s)", strings.Join(stay, ", "))
	}
	if len(chart.Curves) == 0 {
		return exitError{exitUsage, errors.New("--plot: nothing precipitates, there is no curve to draw")}
	}
	f, err := os.Create(file)
	if err != nil {
		return exitError{exitUsage, fmt.Errorf("--plot: %w", err)}
	}
	return errors.Join(chart.Write(f, format), f.Close())
}
