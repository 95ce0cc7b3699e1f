package influx

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// series is what points of one value have in common: the measurement and the tags. An empty tag is left out.
type series struct {
	measurement                          string
	site, id, kpi                        string
	unit, stream, element, unitOfMeasure string
}

// at returns the series with the unit, stream, KPI and element that the path of a signal or handle names:
//
//	streams.NAME.mg_L.Nd           stream NAME, element Nd   ("streams." may be left out, but not before .pH)
//	units.TAG.signals.pH.stage1    unit TAG                  (TAG.pH.stage1 and TAG.flow as well)
//	units.TAG.conversion.Nd        unit TAG, element Nd
//	kpis.recovery.Nd               KPI recovery.Nd, element Nd
func (s series) at(path string) series {
	if name, ok := strings.CutPrefix(path, "kpis."); ok {
		s.kpi, s.element = name, element(name)
		return s
	}
	rest, stream := strings.CutPrefix(path, "streams.")
	if i := max(strings.LastIndex(rest, ".mol_s."), strings.LastIndex(rest, ".mg_L.")); i > 0 {
		s.stream, s.element = rest[:i], element(rest[i+1:])
		return s
	}
	for _, quantity := range []string{".kg_s", ".m3_s", ".T_K", ".pH"} {
		if name, ok := strings.CutSuffix(rest, quantity); ok && (stream || quantity != ".pH") {
			s.stream = name
			return s
		}
	}
	if stream {
		s.stream = rest
		return s
	}
	rest = strings.TrimPrefix(rest, "units.")
	tag, name, ok := strings.Cut(rest, ".signals.")
	if !ok {
		tag, name, ok = strings.Cut(rest, ".")
	}
	if ok { // without a name it is a gang: handles of several units
		s.unit, s.element = tag, element(name)
	}
	return s
}

// element returns the element that a quantity is about: "Nd" for "mg_L.Nd", "recovery.Nd"; "" for "pH".
func element(quantity string) string {
	of, symbol, _ := strings.Cut(quantity, ".")
	switch of {
	case "mg_L", "recovery", "purity", "conversion":
		return strings.TrimSuffix(symbol, ".value")
	}
	return ""
}

// append adds "raw,element=Nd,id=AT-101,site=uky", the tags in the order in which the server wants to sort them.
func (s series) append(dst []byte) ([]byte, error) {
	if s.id == "" && s.kpi == "" {
		return dst, fmt.Errorf("a point of %s without a name", s.measurement)
	}
	tags := [...][2]string{{"element", s.element}, {"id", s.id}, {"kpi", s.kpi}, {"site", s.site},
		{"stream", s.stream}, {"unit", s.unit}, {"uom", s.unitOfMeasure}}
	for _, tag := range tags {
		if !writable(tag[1]) {
			return dst, fmt.Errorf("%s %q cannot be written: it has a backslash, a control character or is not UTF-8", tag[0], tag[1])
		}
	}
	dst = append(dst, s.measurement...)
	for _, tag := range tags {
		if tag[1] != "" {
			dst = append(append(append(dst, ','), tag[0]...), '=')
			dst = escape(dst, tag[1])
		}
	}
	return dst, nil
}

// writable says whether line protocol can carry a name and every server reads back the same. It has no escape for a
// backslash: at the end of a value it would hide the comma, and before a blank it makes InfluxDB 1.8 find the end of the
// line elsewhere. A line break ends the line.
func writable(name string) bool {
	for i := range len(name) {
		if name[i] < ' ' || name[i] == '\\' || name[i] == 0x7f {
			return false
		}
	}
	return utf8.ValidString(name)
}

func escape(dst []byte, name string) []byte {
	for i := range len(name) {
		switch name[i] {
		case ',', '=', ' ':
			dst = append(dst, '\\')
		}
		dst = append(dst, name[i])
	}
	return dst
}
