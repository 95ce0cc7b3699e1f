package main

import (
	"fmt"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// loadPlant reads a plant's file, applies "path=value" settings and builds the plant. Its error carries exit code 2.
func loadPlant(file string, sets []string) (*flowsheet.Plant, *conf.Tree, error) {
	tree, err := conf.Load(file)
	if err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	for _, assignment := range sets {
		if err := flowsheet.Override(tree, assignment); err != nil {
			return nil, nil, exitError{exitUsage, fmt.Errorf("--set %s: %w", assignment, err)}
		}
	}
	plant, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	return plant, tree, nil
}
