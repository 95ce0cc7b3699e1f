package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/chem"
)

func newComponentsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "components [FILE]",
		Short: "List the components of a plant, or all there are",
		Long: `List the components of a plant, or of everything in the data: a component is a species in a phase, or the total of the
species that equilibrate there (H+ is total acidity, SO4-2 total sulfate).

Formula and molar mass follow from the name and the atomic weights. "counted as" is the element of an assay or a tenor.
The class says what molar mass and enthalpy rest on at worst: measured, derived, estimated, assumed.`,
		Example: `  reetwin components
  reetwin components configs/uky.toml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				plant, _, err := loadPlant(args[0], nil)
				if err != nil {
					return err
				}
				return listComponents(c.OutOrStdout(), plant.System)
			}
			system, err := wholeSystem()
			if err != nil {
				return err
			}
			return listComponents(c.OutOrStdout(), system)
		},
	}
}

// wholeSystem holds every element and family of the data.
func wholeSystem() (*chem.System, error) {
	all, err := chem.Everything()
	if err != nil {
		return nil, err
	}
	return chem.Load(all)
}

func listComponents(w io.Writer, s *chem.System) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "component\tphase\tfamily\tformula\tcharge\tg/mol\tcm3/mol\tcounted as\tenthalpy\tclass")
	for i := range s.Components {
		c := &s.Components[i]
		key, enthalpy := "–", "no data"
		if c.Key >= 0 {
			key = s.Elements[c.Key].Symbol
		}
		if c.Enthalpy != nil {
			enthalpy = fmt.Sprintf("%g to %g K", c.Enthalpy.Lo, c.Enthalpy.Hi)
		}
		charge := ""
		if c.Charge != 0 {
			charge = fmt.Sprintf("%+g", c.Charge)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.7g\t%.6g\t%s\t%s\t%s\n", c.Name, c.Phase, c.Family,
			formula(s, c), charge, 1000*c.M, 1e6*c.V, key, enthalpy, class(s, c))
	}
	return t.Flush()
}

// formula writes the atoms of a component: the element it is counted as, C, H, the others, O.
func formula(s *chem.System, c *chem.Component) string {
	rank := func(e int) string {
		switch symbol := s.Elements[e].Symbol; {
		case e == c.Key:
			return "0"
		case symbol == "C" || symbol == "H":
			return "1" + symbol
		case symbol == "O":
			return "3"
		default:
			return "2" + symbol
		}
	}
	var elements []int
	for e, n := range c.Formula {
		if n != 0 {
			elements = append(elements, e)
		}
	}
	slices.SortFunc(elements, func(a, b int) int { return strings.Compare(rank(a), rank(b)) })
	var text strings.Builder
	for _, e := range elements {
		text.WriteString(s.Elements[e].Symbol)
		if n := c.Formula[e]; n != 1 {
			fmt.Fprintf(&text, "%g", n)
		}
	}
	return text.String()
}

// class is the worst class of the atomic weights and the enthalpy of a component.
func class(s *chem.System, c *chem.Component) chem.Class {
	order := []chem.Class{chem.Measured, chem.Derived, chem.Estimated, chem.Assumed}
	worst := 0
	for e, n := range c.Formula {
		if n != 0 {
			worst = max(worst, slices.Index(order, s.Elements[e].Weight.Class))
		}
	}
	if c.Enthalpy != nil {
		for _, k := range c.Enthalpy.Constants {
			worst = max(worst, slices.Index(order, k.Class))
		}
	}
	return order[worst]
}
