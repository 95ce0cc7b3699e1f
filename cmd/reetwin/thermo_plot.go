package main

import (
	"errors"
	"fmt"
	"math"
	"os"

	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/report"
)

// points of a curve over temperature.
const points = 400

// draw writes ΔG, with its uncertainty, and ΔH over temperature to the file of --plot.
func (f *thermoFlags) draw(r *thermo.Reaction) error {
	format, err := picture(f.plot)
	if err != nil {
		return err
	}
	lo, hi, err := f.span(r)
	if err != nil {
		return err
	}
	chart, err := gibbsChart(r, lo, hi)
	if err != nil {
		return exitError{exitUsage, fmt.Errorf("--plot: %w", err)}
	}
	file, err := os.Create(f.plot)
	if err != nil {
		return exitError{exitUsage, fmt.Errorf("--plot: %w", err)}
	}
	return errors.Join(chart.Write(file, format), file.Close())
}

// span is the range of the plot: what is asked for, else where all substances have data.
func (f *thermoFlags) span(r *thermo.Reaction) (lo, hi float64, err error) {
	lo, hi = r.Span()
	for _, end := range []struct {
		flag, text string
		to         *float64
	}{{"from", f.from, &lo}, {"to", f.to, &hi}} {
		if end.text != "" {
			if *end.to, err = kelvin(end.flag, end.text); err != nil {
				return 0, 0, err
			}
		}
	}
	if !(hi > lo) {
		return 0, 0, exitError{exitUsage, fmt.Errorf("--plot: from %g to %g K is no range; give --from and --to", lo, hi)}
	}
	return lo, hi, nil
}

// gibbsChart draws ΔG, with its uncertainty and ΔH where the data cover it; what is extrapolated is a curve of its own.
func gibbsChart(r *thermo.Reaction, lo, hi float64) (*report.Chart, error) {
	chart := &report.Chart{Title: r.String(), X: "temperature, K", Y: "kJ per mole of reaction"}
	v := r.NewValues()
	var run []report.Curve // the curves since it was last decided whether the data cover
	var covered bool
	for i := range points + 1 {
		T := lo + (hi-lo)*float64(i)/points
		r.At(T, v)
		if math.IsNaN(v.G) {
			_, entropy := r.Lacking(v)
			return nil, fmt.Errorf("no ΔG at %g K: no heat capacity or entropy of %v", T, entropy)
		}
		if now := len(r.Outside(v)) == 0; now != covered || run == nil {
			chart.Curves = append(chart.Curves, run...)
			if covered = now; covered {
				run = []report.Curve{{Name: "ΔG", Strong: true}, {Name: "ΔG + uncertainty"}, {Name: "ΔG − uncertainty"}, {Name: "ΔH"}}
			} else {
				run = []report.Curve{{Name: "ΔG, extrapolated", Strong: true}}
			}
		}
		for k, value := range []float64{v.G, v.G + v.UG, v.G - v.UG, v.H}[:len(run)] {
			run[k].X, run[k].Y = append(run[k].X, T), append(run[k].Y, value/1000)
		}
	}
	chart.Curves = append(chart.Curves, run...)
	return chart, nil
}
