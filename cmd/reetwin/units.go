package main

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// kindsPlant holds one unit of every kind.
//
//go:embed kinds.toml
var kindsPlant string

func newUnitsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "units [KIND]",
		Short: "List the kinds of unit operation, or show one",
		Long: `List the kinds of unit operation with their ports and handles (the continuous parameters that --set, a control loop or
a sweep may move), or show one kind: an example to copy into a plant file, its equations, handles, signals and constants.

A port in brackets is optional; "any" takes one stream or a list; a port marked "drawn" enters the plant in an amount that
the unit itself decides.`,
		Example: `  reetwin units
  reetwin units leach_train`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			plant, tree, err := samplePlant()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return showKind(c.OutOrStdout(), plant, tree, args[0])
			}
			return listKinds(c.OutOrStdout(), plant)
		},
	}
}

func samplePlant() (*flowsheet.Plant, *conf.Tree, error) {
	tree, err := conf.Parse("kinds.toml", []byte(kindsPlant))
	if err != nil {
		return nil, nil, err
	}
	plant, err := flowsheet.Load(tree, units.Kinds())
	return plant, tree, err
}

// sample finds the first unit of a kind.
func sample(plant *flowsheet.Plant, kind string) (flowsheet.UnitView, error) {
	var kinds []string
	for _, u := range plant.Units() {
		if u.Kind == kind {
			return u, nil
		}
		kinds = append(kinds, u.Kind)
	}
	slices.Sort(kinds)
	return flowsheet.UnitView{}, exitError{exitUsage, fmt.Errorf("no kind %q; %s", kind, conf.Hint(kind, slices.Compact(kinds)))}
}

func listKinds(w io.Writer, plant *flowsheet.Plant) error {
	handles := map[string][]string{} // of all samples of a kind: a feed's differ by its phase
	var list []flowsheet.UnitView
	for _, u := range plant.Units() {
		if _, seen := handles[u.Kind]; !seen {
			list = append(list, u)
			handles[u.Kind] = []string{}
		}
		for _, h := range u.Spec.Handles {
			handles[u.Kind] = append(handles[u.Kind], h.Name)
		}
	}
	slices.SortFunc(list, func(a, b flowsheet.UnitView) int { return strings.Compare(a.Kind, b.Kind) })
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "kind\tin\tout\thandles")
	for _, u := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", u.Kind, portList(u.Spec.In), portList(u.Spec.Out), families(handles[u.Kind]))
	}
	fmt.Fprintln(t, "\nreetwin units KIND shows an example, equations and constants.")
	return t.Flush()
}

func portList(ports []flowsheet.Port) string {
	var all []string
	for _, p := range ports {
		name := p.Name
		switch {
		case name >= "1" && name <= "99": // numbered as the file lists them
			name = "any"
		case p.Drawn:
			name += " (drawn)"
		case p.Optional:
			name = "[" + name + "]"
		}
		all = append(all, name)
	}
	if len(all) == 0 {
		return "–"
	}
	return strings.Join(slices.Compact(all), ", ")
}

// families names each family of handles once: "tenor.Nd" and "tenor.Dy" are "tenor.*".
func families(handles []string) string {
	var all []string
	for _, h := range handles {
		if dot := strings.IndexByte(h, '.'); dot > 0 {
			h = h[:dot] + ".*"
		}
		if !slices.Contains(all, h) {
			all = append(all, h)
		}
	}
	if len(all) == 0 {
		return "–"
	}
	return strings.Join(all, ", ")
}

func showKind(w io.Writer, plant *flowsheet.Plant, tree *conf.Tree, kind string) error {
	u, err := sample(plant, kind)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, for example\n\n", kind)
	for line := range strings.Lines(snippet(u.Tag)) {
		fmt.Fprint(w, "  "+line)
	}
	fmt.Fprintln(w)
	return explain(w, plant.System, tree, u)
}

// snippet is what kinds.toml says of one unit.
func snippet(tag string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(kindsPlant) {
		if strings.HasPrefix(line, "[") {
			head := "[units." + tag
			inside = strings.HasPrefix(line, head+"]") || strings.HasPrefix(line, head+".")
		}
		if inside {
			b.WriteString(line)
		}
	}
	return strings.TrimSpace(b.String()) + "\n"
}
