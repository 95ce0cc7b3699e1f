package aqueous

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// equation is a parsed reaction: the coefficient of each name, left side negative, right side positive.
type equation map[string]float64

// parseEquation reads "Ca+2 + H2O = CaOH+ + H+". Terms stand between blanks; a coefficient stands before its name.
func parseEquation(text string) (equation, error) {
	eq, side, sign, coefficient := equation{}, -1.0, 1.0, 0.0
	fresh := true // a term may begin without a sign
	for _, token := range strings.Fields(text) {
		switch {
		case token == "=":
			if side > 0 || fresh || coefficient != 0 {
				return nil, fmt.Errorf("%q has an = that parts nothing", text)
			}
			side, sign, fresh = 1, 1, true
		case token == "+" || token == "-":
			if coefficient != 0 || (fresh && len(eq) == 0) {
				return nil, fmt.Errorf("%q has a sign without a term", text)
			}
			sign, fresh = 1, true
			if token == "-" {
				sign = -1
			}
		default:
			if !fresh {
				return nil, fmt.Errorf("%q needs a sign before %q", text, token)
			}
			if v, err := strconv.ParseFloat(token, 64); err == nil {
				if coefficient != 0 || !(v > 0) || v > 1000 {
					return nil, fmt.Errorf("%q has a wrong coefficient %q", text, token)
				}
				coefficient = v
				continue
			}
			if coefficient == 0 {
				coefficient = 1
			}
			eq[token] += side * sign * coefficient
			coefficient, fresh = 0, false
		}
	}
	if side < 0 || fresh || coefficient != 0 {
		return nil, fmt.Errorf("%q is no equation such as \"H+ + SO4-2 = HSO4-\"", text)
	}
	return eq, nil
}

// balance errs when atoms or charge of the equation do not balance.
func (eq equation) balance() error {
	sum := map[string]float64{}
	charge := 0.0
	for name, c := range eq {
		atoms, z, err := atomsOf(name)
		if err != nil {
			return err
		}
		charge += c * z
		for element, n := range atoms {
			sum[element] += c * n
		}
	}
	if math.Abs(charge) > 1e-9 {
		return fmt.Errorf("charge is out by %g", charge)
	}
	for _, element := range slices.Sorted(maps.Keys(sum)) {
		if math.Abs(sum[element]) > 1e-9 {
			return fmt.Errorf("%s is out by %g", element, sum[element])
		}
	}
	return nil
}

// atomsOf reads a formula with its charge: "Fe_tri8O8(OH)6SO4", "Ca(Ox):H2O", "SO4-2". An element is a capital with small
// letters, and a redox state behind an underscore (Fe_tri); Ox, the oxalate ion, counts as an element. A gas
// may end in (g), to be told from its dissolved species.
func atomsOf(name string) (atoms map[string]float64, charge float64, err error) {
	formula := strings.TrimSuffix(name, "(g)")
	if i := strings.LastIndexAny(name, "+-"); i > 0 {
		charge = 1
		if digits := name[i+1:]; digits != "" {
			if charge, err = strconv.ParseFloat(digits, 64); err != nil || charge > 9 || charge != math.Trunc(charge) {
				return nil, 0, fmt.Errorf("%q has no charge such as +3", name)
			}
		}
		if name[i] == '-' {
			charge = -charge
		}
		formula = name[:i]
	}
	atoms = map[string]float64{}
	for _, part := range strings.Split(formula, ":") {
		times, rest := leadingNumber(part)
		if rest, err = addAtoms(atoms, rest, times, 0); err != nil || rest != "" || part == "" {
			return nil, 0, fmt.Errorf("%q is no formula", name)
		}
	}
	return atoms, charge, nil
}

// addAtoms adds the atoms of a formula up to its end or an unopened parenthesis, and returns the rest.
func addAtoms(atoms map[string]float64, text string, times float64, depth int) (rest string, err error) {
	for text != "" && text[0] != ')' {
		var count float64
		if text[0] == '(' {
			inner := map[string]float64{}
			if text, err = addAtoms(inner, text[1:], 1, depth+1); err != nil {
				return "", err
			}
			if text == "" || depth > 8 {
				return "", fmt.Errorf("no closing parenthesis")
			}
			count, text = leadingNumber(text[1:])
			for element, n := range inner {
				atoms[element] += n * count * times
			}
			continue
		}
		end := 1
		for end < len(text) && (text[end] >= 'a' && text[end] <= 'z' || text[end] == '_') {
			end++
		}
		if text[0] < 'A' || text[0] > 'Z' {
			return "", fmt.Errorf("no element")
		}
		element := text[:end]
		count, text = leadingNumber(text[end:])
		atoms[element] += count * times
	}
	return text, nil
}

// leadingNumber splits off a number in front; without one it is 1.
func leadingNumber(text string) (float64, string) {
	end := 0
	for end < len(text) && end < 6 && (text[end] >= '0' && text[end] <= '9' || text[end] == '.') {
		end++
	}
	v, err := strconv.ParseFloat(text[:end], 64)
	if err != nil {
		return 1, text
	}
	return v, text[end:]
}
