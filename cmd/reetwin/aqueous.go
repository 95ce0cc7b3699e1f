package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"reetwin/flowsheet/chem/aqueous"
)

func newAqueousCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "aqueous",
		Short: "Equilibria of waters: speciation, titration, batches of cases",
		Long: `Equilibria of waters: pH, complexes, solids and reagent, with the constants of the data here. Redox is decoupled:
Fe is Fe(II), Fe_tri is Fe(III). docs/aqueous.md describes the files.`,
		Example: `  reetwin aqueous titrate --feed W2 --reagent "Ca(OH)2" --to-ph 9 --plot w2.png`,
	}
	c.AddCommand(newSpeciateCommand(), newTitrateCommand(), newAqueousRunCommand())
	return c
}

// constantSets are the systems asked for so far, by database and activity model.
type constantSets map[string]*aqueous.System

//go:embed amdree.toml
var amdree []byte

// The constants that a case may name.
const (
	ownConstants       = "reetwin"    // all that is here
	referenceConstants = "amdree.dat" // those of the PHREEQC file that the schema of a batch comes from
)

// of loads the constants that a case names.
func (s constantSets) of(database, activity string) (*aqueous.System, error) {
	if strings.Contains(strings.ToLower(database), "pitzer") {
		activity = "pitzer"
	}
	key := database + "\n" + activity
	if sys, ok := s[key]; ok {
		return sys, nil
	}
	selection := aqueous.Selection{Activity: activity}
	switch {
	case activity == "pitzer" || database == ownConstants: // Load refuses Pitzer by name
	case database == referenceConstants:
		folder, err := os.MkdirTemp("", "reetwin")
		if err != nil {
			return nil, fmt.Errorf("constants of %s: %w", database, err)
		}
		defer os.RemoveAll(folder)
		file := filepath.Join(folder, "amdree.toml")
		if err := os.WriteFile(file, amdree, 0o600); err != nil {
			return nil, fmt.Errorf("constants of %s: %w", database, err)
		}
		selection.Base, selection.Files = true, []string{file}
	default:
		return nil, fmt.Errorf("the constants of database %q are not here; give %q, or %q for all that reetwin has", database, referenceConstants, ownConstants)
	}
	sys, err := aqueous.Load(selection)
	if err != nil {
		return nil, err
	}
	s[key] = sys
	return sys, nil
}

// changed is the value of a switch where the command line gives it, else nil.
func changed(c *cobra.Command, name string, v *bool) *bool {
	if c.Flags().Changed(name) {
		return v
	}
	return nil
}

// bare is an error of the engine without the name of its package.
func bare(err error) string { return strings.TrimPrefix(err.Error(), "aqueous: ") }
