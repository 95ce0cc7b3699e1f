package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newCheckCommand() *cobra.Command {
	var sets []string
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a plant file without solving it",
		Long: `Check a plant file without solving it: keys, units, ranges, names, connections, KPIs and control loops.

Every fault is reported at once, each with file, line, key and the nearest valid name; the exit code then is 2.
Otherwise one line says what was found, and which streams the solver will tear.`,
		Example: `  reetwin check configs/uky.toml
  reetwin check configs/uky.toml --set rougher_load.stages=4`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			plant, tree, err := loadPlant(args[0], sets)
			if err != nil {
				return err
			}
			var torn []string
			streams := plant.Streams()
			for _, s := range streams {
				if s.Torn {
					torn = append(torn, s.Name)
				}
			}
			tears := "none"
			if len(torn) > 0 {
				tears = strings.Join(torn, ", ")
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "ok: %d units, %d streams, %d components, %d control loops, tears: %s\n", len(plant.Units()),
				len(streams), len(plant.System.Components), len(tree.Root().Tables("control")), tears)
			return err
		},
	}
	c.Flags().StringArrayVar(&sets, "set", nil, "set a parameter, `path=value` (repeat for more)")
	return c
}
