package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// relative is |got − want| ÷ |want|, of the size where nothing is wanted, 1 where that is 0 too and something is got.
func relative(got, want, size float64) float64 {
	if want != 0 {
		size = want
	}
	switch off := math.Abs(got - want); {
	case off == 0:
		return 0
	case size == 0:
		return 1
	default:
		return off / math.Abs(size)
	}
}

func (d *deviations) judge() {
	within := func(v *float64, tolerance float64) bool { return v == nil || *v <= tolerance }
	d.Pass = within(d.Dissolved, toleranceDissolved) && within(d.PH, tolerancePH) && within(d.Solids, toleranceSolids) && within(d.Sorbed, toleranceSolids) &&
		within(d.Titrant, toleranceTitrant)
}

// worse is the larger of each deviation; either may be nil.
func (d *deviations) worse(o *deviations) *deviations {
	if o == nil {
		return d
	}
	if d == nil {
		d = &deviations{Pass: true}
	}
	if o.Dissolved != nil && (d.Dissolved == nil || *o.Dissolved > *d.Dissolved) {
		d.Worst = o.Worst
	}
	for _, pair := range []struct{ to, from **float64 }{
		{&d.Dissolved, &o.Dissolved}, {&d.PH, &o.PH}, {&d.Solids, &o.Solids}, {&d.Sorbed, &o.Sorbed}, {&d.Titrant, &o.Titrant},
		{&d.Strength, &o.Strength}, {&d.WaterAct, &o.WaterAct}, {&d.KgWater, &o.KgWater},
	} {
		if *pair.from != nil && (*pair.to == nil || **pair.from > **pair.to) {
			*pair.to = *pair.from
		}
	}
	d.Pass = d.Pass && o.Pass
	return d
}

func (a *caseAnswer) unsolved() (n int) {
	for _, p := range a.Points {
		if !p.Converged {
			n++
		}
	}
	return n
}

// exit is the error that carries the exit code of a batch, nil when all is well.
func (a *batchAnswer) exit() error {
	points, refused, unsolved, failed := 0, 0, 0, 0
	for i := range a.Cases {
		c := &a.Cases[i]
		points += len(c.Points)
		unsolved += c.unsolved()
		if c.Refused != "" {
			refused++
		}
		if c.Worst != nil && !c.Worst.Pass {
			failed++
		}
	}
	switch {
	case unsolved > 0:
		return exitError{exitUnsolved, fmt.Errorf("%d of %d points do not converge", unsolved, points)}
	case failed > 0:
		return exitError{exitOutside, fmt.Errorf("%d of %d cases deviate by more than the tolerance", failed, len(a.Cases))}
	case refused == len(a.Cases):
		return exitError{exitUsage, errors.New("every case is refused")}
	}
	return nil
}

// table writes the worst deviation of every case, then what was refused or did not converge.
func (a *batchAnswer) table(w io.Writer) error {
	cell := func(v *float64) string {
		if v == nil {
			return "–"
		}
		return fmt.Sprintf("%.1e", *v)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "case\tpoints\tconverged\titerations\tdissolved\t\tpH\tsolids\ttitrant\t")
	for i := range a.Cases {
		c := &a.Cases[i]
		if c.Refused != "" {
			fmt.Fprintf(t, "%s\t–\t–\t–\t–\t\t–\t–\t–\trefused\n", c.ID)
			continue
		}
		most, d, verdict := 0, c.Worst, "pass"
		for _, p := range c.Points {
			most = max(most, p.Iterations)
		}
		switch {
		case c.unsolved() > 0:
			verdict = "not converged"
		case d == nil:
			verdict = "nothing to compare"
		case !d.Pass:
			verdict = "FAIL"
		}
		if d == nil {
			d = &deviations{}
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, len(c.Points), len(c.Points)-c.unsolved(), most,
			cell(d.Dissolved), d.Worst, cell(d.PH), cell(d.Solids), cell(d.Titrant), verdict)
	}
	fmt.Fprintf(t, "tolerance\t\t\t\t%.0e\t\t%.0e\t%.0e\t%.0e\t\n", toleranceDissolved, tolerancePH, toleranceSolids, toleranceTitrant)
	if err := t.Flush(); err != nil {
		return err
	}
	for _, c := range a.Cases {
		if c.Refused != "" {
			fmt.Fprintf(w, "\n%s is refused: %s\n", c.ID, c.Refused)
		}
		if c.Initial != nil && c.Initial.Charge != nil && *c.Initial.Charge != 0 {
			fmt.Fprintf(w, "\n%s: initial pH holds with %.3g eq/kg of charge that does not close\n", c.ID, *c.Initial.Charge)
		}
		for i, p := range c.Points {
			if !p.Converged {
				fmt.Fprintf(w, "\n%s: points[%d] %s: %s\n", c.ID, i, p.Label, p.Error)
			}
		}
	}
	return nil
}
