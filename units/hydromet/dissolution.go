package hydromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet/chem"
)

// product is what one mole of a solid gives (or takes, when negative) of a component as it dissolves.
type product struct {
	component int
	count     float64
}

// dissolution balances  solid + a H+ → dissolved totals + w H2O  by the formula matrix: each element but H and O goes to the total it is
// counted under in the liquor, charge gives H+, oxygen gives water. Solids of any oxidation state but the liquor's do not balance.
func dissolution(s *chem.System, solid int) ([]product, error) {
	c := s.Components[solid]
	hydrogen, _ := s.Element("H")
	oxygen, _ := s.Element("O")
	acid, ok := s.Index("H+")
	water := s.Solvent(chem.Aqueous)
	if !ok || water < 0 {
		return nil, fmt.Errorf("the system has no component H+; add the family aqueous to [chemistry]")
	}
	var products []product
	charge, oxygens, hydrogens := 0.0, c.Formula[oxygen], c.Formula[hydrogen]
	for e, atoms := range c.Formula {
		if atoms == 0 || e == hydrogen || e == oxygen {
			continue
		}
		ion := s.ByKey(chem.Aqueous, e)
		if ion < 0 {
			return nil, fmt.Errorf("%s dissolves to no component of the liquor: the system has no %s there; add the family water to [chemistry]", c.Name, s.Elements[e].Symbol)
		}
		i := s.Components[ion]
		n := atoms / i.Formula[e]
		products = append(products, product{ion, n})
		charge += n * i.Charge
		oxygens -= n * i.Formula[oxygen]
		hydrogens -= n * i.Formula[hydrogen]
	}
	if math.Abs(hydrogens+charge-2*oxygens) > 1e-9 {
		return nil, fmt.Errorf("%s does not dissolve by acid and water alone", c.Name)
	}
	return append(products, product{acid, -charge}, product{water, oxygens}), nil
}

// solubleOxide is the oxide of an element that acid reaches: of the family oxide, else of the minor parts of ash; -1 for none.
func solubleOxide(s *chem.System, element int) int {
	if i := s.InFamily("oxide", element); i >= 0 {
		return i
	}
	return s.InFamily("ash", element)
}

// inFamily lists the components of a family in the order of the system.
func inFamily(s *chem.System, family string) (list []int) {
	for i, c := range s.Components {
		if c.Family == family {
			list = append(list, i)
		}
	}
	return list
}
