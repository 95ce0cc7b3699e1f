package si

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Dim is a dimension: the exponents of m, kg, s, K, mol, A and USD.
type Dim [7]int8

// Unit is a unit of measure: SI = (value + Offset) * Factor.
// Offset is zero but for degC and degF.
type Unit struct {
	Name   string
	Dim    Dim
	Factor float64
	Offset float64
}

// ParseUnit reads a unit such as "L/h", "J/(mol K)" or "m^3". The empty text
// is dimensionless, as is "1". The error of an unknown unit names the nearest
// known one.
func ParseUnit(s string) (Unit, error) {
	name := strings.TrimSpace(s)
	if name == "" {
		name = "1"
	}
	u, err := parse(name)
	if err != nil {
		return Unit{}, fmt.Errorf("unit %q: %w", name, err)
	}
	return u, nil
}

func parse(name string) (Unit, error) {
	p := parser{text: []rune(plain(name))}
	u, err := p.product(0)
	switch {
	case err != nil:
		return Unit{}, err
	case p.at < len(p.text):
		return Unit{}, fmt.Errorf("%q is out of place", string(p.text[p.at]))
	case u.Factor == 0 || math.IsInf(u.Factor, 0):
		return Unit{}, fmt.Errorf("the size of the unit is out of range")
	}
	u.Name = name
	return u, nil
}

// Parse reads a number with a unit: "100 gal" gives 0.3785411784 (m3). The
// value is SI and finite; a number without a unit is dimensionless.
func Parse(s string) (value float64, u Unit, err error) {
	text := strings.TrimSpace(s)
	n := numeral(text)
	if n == 0 {
		return 0, Unit{}, fmt.Errorf("%q does not begin with a number", s)
	}
	number, err := strconv.ParseFloat(text[:n], 64)
	if err != nil {
		return 0, Unit{}, fmt.Errorf("%q: number %s is out of range", s, text[:n])
	}
	if strings.HasPrefix(text[n:], ",") {
		return 0, Unit{}, fmt.Errorf("%q: write the number without a comma", s)
	}
	name := strings.TrimSpace(text[n:])
	if name == "" {
		name = "1"
	}
	u, err = parse(name)
	if err != nil {
		return 0, Unit{}, fmt.Errorf("%q: %w", s, err)
	}
	value = (number + u.Offset) * u.Factor
	if math.IsInf(value, 0) {
		return 0, Unit{}, fmt.Errorf("%q is out of range", s)
	}
	return value, u, nil
}

// Convert turns an SI value into the unit, for display. It errs when the unit
// is unknown.
func Convert(value float64, unit string) (float64, error) {
	u, err := ParseUnit(unit)
	if err != nil {
		return 0, err
	}
	return value/u.Factor - u.Offset, nil
}

// Same reports whether both units are known and have the same dimension.
func Same(a, b string) bool {
	ua, errA := ParseUnit(a)
	ub, errB := ParseUnit(b)
	return errA == nil && errB == nil && ua.Dim == ub.Dim
}

// numeral returns the length of the decimal number at the beginning of s.
func numeral(s string) int {
	digits := func(i int) int {
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		return i
	}
	start := 0
	if s != "" && (s[0] == '+' || s[0] == '-') {
		start = 1
	}
	end := digits(start)
	count := end - start
	if end < len(s) && s[end] == '.' {
		dot := end + 1
		end = digits(dot)
		count += end - dot
	}
	if count == 0 {
		return 0
	}
	if end < len(s) && (s[end] == 'e' || s[end] == 'E') {
		exp := end + 1
		if exp < len(s) && (s[exp] == '+' || s[exp] == '-') {
			exp++
		}
		if last := digits(exp); last > exp {
			end = last
		}
	}
	return end
}

// plain rewrites the typographic forms of a unit: superscripts as ^3, dots as *.
func plain(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 }) {
		return s
	}
	s = strings.NewReplacer("μ", "µ", "℃", "°C", "℉", "°F", "Ω", "ohm", "Ω", "ohm",
		"·", "*", "⋅", "*", "×", "*", "−", "-").Replace(s)
	const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹"
	var b strings.Builder
	inside := false
	for _, r := range s {
		digit := strings.IndexRune(raised, r)
		if digit < 0 && r != '⁻' && r != '⁺' {
			inside = false
			b.WriteRune(r)
			continue
		}
		if !inside {
			b.WriteByte('^')
			inside = true
		}
		switch r {
		case '⁻':
			b.WriteByte('-')
		case '⁺':
			b.WriteByte('+')
		default:
			b.WriteByte('0' + byte(len([]rune(raised[:digit]))))
		}
	}
	return b.String()
}

// parser walks through
//
//	product = [factor] { ["*" | "." | blank | "/"] factor }
//	factor  = ( "1" | name | "(" product ")" ) [ ["^"] [sign] digits ]
type parser struct {
	text []rune
	at   int
}

const deepest = 8 // nested parentheses

func (p *parser) peek() rune {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) blanks() bool {
	start := p.at
	for unicode.IsSpace(p.peek()) {
		p.at++
	}
	return p.at > start
}

// separator consumes what stands between two factors: '*', '/' or 0 at the end.
func (p *parser) separator() (rune, error) {
	blank := p.blanks()
	switch c := p.peek(); {
	case c == 0 || c == ')':
		return 0, nil
	case c == '*' || c == '/' || c == '.':
		p.at++
		p.blanks()
		if c == '.' {
			c = '*'
		}
		return c, nil
	case blank:
		return '*', nil
	default:
		return 0, fmt.Errorf("%q is out of place", string(c))
	}
}

func (p *parser) product(depth int) (Unit, error) {
	u := Unit{Factor: 1}
	if depth > deepest {
		return u, fmt.Errorf("too many parentheses")
	}
	p.blanks()
	if p.peek() != '/' { // "/h" is "1/h"
		var err error
		if u, err = p.factor(depth); err != nil {
			return u, err
		}
	}
	for divided := false; ; {
		sep, err := p.separator()
		if err != nil || sep == 0 {
			return u, err
		}
		if sep == '*' && divided {
			return u, fmt.Errorf("ambiguous after the '/': write a/(b c) or a/b/c")
		}
		f, err := p.factor(depth)
		if err != nil {
			return u, err
		}
		if u.Offset != 0 || f.Offset != 0 {
			return u, fmt.Errorf("degC and degF stand alone: use K in a product")
		}
		exp := 1
		if sep == '/' {
			exp, divided = -1, true
		}
		if u, err = times(u, f, exp); err != nil {
			return u, err
		}
	}
}

// factor reads one name, 1 or parenthesis with its exponent.
func (p *parser) factor(depth int) (u Unit, err error) {
	switch c := p.peek(); {
	case c == '(':
		p.at++
		if u, err = p.product(depth + 1); err != nil {
			return u, err
		}
		if p.peek() != ')' {
			return u, fmt.Errorf("a ')' is missing")
		}
		p.at++
	case '0' <= c && c <= '9':
		start := p.at
		for '0' <= p.peek() && p.peek() <= '9' {
			p.at++
		}
		if number := string(p.text[start:p.at]); number != "1" {
			return u, fmt.Errorf("number %s is out of place", number)
		}
		return Unit{Factor: 1}, nil
	default:
		if u, err = p.name(); err != nil {
			return u, err
		}
	}
	exp, found, err := p.exponent()
	if err != nil || !found {
		return u, err
	}
	if u.Offset != 0 {
		return u, fmt.Errorf("degC and degF have no powers: use K")
	}
	return times(Unit{Factor: 1}, u, exp)
}

func (p *parser) name() (Unit, error) {
	start := p.at
	for unicode.IsLetter(p.peek()) || strings.ContainsRune("%°$", p.peek()) {
		p.at++
	}
	if p.at == start {
		if p.at == len(p.text) {
			return Unit{}, fmt.Errorf("it ends too early")
		}
		return Unit{}, fmt.Errorf("%q is out of place", string(p.peek()))
	}
	name := string(p.text[start:p.at])
	e, scale, ok := find(name)
	if !ok {
		return Unit{}, unknown(name)
	}
	return Unit{Dim: e.dim, Factor: scale * e.factor, Offset: e.offset}, nil
}

func unknown(name string) error {
	near := meant(name)
	if near == "" {
		near = Nearest(name, names())
	}
	if near != "" {
		return fmt.Errorf("unknown unit %q; did you mean %q?", name, near)
	}
	var all []string
	for _, e := range table {
		all = append(all, e.name)
	}
	return fmt.Errorf("unknown unit %q; known are %s, with SI prefixes", name, strings.Join(all, " "))
}

const largest = 9 // exponent

func (p *parser) exponent() (exp int, found bool, err error) {
	start := p.at
	if p.peek() == '^' {
		p.at++
	}
	negative := p.peek() == '-'
	if negative || p.peek() == '+' {
		p.at++
	}
	first := p.at
	for '0' <= p.peek() && p.peek() <= '9' && exp <= largest {
		exp = 10*exp + int(p.peek()-'0')
		p.at++
	}
	switch {
	case p.at == start:
		return 0, false, nil
	case p.at == first:
		return 0, false, fmt.Errorf("%q needs a whole exponent", string(p.text[:p.at]))
	case exp > largest:
		return 0, false, fmt.Errorf("exponent above %d", largest)
	}
	if negative {
		exp = -exp
	}
	return exp, true, nil
}

// times returns a * b^exp.
func times(a, b Unit, exp int) (Unit, error) {
	for i := range a.Dim {
		d := int(a.Dim[i]) + exp*int(b.Dim[i])
		if d < math.MinInt8 || d > math.MaxInt8 {
			return a, fmt.Errorf("exponents are too large")
		}
		a.Dim[i] = int8(d)
	}
	for range max(exp, -exp) {
		if exp > 0 {
			a.Factor *= b.Factor
		} else {
			a.Factor /= b.Factor
		}
	}
	return a, nil
}
