package tuning

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/si"
	"reetwin/units/sx"
)

// Effect is what a change of one handle by 1 % down and up does to every product.
type Effect struct {
	Handle string  `json:"handle"` // "unit.name"
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"` // SI
	Down   []Moved `json:"down"`
	Up     []Moved `json:"up"`
	// Why a side has no result: outside the handle's range, or unsolved.
	NoDown string `json:"no_down"`
	NoUp   string `json:"no_up"`
}

// Moved is a product after a change, with the groups of the case as it is.
type Moved struct {
	Purity   float64 `json:"purity"`
	Recovery float64 `json:"recovery"`
}

// Step is the relative change of Sensitivity.
const Step = 0.01

// Sensitivity moves every handle that is not zero, of the unit, of those whose outlets enter it (doses of acid) and of the feeds of the
// plant, by 1 % down and up, and solves the whole plant again. It leaves the plant as it was.
func (v *View) Sensitivity(p *flowsheet.Plant) ([]Effect, error) {
	memory := p.Memory()
	var all []Effect
	for _, u := range p.Units() {
		if u.Tag != v.Tag && u.Kind != "feed" && !v.supplies(u) {
			continue
		}
		for i, h := range u.Spec.Handles {
			if u.U[i] == 0 || strings.HasSuffix(h.Name, "temperature") { // no constant depends on it
				continue
			}
			e := Effect{Handle: u.Tag + "." + h.Name, Value: u.U[i], Unit: h.Unit}
			e.Down, e.NoDown = v.try(p, e.Handle, e.Value*(1-Step))
			if err := p.Restore(memory); err != nil {
				return nil, err
			}
			e.Up, e.NoUp = v.try(p, e.Handle, e.Value*(1+Step))
			if err := p.Restore(memory); err != nil {
				return nil, err
			}
			all = append(all, e)
		}
	}
	return all, p.Solve()
}

// supplies says that a stream leads from u into the unit.
func (v *View) supplies(u flowsheet.UnitView) bool {
	return slices.ContainsFunc(v.unit.InNames, func(name string) bool { return name != "" && slices.Contains(u.OutNames, name) })
}

// try moves a handle and reads the products.
func (v *View) try(p *flowsheet.Plant, handle string, value float64) ([]Moved, string) {
	if err := p.SetHandle(handle, value); err != nil {
		return nil, err.Error()
	}
	if err := p.Solve(); err != nil {
		return nil, err.Error()
	}
	return v.Moved(p), ""
}

// Moved reads the products of the plant as it now is, with the groups of the view.
func (v *View) Moved(p *flowsheet.Plant) (all []Moved) {
	now := &View{Tag: v.Tag, sys: p.System}
	now.unit, _ = p.Unit(v.Tag)
	now.Elements = append(now.Elements, v.Elements...)
	for i := range now.Elements {
		e := &now.Elements[i]
		e.Fed = 0
		for k := range now.unit.In {
			e.Fed += now.unit.In[k].N[e.Aqueous]
		}
	}
	now.products(v.Groups())
	for _, q := range now.Products {
		all = append(all, Moved{q.Purity, q.Recovery})
	}
	return all
}

// Largest is the largest change of a product's purity (or recovery) that a handle makes; 0 without a result.
func (e *Effect) Largest(base []Product, recovery bool) (largest float64) {
	for _, side := range [][]Moved{e.Down, e.Up} {
		for k, m := range side {
			d := m.Purity - base[k].Purity
			if recovery {
				d = m.Recovery - base[k].Recovery
			}
			largest = max(largest, math.Abs(d))
		}
	}
	return largest
}

// Axis is a number of the plant file and the values it is given.
type Axis struct {
	Path string    `json:"path"` // as --set takes it
	Unit string    `json:"unit"` // of the values
	At   []float64 `json:"at"`
}

// most is the largest number of values of an axis.
const most = 60

// ParseAxis reads "path=lo:hi:n"; the unit of hi holds for lo where lo has none.
func ParseAxis(text string) (Axis, error) {
	bad := func(format string, args ...any) (Axis, error) {
		return Axis{}, fmt.Errorf("%q: %s; needs path=lo:hi:n, such as \"sx.organic_flow=1.1:1.3 m3/h:9\"", text, fmt.Sprintf(format, args...))
	}
	path, values, ok := strings.Cut(text, "=")
	parts := strings.Split(values, ":")
	path = strings.TrimSpace(path)
	if !ok || path == "" || len(parts) != 3 {
		return bad("is not of that form")
	}
	n, err := strconv.Atoi(strings.TrimSpace(parts[2]))
	if err != nil || n < 2 || n > most {
		return bad("%s values, from 2 to %d", parts[2], most)
	}
	number, unit, _ := strings.Cut(strings.TrimSpace(parts[1]), " ")
	from, own, ok := strings.Cut(strings.TrimSpace(parts[0]), " ")
	lo, errLo := strconv.ParseFloat(from, 64)
	hi, errHi := strconv.ParseFloat(number, 64)
	if errLo != nil || errHi != nil || hi-lo-(hi-lo) != 0 {
		return bad("%s to %s are no numbers", strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]))
	}
	if unit = strings.TrimSpace(unit); ok && strings.TrimSpace(own) != unit || !(hi > lo) {
		return bad("needs one unit, and the larger number last")
	}
	if _, err := si.ParseUnit(unit); err != nil {
		return bad("%v", err)
	}
	a := Axis{Path: path, Unit: unit}
	for i := range n {
		v := lo + float64(i)/float64(n-1)*(hi-lo)
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64) // 1.2 rather than 1.2000000000000002
		a.At = append(a.At, v)
	}
	return a, nil
}

// Setting is value i as --set takes it.
func (a *Axis) Setting(i int) string {
	return strings.TrimSpace(fmt.Sprintf("%s=%s %s", a.Path, strconv.FormatFloat(a.At[i], 'g', -1, 64), a.Unit))
}

// Label is the path with its unit, "–" for a number without one.
func (a *Axis) Label() string {
	if a.Unit == "" {
		return a.Path + ", –"
	}
	return a.Path + ", " + a.Unit
}

// FeedStage names the two numbers of stages between which the feed of a circuit enters, and their sum: those of the first
// section that is joined by another's aqueous, and of that one.
func FeedStage(p *flowsheet.Plant, tag string) (first, second string, sum int, err error) {
	unit, ok := p.Unit(tag)
	circuit, is := unit.Unit.(*sx.Circuit)
	if !ok || !is {
		return "", "", 0, fmt.Errorf("no circuit %q", tag)
	}
	s := circuit.Shape()
	path := func(k int) string { return tag + "." + s[k].Name + ".stages" }
	for k := 1; k < len(s); k++ {
		if s[k].Joins {
			return path(k - 1), path(k), s[k-1].Stages + s[k].Stages, nil
		}
	}
	return "", "", 0, fmt.Errorf("of no section of %s the aqueous joins another's", tag)
}
