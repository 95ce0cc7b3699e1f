package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/report"
	"reetwin/flowsheet/si"
)

func newExplainCommand() *cobra.Command {
	var sets []string
	c := &cobra.Command{
		Use:   "explain KIND | explain FILE [UNIT]",
		Short: "Show what a unit computes and what its numbers rest on",
		Long: `Show what a unit computes and what its numbers rest on: equations and assumptions, connections, handles with value and
range, signals, and every constant with its class (measured, derived, estimated, assumed) and source.

With a plant file the unit is the one of that plant, and without UNIT the units are listed; with a kind it is an example
of it (see reetwin units).`,
		Example: `  reetwin explain configs/uky.toml
  reetwin explain configs/uky.toml rougher_load
  reetwin explain leach_train`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && !strings.EqualFold(filepath.Ext(args[0]), ".toml") {
				return explainKind(c.OutOrStdout(), args[0], len(sets) > 0)
			}
			plant, tree, err := loadPlant(args[0], sets)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return listUnits(c.OutOrStdout(), args[0], plant)
			}
			u, ok := plant.Unit(args[1])
			if !ok {
				var tags []string
				for _, v := range plant.Units() {
					tags = append(tags, v.Tag)
				}
				return exitError{exitUsage, fmt.Errorf("no unit %q; %s", args[1], conf.Hint(args[1], tags))}
			}
			fmt.Fprintf(c.OutOrStdout(), "%s (%s)\n\n", u.Tag, u.Kind)
			return explain(c.OutOrStdout(), plant.System, tree, u)
		},
	}
	c.Flags().StringArrayVar(&sets, "set", nil, "set a parameter, `path=value` (repeat for more)")
	return c
}

// explainKind shows the example of a kind.
func explainKind(w io.Writer, kind string, sets bool) error {
	if sets {
		return exitError{exitUsage, errors.New("--set needs FILE UNIT")}
	}
	plant, tree, err := samplePlant()
	if err != nil {
		return err
	}
	if err := showKind(w, plant, tree, kind); err != nil {
		return fmt.Errorf("%w\na unit of a plant: reetwin explain FILE %s", err, kind)
	}
	return nil
}

// listUnits names the units of a plant with what they connect.
func listUnits(w io.Writer, file string, plant *flowsheet.Plant) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "unit\tkind\tin\tout")
	named := func(streams []string) string {
		made := slices.DeleteFunc(slices.Clone(streams), func(s string) bool { return s == "" })
		if len(made) == 0 {
			return "–"
		}
		return strings.Join(made, ", ")
	}
	for _, u := range plant.Units() {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", u.Tag, u.Kind, named(u.InNames), named(u.OutNames))
	}
	fmt.Fprintf(t, "\nreetwin explain %s UNIT shows its equations, handles, signals and constants.\n", file)
	return t.Flush()
}

// explain writes what a unit says of itself.
func explain(w io.Writer, system *chem.System, tree *conf.Tree, u flowsheet.UnitView) error {
	var b strings.Builder
	if e, ok := u.Unit.(flowsheet.Explainer); ok {
		for line := range strings.Lines(strings.TrimSpace(e.Explain())) {
			b.WriteString(wrap(strings.TrimRight(line, "\n"), 116) + "\n")
		}
	}
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nport\t\tstream")
	connections(t, "in", u.Spec.In, u.InNames)
	connections(t, "out", u.Spec.Out, u.OutNames)
	t.Flush()
	if len(u.Spec.Handles) > 0 {
		params := tree.Root().Table("units").Table(u.Tag)
		fmt.Fprintln(t, "\nhandle\tvalue\tunit\trange")
		for i, h := range u.Spec.Handles {
			unit, factor := shown(system, params, h)
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", h.Name, figure(factor*u.U[i], unit), unit, limits(h, unit, factor))
		}
		t.Flush()
	}
	if len(u.Spec.Signals) > 0 {
		fmt.Fprintln(t, "\nsignal\tunit")
		for _, s := range u.Spec.Signals {
			fmt.Fprintf(t, "%s\t%s\n", s.Name, s.Unit)
		}
		t.Flush()
	}
	fmt.Fprintf(&b, "\n%d states, %d algebraic unknowns\n", len(u.Spec.States), len(u.Spec.Algebraic))
	listConstants(&b, u.Spec.Constants)
	_, err := io.WriteString(w, b.String())
	return err
}

func connections(w io.Writer, side string, ports []flowsheet.Port, streams []string) {
	for i, p := range ports {
		stream := streams[i]
		switch {
		case stream == "":
			stream = "not connected"
		case p.Drawn:
			stream += " (drawn from outside the plant)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", side, p.Name, stream)
	}
}

// listConstants groups the numbers by class and source.
func listConstants(b *strings.Builder, constants []chem.Constant) {
	type origin struct {
		class  chem.Class
		source string
	}
	var order []origin
	groups := map[origin][]chem.Constant{}
	for _, c := range constants {
		o := origin{c.Class, c.Source}
		if groups[o] == nil {
			order = append(order, o)
		}
		groups[o] = append(groups[o], c)
	}
	for _, o := range order {
		fmt.Fprintf(b, "\n%s: %s\n", o.class, o.source)
		t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
		for _, c := range groups[o] {
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", c.Name, report.Plain(fmt.Sprintf("%.9g", c.Value)), c.Unit, c.Range)
		}
		t.Flush()
	}
}

// shown is the unit that plant people write a handle in, and what to multiply its SI value by first: kg per mole for the
// tenor of a substance, by the unit's own molar masses where it quotes them, else 1.
func shown(system *chem.System, params *conf.Table, h flowsheet.Handle) (unit string, factor float64) {
	switch h.Unit {
	case "m3/s":
		return "L/h", 1
	case "kg/s":
		return "kg/h", 1
	case "mol/s":
		return "mol/h", 1
	case "m3":
		return "L", 1
	case "mol/kg/s":
		return "mol/kg/h", 1
	case "K":
		return "degC", 1
	case "mol/m3":
		name := strings.TrimPrefix(h.Name, "tenor.")
		if params.Has("molar_mass") && params.Table("molar_mass").Has(name) {
			return "g/L", params.Table("molar_mass").Quantity(name, "kg/mol", conf.Positive)
		}
		for _, phase := range []chem.Phase{chem.Aqueous, chem.Organic} {
			if recipe, err := system.Resolve(phase, name); err == nil {
				return "g/L", recipe.M
			}
		}
		return "mol/L", 1
	}
	return h.Unit, 1
}

// figure writes an SI value in a unit.
func figure(value float64, unit string) string {
	if v, err := si.Convert(value, unit); err == nil {
		value = v
	}
	return report.Plain(fmt.Sprintf("%.6g", value))
}

func limits(h flowsheet.Handle, unit string, factor float64) string {
	lo, hi := math.IsInf(h.Lo, -1), math.IsInf(h.Hi, 1)
	switch {
	case lo && hi:
		return "any"
	case hi:
		return "from " + figure(factor*h.Lo, unit)
	case lo:
		return "to " + figure(factor*h.Hi, unit)
	}
	return figure(factor*h.Lo, unit) + " to " + figure(factor*h.Hi, unit)
}

// wrap breaks a line at blanks so that it is no longer than width; what follows stands under its beginning.
func wrap(line string, width int) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	var b strings.Builder
	b.WriteString(indent)
	at := len(indent)
	for i, word := range strings.Fields(line) {
		n := len([]rune(word))
		if i > 0 && at+1+n > width {
			b.WriteString("\n" + indent)
			at = len(indent)
		} else if i > 0 {
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
