package thermo

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Term is a substance of a reaction. One that stands on both sides with the same tag is one term.
type Term struct {
	Species     *Species
	Tag         string  // as written behind the name: "l", "β", "cd" (solid or liquid); "" takes the stable form
	Left, Right float64 // coefficients, >= 0
}

// Net is the coefficient of the reaction: what forms less what is used.
func (t *Term) Net() float64 { return t.Right - t.Left }

// Name is the species with its tag, as a reaction is written.
func (t *Term) Name() string {
	if t.Tag == "" {
		return t.Species.Name
	}
	return t.Species.Name + "(" + t.Tag + ")"
}

// Reaction is a balanced reaction. It does not change after Parse.
type Reaction struct {
	Terms []Term // in the order of the text
}

// arrows part the sides of a reaction.
func arrows() []string { return []string{"<=>", "<->", "-->", "->", "=>", "⇌", "→", "="} }

// Parse reads a reaction such as "Nd2O3 + 1.5 C(gr) = 2 Nd(l) + 3/2 CO2". Substances stand between signs + with blanks around them;
// a state behind a name in parentheses is (s), (l), (g), (aq), (cd) for solid or liquid, or the name of a form; without one the
// stable form is taken at each temperature. What does nothing, such as excess metal, may stand on both sides. A reaction that does
// not balance is refused with what is out by element; unknown names come with the nearest. All faults are reported at once.
func (l *Library) Parse(text string) (*Reaction, error) {
	sides, err := split(text)
	if err != nil {
		return nil, err
	}
	r := &Reaction{}
	var faults []error
	for k, side := range sides {
		for _, part := range strings.Split(" "+side+" ", " + ") {
			if err := r.add(l, strings.TrimSpace(part), k == 1); err != nil {
				if !slices.ContainsFunc(faults, func(f error) bool { return f.Error() == err.Error() }) {
					faults = append(faults, err)
				}
			}
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if err := r.balanced(); err != nil {
		return nil, fmt.Errorf("%s is not balanced: %w", strings.TrimSpace(text), err)
	}
	if !slices.ContainsFunc(r.Terms, func(t Term) bool { return t.Net() != 0 }) {
		return nil, fmt.Errorf("%q changes nothing", text)
	}
	return r, nil
}

// split parts the sides at the one arrow there is.
func split(text string) (sides [2]string, err error) {
	const example = `such as "Nd2O3 + 3 Ca = 2 Nd + 3 CaO"`
	if len(text) > 4000 {
		return sides, fmt.Errorf("the reaction is longer than 4000 characters")
	}
	text = strings.Join(strings.Fields(text), " ")
	for _, a := range arrows() {
		left, right, ok := strings.Cut(text, a)
		if !ok {
			continue
		}
		for _, other := range arrows() {
			if strings.Contains(left+" "+right, other) {
				return sides, fmt.Errorf("%q has more than one sign = or arrow; needs a reaction %s", text, example)
			}
		}
		return [2]string{left, right}, nil
	}
	return sides, fmt.Errorf("%q has no sign = ; needs a reaction %s", text, example)
}

// add takes one term apart: coefficient and substance.
func (r *Reaction) add(l *Library, part string, right bool) error {
	if part == "" {
		return fmt.Errorf("a substance is missing beside a sign + or =")
	}
	if part[0] == '-' || strings.HasPrefix(part, "−") {
		return fmt.Errorf("%q: a coefficient is above 0; what is used up stands on the left of the sign =", part)
	}
	n, name, err := coefficient(part)
	if err != nil {
		return err
	}
	if strings.ContainsAny(name, " \t") {
		return fmt.Errorf("%q: substances stand between signs + with blanks around them, behind a coefficient such as 1.5 or 3/2", part)
	}
	s, tag, err := l.find(name)
	if err != nil {
		if i := strings.IndexByte(name, '+'); i > 0 && i < len(name)-1 {
			return fmt.Errorf("write blanks around a + between substances: %w", err)
		}
		return err
	}
	i := slices.IndexFunc(r.Terms, func(t Term) bool { return t.Species == s && t.Tag == tag })
	if i < 0 {
		i = len(r.Terms)
		r.Terms = append(r.Terms, Term{Species: s, Tag: tag})
	}
	if right {
		r.Terms[i].Right += n
	} else {
		r.Terms[i].Left += n
	}
	return nil
}

// coefficient splits "3/2 O2", "1.5 O2" and "3Ca"; without one it is 1.
func coefficient(part string) (n float64, name string, err error) {
	end := 0
	for end < len(part) && strings.IndexByte("0123456789./", part[end]) >= 0 {
		end++
	}
	name = strings.TrimSpace(part[end:])
	if end == 0 {
		return 1, name, nil
	}
	over, under, fraction := strings.Cut(part[:end], "/")
	n, err = strconv.ParseFloat(over, 64)
	if err == nil && fraction {
		var d float64
		if d, err = strconv.ParseFloat(under, 64); err == nil {
			n /= d
		}
	}
	if err != nil || !(n > 1e-6 && n < 1e6) {
		return 0, "", fmt.Errorf("%q: a coefficient is a number or a fraction from 1e-6 to 1e6, not %q", part, part[:end])
	}
	if name == "" {
		return 0, "", fmt.Errorf("%q has no substance", part)
	}
	return n, name, nil
}

// balanced names every element, and the charge, that differs between the sides.
func (r *Reaction) balanced() error {
	left, right := map[string]float64{}, map[string]float64{}
	for _, t := range r.Terms {
		for element, n := range t.Species.Atoms {
			left[element] += t.Left * n
			right[element] += t.Right * n
		}
		left["charge"] += t.Left * t.Species.Charge
		right["charge"] += t.Right * t.Species.Charge
	}
	var out []string
	for _, element := range slices.Sorted(maps.Keys(left)) {
		a, b := left[element], right[element]
		if math.Abs(a-b) > 1e-6*max(math.Abs(a), math.Abs(b)) { // a third may be written 0.333333
			out = append(out, fmt.Sprintf("%s %.6g left, %.6g right", element, a, b))
		}
	}
	if len(out) > 0 {
		return errors.New(strings.Join(out, "; "))
	}
	return nil
}

// String writes the reaction.
func (r *Reaction) String() string {
	var sides [2][]string
	for i := range r.Terms {
		t := &r.Terms[i]
		for k, n := range [2]float64{t.Left, t.Right} {
			switch {
			case n == 1:
				sides[k] = append(sides[k], t.Name())
			case n != 0:
				sides[k] = append(sides[k], fmt.Sprintf("%.6g %s", n, t.Name()))
			}
		}
	}
	return strings.Join(sides[0], " + ") + " = " + strings.Join(sides[1], " + ")
}
