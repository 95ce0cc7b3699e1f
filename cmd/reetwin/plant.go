package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	"reetwin/units"
)

// loadPlant reads a plant's file, applies "path=value" settings and builds the plant. Its error carries exit code 2.
func loadPlant(file string, sets []string) (*flowsheet.Plant, *conf.Tree, error) {
	if file == "" {
		return nil, nil, exitError{exitUsage, errors.New("needs the file of a plant, such as plant.toml; reetwin new makes one")}
	}
	tree, err := conf.Load(file)
	if err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	var faults []error // all at once: of each setting, which the error names, and of the plant with the others
	for _, assignment := range sets {
		err := flowsheet.Override(tree, assignment)
		if _, parts := errors.AsType[conf.Faults](err); parts { // of the file, not of the setting
			break
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	if root := tree.Root(); root.Has("plant") && root.Has("tag") && !root.Has("units") {
		return nil, nil, exitError{exitUsage, fmt.Errorf("%s holds the tags of a live plant; its plant is the file that the key plant names, %s", file, root.Text("plant"))}
	}
	plant, err := flowsheet.Load(tree, units.Kinds())
	if err = errors.Join(append(faults, err)...); err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	return plant, tree, nil
}

// changes says what makes a case another than the one that its published numbers belong to: the settings, and the file
// when it is laid over the one that quotes them.
func changes(file string, tree *conf.Tree, sets []string) []string {
	var all []string
	for _, part := range tree.Parts() {
		if source := tree.Root().Table("published").Table(part).File("source"); source != "" {
			all = append(all, filepath.Base(source)+" in "+filepath.Base(file))
		}
	}
	quoted := tree.Root().Table("published").File("source")
	if quoted != "" && quoted != file {
		all = append(all, filepath.Base(file)+" over "+filepath.Base(quoted))
	}
	return append(all, sets...)
}
