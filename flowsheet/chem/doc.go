// Package chem is the chemistry of a plant as data: elements, components, phases, and constants with their provenance.
//
// A component is a species in a phase: Nd+3 (aqueous), Nd(D2EHPA)3 (organic), Nd2O3(s), CO2(g). Where species equilibrate
// it is their total: aqueous H+ is total acidity and may be negative, SO4-2 is total sulfate. One vector n of molar flows
// (mol/s) or amounts (mol) over System.Components describes any stream. With the formula matrix F, components × elements,
// and the molar masses m of the elements,
//
//	M = F m          molar masses, from nothing else
//	e = nᵀ F         flow of every element
//	q = nᵀ z         flow of charge
//
// Free acid h of a solution of total acidity A and total sulfate S follows from HSO4- = H+ + SO4-2:
//
//	h² + (Ka2 + S − A) h − Ka2 A = 0
//
// All numbers live in data/*.toml, each with its class (measured, derived, estimated, assumed) and source; adding an
// element, an extractant or a mineral touches no Go. A System is immutable after loading and safe for concurrent use:
//
//	s, err := chem.Load(chem.Selection{
//		Elements:   []string{"S", "Nd", "Fe"},
//		Families:   []string{"aqueous", "organic", "oxide"},
//		Extractant: "D2EHPA",
//	})
package chem
