package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"reetwin/flowsheet/chem/thermo"
)

// thermoTable writes a result for people.
func thermoTable(to io.Writer, x *thermo.Result) error {
	fmt.Fprintf(to, "%s\nat %.2f K (%.2f °C), per mole of reaction as written; pure phases, gases at 1 bar; ± about 95 %%\n\n", x.Reaction, x.T, x.T-273.15)
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	line := func(name string, q thermo.Quantity, note string) {
		if note != "" {
			note = "\t" + note
		}
		fmt.Fprintf(t, "%s\t%s%s\n", name, plusMinus(q), note)
	}
	line("ΔH", x.H, "")
	line("ΔS", x.S, "")
	equilibrium := "keeps its sign where all data hold"
	if x.Equilibrium != nil {
		equilibrium = fmt.Sprintf("0 at %.1f K (%.1f °C)", *x.Equilibrium, *x.Equilibrium-273.15)
	}
	if x.G.Value == nil {
		equilibrium = ""
	}
	line("ΔG", x.G, equilibrium)
	line("log10 K", x.LogK, "")
	line("ΔCp", x.Cp, "dΔH/dT")
	if x.E != nil {
		note := fmt.Sprintf("-ΔG/(%g F); %s", x.Electrons, x.ElectronsFrom)
		if x.E.Value != nil && *x.E.Value < 0 {
			note = fmt.Sprintf("decomposition voltage %.3f V; %s", -*x.E.Value, note)
		}
		line("E°", *x.E, note)
	} else {
		fmt.Fprintf(t, "E°\tnone\t%s\n", x.ElectronsFrom)
	}
	if x.Pressure != nil {
		line("p of "+x.Gas, *x.Pressure, "at equilibrium")
	}
	if x.Heating != nil {
		line(fmt.Sprintf("heat from %g K", *x.Feed), *x.Heating, "reactants there to products at the temperature above")
		if x.Thermoneutral != nil {
			line("E of that heat", *x.Thermoneutral, "thermoneutral voltage")
		}
	}
	if a := x.Adiabatic; a != nil {
		fmt.Fprintf(t, "adiabatic\t%.1f K (%.1f °C)\t%s\n", a.T, a.T-273.15, adiabaticWords(a))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := substances(to, x); err != nil {
		return err
	}
	for _, w := range slices.Concat(x.Outside, x.Lacking) {
		fmt.Fprintf(to, "warning: %s\n", w)
	}
	return nil
}

func adiabaticWords(a *thermo.AdiabaticResult) string {
	words := fmt.Sprintf("from reactants at %g K", a.Reactants)
	if a.Low != nil && a.High != nil {
		words += fmt.Sprintf("; %.0f to %.0f K by the uncertainty of ΔH", *a.Low, *a.High)
	}
	if len(a.Turning) > 0 {
		words += fmt.Sprintf("; held there by %s, %.0f %% done", strings.Join(a.Turning, ", "), 100*a.Share)
	}
	return words
}

// plusMinus writes a quantity to the digits that its uncertainty leaves.
func plusMinus(q thermo.Quantity) string {
	unit := q.Unit
	if unit == "1" {
		unit = ""
	}
	switch {
	case q.Value == nil:
		return "no data"
	case q.Decades != nil:
		return fmt.Sprintf("%.3g %s (%s)", *q.Value, unit, factor(*q.Decades))
	case q.Uncertainty == nil || *q.Uncertainty <= 0:
		return strings.TrimSpace(fmt.Sprintf("%.6g %s", *q.Value, unit))
	}
	if v := math.Abs(*q.Value); v >= 1e5 || v < 1e-3 && v > 0 || *q.Uncertainty < 1e-6 {
		return strings.TrimSpace(fmt.Sprintf("%.3g ± %.2g %s", *q.Value, *q.Uncertainty, unit))
	}
	digits := max(0, 1-int(math.Floor(math.Log10(*q.Uncertainty))))
	return strings.TrimSpace(fmt.Sprintf("%.*f ± %.*f %s", digits, *q.Value, digits, *q.Uncertainty, unit))
}

// factor words an uncertainty of so many decades.
func factor(decades float64) string {
	if decades < 3 {
		return fmt.Sprintf("×/÷ %.3g", math.Pow(10, decades))
	}
	return fmt.Sprintf("×/÷ 10^%.0f", decades)
}

// substances lists what was used: phase, values, range, classes, and the sources below by number.
func substances(to io.Writer, x *thermo.Result) error {
	fmt.Fprintln(to, "\nData used (± of each substance by itself)")
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tphase\t\tH kJ/mol\tS J/(mol K)\tG kJ/mol\trange K\tweakest class\tnumbers [source]\tother sets")
	var sources []string
	for _, s := range x.Substances {
		chosen := "as written"
		if s.Chosen {
			chosen = "stable"
		}
		others := "–"
		if len(s.Others) > 0 {
			others = strings.Join(s.Others, ", ")
		}
		fmt.Fprintf(t, "%+.6g\t%s\t%s\t%s\t%s\t%s\t%.6g to %.6g\t%s\t%s\t%s\n", s.Right-s.Left, s.Form, chosen, bareValue(s.H), bareValue(s.S), bareValue(s.G),
			s.Lo, s.Hi, s.Class, cited(s.Numbers, &sources), others)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for i, s := range sources {
		fmt.Fprintf(to, "[%d] %s\n", i+1, s)
	}
	for _, s := range x.Substances {
		if s.Note != "" {
			fmt.Fprintf(to, "%s: %s\n", s.Form, s.Note)
		}
	}
	return nil
}

func bareValue(q thermo.Quantity) string {
	q.Unit = ""
	return plusMinus(q)
}

// cited words the numbers of a form by class, with the place of their source in the list.
func cited(numbers []thermo.NumberRow, sources *[]string) string {
	type key struct {
		class  string
		source int
	}
	names := map[key][]string{}
	var order []key
	for _, n := range numbers {
		i := slices.Index(*sources, n.Source)
		if i < 0 {
			i = len(*sources)
			*sources = append(*sources, n.Source)
		}
		k := key{string(n.Class), i + 1}
		if names[k] == nil {
			order = append(order, k)
		}
		if !slices.Contains(names[k], n.Name) {
			names[k] = append(names[k], n.Name)
		}
	}
	slices.SortStableFunc(order, func(a, b key) int { return cmp.Compare(a.source, b.source) })
	var parts []string
	for _, k := range order {
		parts = append(parts, fmt.Sprintf("%s %s [%d]", strings.Join(names[k], ", "), k.class, k.source))
	}
	return strings.Join(parts, "; ")
}
