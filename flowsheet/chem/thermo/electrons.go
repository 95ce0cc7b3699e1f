package thermo

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Electrons counts the electrons that change hands per mole of reaction, from oxidation numbers, and words the change. The rules: F −1,
// Li Na K +1, Mg Ca Sr Ba Zn +2, H +1, O −2, Cl −1, then Al, Sc, Y and rare earths +3, N −3 beside S, S +6 and C +4 beside O; one
// element that is left takes the rest. The error names a substance whose oxidation numbers are not clear by them. 0: no change.
func (r *Reaction) Electrons() (n float64, how string, err error) {
	left, right := map[string]float64{}, map[string]float64{}
	count := map[string]float64{}
	for _, t := range r.Terms {
		if t.Net() == 0 {
			continue
		}
		numbers, err := t.Species.oxidation()
		if err != nil {
			return 0, "", err
		}
		used, made := max(-t.Net(), 0), max(t.Net(), 0)
		for element, k := range t.Species.Atoms {
			left[element] += used * k * numbers[element]
			right[element] += made * k * numbers[element]
			count[element] += used * k
		}
	}
	var words []string
	for _, element := range slices.Sorted(maps.Keys(left)) {
		d := right[element] - left[element]
		if math.Abs(d) < 1e-6*count[element] {
			continue
		}
		n += max(d, 0)
		words = append(words, fmt.Sprintf("%s %+.3g to %+.3g", element, left[element]/count[element]+0, right[element]/count[element]+0))
	}
	return n, strings.Join(words, ", "), nil
}

// oxidation gives the oxidation number of each element.
func (s *Species) oxidation() (map[string]float64, error) {
	numbers := map[string]float64{}
	if len(s.Atoms) == 1 {
		for element, n := range s.Atoms {
			numbers[element] = s.Charge / n
		}
		return numbers, nil
	}
	rest := s.Charge
	left := slices.Sorted(maps.Keys(s.Atoms))
	set := func(number float64, elements ...string) {
		left = slices.DeleteFunc(left, func(element string) bool {
			if !slices.Contains(elements, element) {
				return false
			}
			numbers[element] = number
			rest -= number * s.Atoms[element]
			return true
		})
	}
	set(-1, "F")
	set(1, "Li", "Na", "K")
	set(2, "Mg", "Ca", "Sr", "Ba", "Zn")
	set(1, "H")
	set(-2, "O")
	set(-1, "Cl")
	if len(left) > 1 {
		set(3, "Al", "Sc", "Y", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu")
	}
	if len(left) > 1 && slices.Contains(left, "S") {
		set(-3, "N")
	}
	if _, oxygen := s.Atoms["O"]; len(left) > 1 && oxygen {
		set(6, "S")
		set(4, "C")
	}
	if len(left) == 1 {
		set(rest/s.Atoms[left[0]], left[0])
	}
	if len(left) > 0 || math.Abs(rest) > 1e-9 {
		return nil, fmt.Errorf("the oxidation numbers of %s are not clear", s.Name)
	}
	return numbers, nil
}
