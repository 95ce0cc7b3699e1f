package pyromet

import (
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
)

// library is the thermochemical data, read once for all units of a system.
func library(sys *chem.System) (*thermo.Library, error) {
	lib, err := sys.Derived("thermo", func() (any, error) { return thermo.Load() })
	if err != nil {
		return nil, err
	}
	return lib.(*thermo.Library), nil
}
