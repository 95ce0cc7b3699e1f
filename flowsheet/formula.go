package flowsheet

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/si"
)

// addFormula reads one KPI formula: arithmetic over readings in SI, e.g.
//
//	formula = "{rougher_strip.pH.stage1} - {rougher_scrub.pH.stage1}"
//	formula = "{roaster.heat} / {streams.oxide_product.kg_s}"
//
// It may use the KPIs above it, not those below (itself among them).
func (p *Plant) addFormula(t *conf.Table, name string, below []string) {
	text, unit := t.Text("formula"), t.TextOr("unit", "1")
	from, to := []*link(nil), []*link(nil)
	if t.Has("from") {
		from = p.streamList(t, "from")
	}
	if t.Has("to") {
		to = p.streamList(t, "to")
	}
	defer t.Close()
	p.spoilt[name] = true
	if _, err := si.ParseUnit(unit); err != nil {
		t.Fault("unit", "%v", err)
	}
	if t.Faulty("formula") || t.Faulty("unit") {
		return
	}
	var at []int
	excused := false
	value, err := parseFormula(text, func(path string) (reading, error) {
		r, err := p.reading(path)
		at = append(at, r.at...)
		excused = err != nil && p.excused(path)
		if kpi := strings.TrimPrefix(path, "kpis."); err != nil && slices.Contains(below, kpi) {
			excused, err = false, fmt.Errorf("a formula may use the KPIs above it; %q is none of them", kpi)
		}
		return r, err
	})
	if err != nil {
		if !excused {
			t.Fault("formula", "%v", err)
		}
		return
	}
	p.spoilt[name] = false
	p.addKPI(name, unit, from, to, value)
	k := p.kpis[len(p.kpis)-1]
	k.at = append(k.at, at...)
}

type evaluate = func(*Plant) Dual

// formulaParser is recursive descent over: sum = product {(+|-) product}; product = factor {(*|/) factor};
// factor = number | {path} | (sum) | -factor | log10(sum).
type formulaParser struct {
	text string
	at   int
	read func(string) (reading, error)
}

func parseFormula(text string, read func(string) (reading, error)) (evaluate, error) {
	f := &formulaParser{text: text, read: read}
	e, err := f.sum(0)
	if err != nil {
		return nil, err
	}
	if f.skip(); f.at < len(f.text) {
		return nil, fmt.Errorf("+, -, * or / is wanted at %s", f.here())
	}
	return e, nil
}

func (f *formulaParser) skip() {
	for f.at < len(f.text) && (f.text[f.at] == ' ' || f.text[f.at] == '\t' || f.text[f.at] == '\n') {
		f.at++
	}
}

func (f *formulaParser) take(c byte) bool {
	f.skip()
	if f.at < len(f.text) && f.text[f.at] == c {
		f.at++
		return true
	}
	return false
}

// here words the place that the parser has come to.
func (f *formulaParser) here() string {
	if f.at == len(f.text) {
		return "the end"
	}
	return strconv.Quote(f.text[f.at:])
}

const formulaDepth = 100 // parentheses and signs within one another

func (f *formulaParser) sum(depth int) (evaluate, error) {
	a, err := f.product(depth)
	for err == nil {
		var b evaluate
		left := a
		switch {
		case f.take('+'):
			if b, err = f.product(depth); err == nil {
				a = func(p *Plant) Dual { return left(p).plus(b(p)) }
			}
		case f.take('-'):
			if b, err = f.product(depth); err == nil {
				a = func(p *Plant) Dual { return left(p).minus(b(p)) }
			}
		default:
			return a, nil
		}
	}
	return nil, err
}

func (f *formulaParser) product(depth int) (evaluate, error) {
	a, err := f.factor(depth)
	for err == nil {
		var b evaluate
		left := a
		switch {
		case f.take('*'):
			if b, err = f.factor(depth); err == nil {
				a = func(p *Plant) Dual { return left(p).times(b(p)) }
			}
		case f.take('/'):
			if b, err = f.factor(depth); err == nil {
				a = func(p *Plant) Dual { return left(p).over(b(p)) }
			}
		default:
			return a, nil
		}
	}
	return nil, err
}

func (f *formulaParser) factor(depth int) (evaluate, error) {
	if depth > formulaDepth {
		return nil, fmt.Errorf("more than %d parentheses within one another", formulaDepth)
	}
	switch {
	case f.take('-'):
		a, err := f.factor(depth + 1)
		return func(p *Plant) Dual { return a(p).scale(-1) }, err
	case f.take('('):
		return f.closed(depth)
	case f.take('{'):
		return f.path()
	}
	if rest := f.text[f.at:]; len(rest) > 6 && rest[:6] == "log10(" {
		f.at += 6
		a, err := f.closed(depth)
		return func(p *Plant) Dual {
			v := a(p)
			return Dual{math.Log10(v.V), v.D / (v.V * math.Ln10)}
		}, err
	}
	return f.number()
}

func (f *formulaParser) closed(depth int) (evaluate, error) {
	a, err := f.sum(depth + 1)
	if err == nil && !f.take(')') {
		err = fmt.Errorf("a ) is wanted at %s", f.here())
	}
	return a, err
}

func (f *formulaParser) path() (evaluate, error) {
	for end := f.at; end < len(f.text); end++ {
		if f.text[end] == '}' {
			r, err := f.read(f.text[f.at:end])
			f.at = end + 1
			return r.value, err
		}
	}
	return nil, fmt.Errorf("the { before %q is not closed", f.text[f.at:])
}

func (f *formulaParser) number() (evaluate, error) {
	end := f.at
	for end < len(f.text) {
		c := f.text[end]
		sign := (c == '+' || c == '-') && end > f.at && (f.text[end-1] == 'e' || f.text[end-1] == 'E')
		if !(c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || sign) {
			break
		}
		end++
	}
	v, err := strconv.ParseFloat(f.text[f.at:end], 64)
	if err != nil {
		return nil, fmt.Errorf("a number, a {path}, a parenthesis or log10( is wanted at %s", f.here())
	}
	f.at = end
	return func(*Plant) Dual { return Dual{V: v} }, nil
}
