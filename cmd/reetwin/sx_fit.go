package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/report"
	"reetwin/units/sx"
)

// sxFit is what sx fit is asked.
type sxFit struct {
	fit        sx.IsothermFit
	free       []string
	hold       bool
	seed       uint64
	name, out  string
	extractant string
	over       string
	plot       string
}

func newSXFitCommand() *cobra.Command {
	var f sxFit
	c := &cobra.Command{
		Use:   "fit FILE.csv",
		Short: "Constants of an extractant from measured equilibria",
		Long: `Fit log10 D = log10 K + n log10 u − z log10 h − fall·loading to measured equilibria, u the free dimer (C − m y)/2, h the
acid after contact, loading = m y / C.
Columns of the CSV: point, source, H0_molL, HA_formal_molL, element, feed_molL, aq_eq_molL; if there OA (else 1), D (else from
the balance), flag (a row with one is left out). Elements of one point were in one vessel. n, m and fall are of trivalent metals;
Zn, Ca, U, Th and others of another charge z have the exponent z and bind 2 z monomers. More rows than constants are needed.
Prints every constant with its standard deviation, the rms in decades, and with --hold-out how well two thirds of each source
predict the last third, and all sources but one that one. --out writes the constants with their bands and covariance; an sx_circuit
takes them with constants = "FILE" and model = the name (docs/sx.md). --plot draws the residuals (svg, png).`,
		Example: `  reetwin sx fit configs/validation/source/pc88a_hcl.csv --free n --huber 0.2 --hold-out --seed 7 --out mine.toml --plot residuals.svg`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c.OutOrStdout(), args[0]) },
	}
	c.Flags().Float64Var(&f.fit.N, "n", 3, "exponent of the free dimer, of trivalent cations")
	c.Flags().Float64Var(&f.fit.M, "m", 0, "monomers that one cation binds; 0 is 2 n")
	c.Flags().StringSliceVar(&f.free, "free", nil, "n, m, fall: fitted besides the levels")
	c.Flags().Float64Var(&f.fit.Huber, "huber", 0, "decades beyond which a point counts less; 0 is plain least squares")
	c.Flags().Float64Var(&f.fit.Pairs, "pairs", 0, "how many times surer the ratio of two elements in one vessel is than a level, about 10; 0 is alike")
	c.Flags().BoolVar(&f.hold, "hold-out", false, "fit two thirds, predict the last")
	c.Flags().Uint64Var(&f.seed, "seed", 1, "of the split")
	c.Flags().StringVar(&f.name, "name", "fitted", "of the model in the file")
	c.Flags().StringVar(&f.extractant, "extractant", "PC88A", "of the model in the file")
	c.Flags().StringVar(&f.over, "over", "", "model of the data whose constants hold for what the file lacks, soap and impurities, such as PC88A-HCl")
	c.Flags().StringVar(&f.out, "out", "", "file to write the constants to")
	c.Flags().StringVar(&f.plot, "plot", "", "file to draw the residuals in, .svg or .png")
	return c
}

func (f *sxFit) run(out io.Writer, file string) error {
	for _, p := range f.free {
		switch p {
		case "n":
			f.fit.FreeN = true
		case "m":
			f.fit.FreeM = true
			if f.fit.M == 0 {
				f.fit.M = 6
			}
		case "fall":
			f.fit.FreeFall = true
		default:
			return exitError{exitUsage, fmt.Errorf("--free %s: needs n, m or fall", p)}
		}
	}
	if !(f.fit.N >= 1 && f.fit.N <= 4) || !(f.fit.M == 0 || f.fit.M >= 2 && f.fit.M <= 6) || !(f.fit.Huber >= 0) || !(f.fit.Pairs >= 0 && f.fit.Pairs <= 1000) {
		return exitError{exitUsage, fmt.Errorf("--n %g is from 1 to 4, --m %g from 2 to 6, or 0, --huber %g not negative, --pairs %g from 0 to 1000", f.fit.N, f.fit.M, f.fit.Huber, f.fit.Pairs)}
	}
	r, err := os.Open(file)
	if err != nil {
		return exitError{exitUsage, err}
	}
	defer r.Close()
	iso, err := sx.ReadIsotherm(r)
	if err != nil {
		return exitError{exitUsage, errors.New(file + ": " + strings.ReplaceAll(err.Error(), "\n", "\n"+file+": "))}
	}
	q, err := f.fit.Solve(iso)
	if err != nil {
		return exitError{exitUnsolved, fmt.Errorf("%s: %w", file, err)}
	}
	f.table(out, iso, q)
	if f.hold {
		kept, held := iso.Hold(1./3, f.seed)
		part, err := f.fit.Solve(kept)
		if err != nil {
			return exitError{exitUnsolved, fmt.Errorf("two thirds of %s: %w", file, err)}
		}
		rms, rows := part.Predict(held)
		fmt.Fprintf(out, "\nTwo thirds of each source (seed %d): rms %.3f decades on %d rows; the last third, predicted: %.3f on %d\n",
			f.seed, part.RMS, len(part.Used()), rms, rows)
		f.apart(out, iso)
	}
	if f.plot != "" {
		if err := f.draw(q); err != nil {
			return exitError{exitUsage, err}
		}
	}
	if f.out != "" {
		if err := os.WriteFile(f.out, []byte(f.data(file, q)), 0o644); err != nil {
			return exitError{exitUsage, err}
		}
		fmt.Fprintf(out, "\n%s: model %s\n", f.out, f.name)
	}
	return nil
}

// apart predicts every source from all others.
func (f *sxFit) apart(out io.Writer, iso *sx.Isotherm) {
	sources := iso.Sources()
	if len(sources) < 2 {
		return
	}
	fmt.Fprintf(out, "A whole source left out, predicted from the others:")
	for _, s := range sources {
		kept, held := iso.Without(s)
		if q, err := f.fit.Solve(kept); err != nil {
			fmt.Fprintf(out, "  %s: %v", s, err)
		} else if rms, rows := q.Predict(held); rows > 0 {
			fmt.Fprintf(out, "  %s %.3f (%d)", s, rms, rows)
		} else {
			fmt.Fprintf(out, "  %s: none of its elements is in the others", s)
		}
	}
	fmt.Fprintln(out)
}

func (f *sxFit) table(out io.Writer, iso *sx.Isotherm, q *sx.IsothermResult) {
	fmt.Fprintf(out, "%d rows, rms %.3f decades of D; left out: %d\n\n%-8s %9s %9s %19s\n", len(q.Used()), q.RMS, len(iso.Excluded)+len(q.Unusable), "", "value", "± 1 sd", "95 % from … to")
	for i, name := range q.Names {
		note := ""
		if q.AtBound[i] {
			note = "  at its bound: the data would go further"
		}
		fmt.Fprintf(out, "%-8s %9.3f %9.3f %9.3f … %7.3f%s\n", name, q.Values[i], q.Deviation[i], q.Values[i]-1.96*q.Deviation[i], q.Values[i]+1.96*q.Deviation[i], note)
	}
	worst, of := 0.0, map[string][2]float64{}
	for i, r := range q.Used() {
		e := q.Residuals[i]
		t := of[r.Source]
		of[r.Source] = [2]float64{t[0] + e*e, t[1] + 1}
		if math.Abs(e) > math.Abs(worst) {
			worst = e
		}
	}
	var sources []string
	for s := range of {
		sources = append(sources, s)
	}
	slices.Sort(sources)
	fmt.Fprintf(out, "\nrms by source:")
	for _, s := range sources {
		fmt.Fprintf(out, "  %s %.3f (%g)", s, math.Sqrt(of[s][0]/of[s][1]), of[s][1])
	}
	fmt.Fprintf(out, "\nworst row: %+.2f decades\n", worst)
	for _, list := range [][]string{iso.Excluded, q.Unusable} {
		for _, s := range list[:min(len(list), 5)] {
			fmt.Fprintf(out, "left out: %s\n", s)
		}
		if len(list) > 5 {
			fmt.Fprintf(out, "left out: and %d more\n", len(list)-5)
		}
	}
}

// draw plots calculated less measured over the measured ratio.
func (f *sxFit) draw(q *sx.IsothermResult) error {
	chart := report.Chart{Title: fmt.Sprintf("%s: residuals of log D, rms %.3f decades", f.name, q.RMS), X: "log10 D, measured", Y: "log10 D calculated − measured, decades"}
	at := map[string]int{}
	for i, r := range q.Used() {
		k, ok := at[r.Element]
		if !ok {
			k = len(chart.Curves)
			at[r.Element] = k
			chart.Curves = append(chart.Curves, report.Curve{Name: r.Element, Dots: true})
		}
		c := &chart.Curves[k]
		c.X, c.Y = append(c.X, math.Log10(r.D)), append(c.Y, q.Residuals[i])
	}
	w, err := os.Create(f.plot)
	if err != nil {
		return err
	}
	if err := chart.Write(w, strings.TrimPrefix(filepath.Ext(f.plot), ".")); err != nil {
		w.Close()
		return fmt.Errorf("%s: %w", f.plot, err)
	}
	return w.Close()
}

// sources are those that the regression rests on.
func sources(q *sx.IsothermResult) (all []string) {
	for _, r := range q.Used() {
		if !slices.Contains(all, r.Source) {
			all = append(all, r.Source)
		}
	}
	return all
}

// data writes the constants with their provenance.
func (f *sxFit) data(file string, q *sx.IsothermResult) string {
	var b strings.Builder
	acid, most, strong, thin := math.Inf(1), 0.0, 0.0, math.Inf(1)
	for _, r := range q.Used() {
		acid, most = min(acid, r.Acid), max(most, r.Acid)
		thin, strong = min(thin, r.Extractant), max(strong, r.Extractant)
	}
	n, m, fall := f.fit.N, f.fit.M, ""
	for i, name := range q.Names {
		switch name {
		case "n":
			n = q.Values[i]
		case "m":
			m = q.Values[i]
		case "fall":
			fall = fmt.Sprintf("fall = %.6g\n", q.Values[i])
		}
	}
	fmt.Fprintf(&b, "# reetwin sx fit: mass action on %d measured ratios, rms %.3f decades; form of flowsheet/chem/data/exchange.toml.\n", len(q.Used()), q.RMS)
	fmt.Fprintf(&b, "[%s]\nextractant = %q\nclass = \"estimated\"\nsource = \"regression on %s: %d rows of %s, rms %.3f decades\"\n", f.name, f.extractant, filepath.Base(file), len(q.Used()), strings.Join(sources(q), ", "), q.RMS)
	if f.over != "" {
		fall += fmt.Sprintf("over = %q\n", f.over)
	}
	if m != 0 && math.Abs(m-2*n) > 1e-9 {
		fall = fmt.Sprintf("m = %.6g\n", m) + fall
	}
	fmt.Fprintf(&b, "range = \"initial acid and extractant as below\"\nn = %.6g\n%sacid_lo = \"%.4g mol/L\"\nacid_hi = \"%.4g mol/L\"\nextractant_lo = \"%.4g mol/L\"\nextractant_hi = \"%.4g mol/L\"\n",
		n, fall, max(acid, 1e-7), most, thin, strong)
	fmt.Fprintf(&b, "\n# band: half of the 95 %% range of the regression and the scatter of the data together, decades\n[%s.terms]\n", f.name)
	for i, name := range q.Names {
		if element, ok := strings.CutPrefix(name, "logK."); ok {
			fmt.Fprintf(&b, "%s = { logK = %.4f, band = %.3f }\n", element, q.Values[i], math.Hypot(1.96*q.Deviation[i], q.RMS))
			continue
		}
		fmt.Fprintf(&b, "# %s = %.4f ± %.4f\n", name, q.Values[i], q.Deviation[i])
	}
	fmt.Fprintf(&b, "\n# of the regression alone, decades squared where the constant is a logarithm; rows and columns in the same order\n[%s.covariance]\n", f.name)
	for i, name := range q.Names {
		row := make([]string, len(q.Names))
		for k, v := range q.Covariance[i] {
			row[k] = fmt.Sprintf("%.6g", (v+q.Covariance[k][i])/2)
		}
		fmt.Fprintf(&b, "%s = [%s]\n", strings.TrimPrefix(name, "logK."), strings.Join(row, ", "))
	}
	return b.String()
}
