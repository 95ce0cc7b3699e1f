package chem

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds nested parentheses, maxCount a number of atoms.
const (
	maxDepth = 8
	maxCount = 9999
)

// formulaReader turns a chemical formula into atoms per element. The formula is parts joined by "·", each an optional
// count and then units: an element or a parenthesis, each with an optional count. A parenthesis that holds the name of a
// group, as in Nd(D2EHPA)3, stands for the atoms of that group.
type formulaReader struct {
	element map[string]int
	groups  map[string][]float64
	atoms   []float64
}

// atoms counts the atoms of a formula, per element of the index given.
func atoms(formula string, element map[string]int, groups map[string][]float64) ([]float64, error) {
	r := formulaReader{element, groups, make([]float64, len(element))}
	if !utf8.ValidString(formula) {
		return nil, fmt.Errorf("formula %q is not valid text", formula)
	}
	for part := range strings.SplitSeq(formula, "·") {
		n, rest, err := count(part)
		if err == nil {
			err = r.units(rest, n, 0)
		}
		if err != nil {
			return nil, fmt.Errorf("formula %q: %w", formula, err)
		}
	}
	return r.atoms, nil
}

// units adds the atoms of text, times the count of what surrounds it.
func (r *formulaReader) units(text string, times float64, depth int) error {
	if text == "" {
		return fmt.Errorf("a part is empty")
	}
	if depth > maxDepth {
		return fmt.Errorf("more than %d nested parentheses", maxDepth)
	}
	for text != "" {
		var unit string
		var err error
		group := text[0] == '('
		if group {
			unit, text, err = parenthesis(text)
		} else {
			unit, text, err = symbol(text)
		}
		if err != nil {
			return err
		}
		var n float64
		if n, text, err = count(text); err != nil {
			return err
		}
		if n *= times; group {
			err = r.group(unit, n, depth)
		} else if e, ok := r.element[unit]; ok {
			r.atoms[e] += n
		} else {
			err = fmt.Errorf("unknown element %q", unit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *formulaReader) group(name string, times float64, depth int) error {
	if g, ok := r.groups[name]; ok {
		for e, n := range g {
			r.atoms[e] += n * times
		}
		return nil
	}
	return r.units(name, times, depth+1)
}

// parenthesis splits "(C2O4)3" into "C2O4" and "3".
func parenthesis(text string) (inside, rest string, err error) {
	depth := 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[1:i], text[i+1:], nil
			}
		}
	}
	return "", "", fmt.Errorf("%q has no closing parenthesis", text)
}

// symbol splits "Nd2O3" into "Nd" and "2O3".
func symbol(text string) (s, rest string, err error) {
	if text[0] < 'A' || text[0] > 'Z' {
		return "", "", fmt.Errorf("an element is expected at %q", text)
	}
	if len(text) > 1 && text[1] >= 'a' && text[1] <= 'z' {
		return text[:2], text[2:], nil
	}
	return text[:1], text[1:], nil
}

// count splits "10H2O" into 10 and "H2O"; no digits count as 1. Halves are counts too: "0.5H2O".
func count(text string) (n float64, rest string, err error) {
	i := 0
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		if n = 10*n + float64(text[i]-'0'); n > maxCount {
			return 0, "", fmt.Errorf("a count above %d at %q", maxCount, text)
		}
	}
	if i > 0 && strings.HasPrefix(text[i:], ".5") {
		n, i = n+0.5, i+2
	}
	switch {
	case i == 0:
		return 1, text, nil
	case n == 0:
		return 0, "", fmt.Errorf("a count of zero at %q", text)
	}
	return n, text[i:], nil
}

// species takes a component's name apart: formula and charge. The ending, "(s)" or "(g)", must fit the phase; a sorbed ion is solid
// and keeps its charge: "Nd+3(sorbed)".
func species(name string, p Phase) (formula string, charge float64, err error) {
	if ion, ok := strings.CutSuffix(name, "(sorbed)"); ok && p == Solid {
		name, p = ion, Aqueous
	}
	ending := [phases]string{Solid: "(s)", Gas: "(g)"}[p]
	formula, ok := strings.CutSuffix(name, ending)
	if !ok {
		return "", 0, fmt.Errorf("%q is %v: its name must end in %q", name, p, ending)
	}
	i := strings.LastIndexAny(formula, "+-")
	if p != Aqueous || i < 0 {
		return formula, 0, nil
	}
	charge, rest, err := count(formula[i+1:])
	if err != nil || rest != "" {
		return "", 0, fmt.Errorf("%q: the charge must read like +3", name)
	}
	if formula[i] == '-' {
		charge = -charge
	}
	return formula[:i], charge, nil
}

// Atoms counts the atoms of a formula such as "Nd2(C2O4)3·10H2O" by element symbol. Any capital with or without a small letter
// passes for an element: what is one, the caller's data say.
func Atoms(formula string) (map[string]float64, error) {
	index := map[string]int{}
	for i := range formula {
		if formula[i] >= 'A' && formula[i] <= 'Z' {
			if s, _, _ := symbol(formula[i:]); index[s] == 0 {
				index[s] = len(index) + 1
			}
		}
	}
	for s := range index {
		index[s]--
	}
	n, err := atoms(formula, index, nil)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]float64, len(index))
	for s, i := range index {
		counts[s] = n[i]
	}
	return counts, nil
}
