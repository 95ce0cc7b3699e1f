package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"reetwin/flowsheet/conf"
)

// filled refuses flags that were given without anything in them, as by a script's variable that is not set: they would do nothing in silence.
func filled(c *cobra.Command) error {
	var faults []error
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" {
			faults = append(faults, fmt.Errorf("--%s is empty", f.Name))
		}
	})
	if len(faults) > 0 {
		return exitError{exitUsage, errors.Join(faults...)}
	}
	return nil
}

// unknownFlag says what an argument that begins with a minus, and is no flag of the command, may have been meant to be: the flag with two
// minuses, another name, or no flag at all, as the coefficient of a reaction.
func unknownFlag(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name, short := unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()
	if short == "" {
		if near := conf.Nearest(name, names); near != "" {
			return fmt.Errorf("unknown flag --%s; did you mean --%s?", name, near)
		}
		return fmt.Errorf("unknown flag --%s", name)
	}
	word, _, _ := strings.Cut(short, "=")
	switch {
	case strings.ContainsAny(short, " \t+") || strings.ContainsAny(short[:1], "0123456789."):
		return fmt.Errorf("%q begins with a minus and was read as a flag; what is none stands behind --, as in %s -- %q", "-"+short, c.CommandPath(), "-"+short)
	case c.Flags().Lookup(word) != nil:
		return fmt.Errorf("unknown flag -%s; did you mean --%s?", short, word)
	}
	if len(short) == 1 {
		return fmt.Errorf("unknown flag -%s", short)
	}
	return fmt.Errorf("unknown flag -%s in -%s; an argument that is no flag, but begins with a minus, stands behind --", short[:1], short)
}
