// Package units is the table of the kinds of unit operation: the name in a plant's file, and what makes one.
//
//	plant, err := flowsheet.Load(tree, units.Kinds())
package units
