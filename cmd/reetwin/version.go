package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Print the version, the commit it was built from ("modified" where the files differed from it), and the Go version.
A result can only be repeated to the same numbers with the same version.`,
		Example: "  reetwin version",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			version, commit := "unknown", ""
			if info, ok := debug.ReadBuildInfo(); ok {
				version = info.Main.Version
				for _, s := range info.Settings {
					switch {
					case s.Key == "vcs.revision":
						commit += " commit " + s.Value
					case s.Key == "vcs.modified" && s.Value == "true":
						commit += " modified"
					}
				}
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "reetwin %s%s %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
