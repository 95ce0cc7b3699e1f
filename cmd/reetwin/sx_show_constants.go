package main

import (
	"fmt"
	"math"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/report"
)

// constants are the extraction model's, each with its band; with the standard deviation of the regression where the file has
// its covariance, and then the separation factor of the pair with its own.
func (q *sxShow) constants() *report.Table {
	t := &report.Table{Title: "Constants of the extraction at 25 °C, decades", Words: 1, Head: []string{"", "log10 K", "± band", "± 1 sd", "class"}}
	level, band, covariance := map[string]float64{}, map[string]float64{}, map[string]float64{}
	var order []chem.Constant
	source := map[string]bool{}
	for _, c := range q.view.Constants {
		parts := strings.Split(c.Name, ".")
		n := len(parts)
		switch {
		case n < 3:
		case n >= 4 && parts[n-3] == "covariance":
			covariance[parts[n-2]+" "+parts[n-1]], covariance[parts[n-1]+" "+parts[n-2]] = c.Value, c.Value
		case parts[n-1] == "logK":
			level[parts[n-2]] = c.Value
			order = append(order, c)
			if at := c.File + c.Source; !source[at] {
				source[at] = true
				t.Notes = append(t.Notes, strings.TrimPrefix(c.File+": ", ": ")+c.Source+".")
			}
		case parts[n-1] == "band":
			band[parts[n-2]] = c.Value
		}
	}
	for _, c := range order {
		parts := strings.Split(c.Name, ".")
		element, sd := parts[len(parts)-2], "–"
		if v, ok := covariance[element+" "+element]; ok {
			sd = report.Fixed(math.Sqrt(v), 3)
		}
		t.Add(element, report.Fixed(c.Value, 3), report.Fixed(band[element], 2), sd, string(c.Class))
	}
	if a, b := q.view.Pair.A, q.view.Pair.B; len(covariance) > 0 {
		if both, ok := covariance[a+" "+b]; ok {
			sd := math.Sqrt(max(covariance[a+" "+a]+covariance[b+" "+b]-2*both, 0))
			t.Notes = append([]string{fmt.Sprintf("%s/%s: separation factor of the levels %.3g, 95 %% from %.3g to %.3g by the covariance of the regression.",
				a, b, math.Pow(10, level[a]-level[b]), math.Pow(10, level[a]-level[b]-1.96*sd), math.Pow(10, level[a]-level[b]+1.96*sd))}, t.Notes...)
		}
	}
	return t
}

// own says whether the constants are of a file that the plant names.
func (q *sxShow) own() bool {
	for _, c := range q.view.Constants {
		if c.File != "" {
			return true
		}
	}
	return false
}
