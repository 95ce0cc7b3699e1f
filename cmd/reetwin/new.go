package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

//go:embed new.toml
var newPlant string

func newNewCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "new FILE",
		Short: "Write a small plant to start from",
		Long: `Write a small plant that solves, with comments, to start from: extraction and stripping with the organic in a loop,
KPIs, and a control loop to switch on. A file that exists is not overwritten.`,
		Example: `  reetwin new plant.toml
  reetwin solve plant.toml`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if err != nil {
				return exitError{exitUsage, fmt.Errorf("new plant: %w", err)}
			}
			_, err = f.WriteString(newPlant)
			if err = errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("new plant: %w", err)
			}
			fmt.Fprintf(c.ErrOrStderr(), "wrote %s; next: reetwin solve %s\n", args[0], args[0])
			return nil
		},
	}
}
