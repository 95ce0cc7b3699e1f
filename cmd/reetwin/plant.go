package main

import (
	"path/filepath"

	"github.com/BurntSushi/toml"

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
			return nil, nil, exitError{exitUsage, err} // it names the setting
		}
	}
	plant, err := flowsheet.Load(tree, units.Kinds())
	if err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	return plant, tree, nil
}

// changes says what makes a case another than the one that its published numbers belong to: the settings, and the file
// when it is laid over the one that quotes them.
func changes(file string, sets []string) []string {
	var over struct {
		Base      string
		Published map[string]any
	}
	var all []string
	if _, err := toml.DecodeFile(file, &over); err == nil && over.Base != "" && over.Published == nil {
		all = append(all, filepath.Base(file)+" over "+over.Base)
	}
	return append(all, sets...)
}
