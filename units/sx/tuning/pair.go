package tuning

import (
	"fmt"
	"math"
)

// choose takes the pair asked for, or the neighbours between which the result splits: the least extractable of those that
// go up with the organic against the most extractable of those that stay in the raffinate.
func (v *View) choose(p Pair) error {
	if p != (Pair{}) {
		a, err := v.element(p.A)
		if err != nil {
			return err
		}
		b, err := v.element(p.B)
		if err != nil {
			return err
		}
		if a == b {
			return fmt.Errorf("the pair %s, %s is one element", p.A, p.B)
		}
		for j := range v.Stages { // A is the one that the organic prefers
			if ra, rb := v.d(j, a), v.d(j, b); ra > 0 && rb > 0 {
				if ra < rb {
					p.A, p.B = p.B, p.A
				}
				break
			}
		}
		v.Pair = p
		return nil
	}
	rare := v.Rare()
	raffinate := v.raffinate()
	if raffinate == nil || len(v.Products) < 2 {
		return nil
	}
	for i := len(rare) - 1; i > 0; i-- {
		if raffinate.share(rare[i-1]) > 0.5 && raffinate.share(rare[i]) <= 0.5 {
			v.Pair = Pair{A: rare[i].Symbol, B: rare[i-1].Symbol}
			return nil
		}
	}
	return nil
}

// work finds what each stage does for the pair.
func (v *View) work() {
	if v.Pair == (Pair{}) {
		return
	}
	a, _ := v.element(v.Pair.A)
	b, _ := v.element(v.Pair.B)
	spans := v.Spans()
	for _, span := range spans {
		for j := span.First; j <= span.Last; j++ {
			s := &v.Stages[j]
			phase := s.OrganicFlow / s.AqueousFlow
			w := Work{X: v.x(j, a) / (v.x(j, a) + v.x(j, b)), Y: v.y(j, a) / (v.y(j, a) + v.y(j, b)),
				EA: v.d(j, a) * phase, EB: v.d(j, b) * phase, Beta: v.d(j, a) / v.d(j, b), Done: math.NaN()}
			if (span.Washes || v.circuit == nil) && j < span.Last {
				w.Done = math.Log(v.ratio(j+1, a, b)/v.ratio(j, a, b)) / math.Log(w.Beta)
			}
			v.Work = append(v.Work, w)
		}
	}
}

// ratio is x_A / x_B of stage j.
func (v *View) ratio(j int, a, b *Element) float64 { return v.x(j, a) / v.x(j, b) }

// Pinch is a run of stages that do nothing.
type Pinch struct {
	Section string  `json:"section"`
	First   int     `json:"first"` // stage numbers as the unit counts them
	Last    int     `json:"last"`  // stage numbers as the unit counts them
	Element string  `json:"element"`
	Most    float64 `json:"most"` // the largest part of its full work that one of them does
	Why     string  `json:"why"`  // with numbers
}

const (
	idle  = 0.05 // of the work at total exchange, or of the strip
	run   = 3    // stages
	gone  = 1e-6 // of what is fed: what is left of an element is not worth separating
	spilt = 0.01 // of A's feed in the raffinate: from here on it is missed
)

// pinches names where the pair, and the stripping, stand still.
func (v *View) pinches() {
	for _, span := range v.Spans() {
		if span.Washes {
			v.pinchOfPair(span)
		} else if span.Strips {
			v.pinchOfStrip(span)
		}
	}
}

// runs calls found with every run of idle stages.
func runs(first, last int, still func(j int) (part float64, ok bool), found func(from, to int, most float64)) {
	from, most := first, 0.0
	for j := first; j <= last+1; j++ {
		part, ok := 0.0, false
		if j <= last {
			part, ok = still(j)
		}
		if ok {
			most = max(most, part)
			continue
		}
		if j-from >= run {
			found(from, j-1, most)
		}
		from, most = j+1, 0
	}
}

func (v *View) pinchOfPair(span Span) {
	if v.Pair == (Pair{}) {
		return
	}
	runs(span.First, span.Last-1, func(j int) (float64, bool) {
		done := math.Abs(v.Work[j].Done)
		return done, done < idle
	}, func(from, to int, most float64) {
		w := v.Work[(from+to)/2]
		p := Pinch{Section: span.Section, First: v.Stages[from].Stage, Last: v.Stages[to].Stage, Element: v.Pair.A + "/" + v.Pair.B, Most: most}
		lost := v.lost()
		switch soap := v.soap(); {
		case w.EA < 1.05 && lost > spilt:
			p.Why = fmt.Sprintf("%s is not carried up: its extraction factor D·O/A is %.3g, %.3g %% of it is lost to the raffinate, and no further stage helps. The soap gives "+
				"%.4g mol/h; %s and what is more extractable, with the acid that enters less that of the raffinate, take %.4g", v.Pair.A, w.EA, 100*lost, 3600*soap.offered, v.Pair.A, 3600*soap.wanted)
			if soap.offered < soap.wanted {
				p.Why += fmt.Sprintf(": %.2g %% short", 100*(1-soap.offered/soap.wanted))
			}
			p.Why += ". More saponification, extractant or organic, or less scrub acid"
		case w.EA < 1.05:
			p.Why = fmt.Sprintf("as much %s comes down as goes up (D·O/A is %.3g), and little of it is lost: these stages are idle, what is won is won in the others", v.Pair.A, w.EA)
		case w.EB > 0.95:
			p.Why = fmt.Sprintf("%s is carried up too: its extraction factor D·O/A is %.3g. Less organic or saponification, or more scrub acid", v.Pair.B, w.EB)
		default:
			p.Why = fmt.Sprintf("both phases stand still for the pair (extraction factors %.3g and %.3g): the operating line meets the equilibrium line", w.EA, w.EB)
		}
		v.Pinches = append(v.Pinches, p)
	})
}

// lost is the part of A's feed that leaves with the raffinate and with what was before it.
func (v *View) lost() (part float64) {
	a, err := v.element(v.Pair.A)
	if err != nil {
		return 0
	}
	for k := range v.Products {
		if v.before(v.Products[k].Section) {
			part += v.Products[k].share(a)
		}
	}
	return part
}

// before says that a section stands, along the organic, where the feed's aqueous leaves or before.
func (v *View) before(section string) bool {
	for _, t := range v.circuit.Shape()[:v.feeds+1] {
		if t.Name == section {
			return true
		}
	}
	return false
}

// raffinate is the product that the feed's aqueous leaves as, nil where there is none.
func (v *View) raffinate() *Product {
	for k := range v.Products {
		if v.Products[k].Section == v.circuit.Shape()[v.feeds].Name {
			return &v.Products[k]
		}
	}
	return nil
}

// pinchOfStrip looks for the element of which the stripped organic brings back most, and for stages that do not strip it.
func (v *View) pinchOfStrip(span Span) {
	var worst *Element
	for _, e := range v.Rare() {
		if y := e.M * v.y(span.Last, e); y > 0 && (worst == nil || y > worst.M*v.y(span.Last, worst)) {
			worst = e
		}
	}
	if worst == nil || span.First == span.Last {
		return
	}
	in := v.y(max(span.First-1, 0), worst)
	if v.y(span.Last, worst) < 1e-3*in || v.y(span.Last, worst)*v.Stages[span.Last].OrganicFlow < gone*worst.Fed {
		return
	}
	runs(span.First+1, span.Last, func(j int) (float64, bool) {
		part := 1 - v.y(j, worst)/v.y(j-1, worst)
		return part, part < idle
	}, func(from, to int, most float64) {
		at := &v.Stages[to]
		factor := at.AqueousFlow / (at.OrganicFlow * v.d(to, worst))
		v.Pinches = append(v.Pinches, Pinch{Section: span.Section, First: v.Stages[from].Stage, Last: at.Stage, Element: worst.Symbol, Most: most,
			Why: fmt.Sprintf("%s keeps to the organic: stripping factor A/(D·O) is %.3g in stage %d, and %.3g %% of what comes loaded goes back with the stripped organic. "+
				"Stronger acid or more of it", worst.Symbol, factor, at.Stage, 100*v.y(span.Last, worst)/in)})
	})
}

// account is the charge that saponification gives and that the split takes, mol/s.
type account struct{ offered, wanted float64 }

// soap counts it: the soap is taken by A and what is more extractable, by the acid that enters before the strip, and by what refluxes
// bring back from there, less the acid that leaves before the strip.
func (v *View) soap() (s account) {
	acid, _ := v.sys.Index("H+")
	above := false
	for i := range v.Elements {
		e := &v.Elements[i]
		above = above || e.Symbol == v.Pair.A
		if above {
			s.wanted += e.Z * e.Fed
		}
	}
	for k, port := range v.unit.Spec.In {
		if port.Name == "lye" {
			continue
		}
		if spans := v.Spans(); k >= len(spans) || !spans[k].Strips { // side feeds come last
			s.wanted += v.unit.In[k].N[acid]
		}
	}
	for k, port := range v.unit.Spec.Out {
		if v.before(port.Name) {
			s.wanted -= v.unit.Out[k].N[acid]
		}
	}
	s.wanted += v.circuit.Brought(v.unit.U, v.unit.X, v.unit.In, v.lastWash())
	s.offered += v.soaped()
	return s
}

// lastWash is the last section whose aqueous is one with the feed's.
func (v *View) lastWash() (k int) {
	for i, span := range v.Spans() {
		if span.Washes {
			k = i
		}
	}
	return k
}
