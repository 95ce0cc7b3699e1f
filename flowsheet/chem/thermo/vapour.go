package thermo

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Vapour is the vapour pressure of a metal, piece by piece over temperature.
type Vapour struct {
	Name   string
	Pieces []VapourPiece // rising in temperature
}

// VapourPiece is ln (p / Pa) = A + B/T + C ln T + D T between Lo and Hi (K).
type VapourPiece struct {
	State      State // of the metal
	Lo, Hi     float64
	A, B, C, D float64
	Class      chem.Class
	Source     string
}

// Vapour finds a metal. The error names those that there are.
func (l *Library) Vapour(name string) (*Vapour, error) {
	if v, ok := l.vapours[name]; ok {
		return v, nil
	}
	return nil, fmt.Errorf("no vapour pressure of %q; %s", name, conf.Hint(name, slices.Sorted(maps.Keys(l.vapours))))
}

// Vapours lists the metals there are.
func (l *Library) Vapours() []string { return slices.Sorted(maps.Keys(l.vapours)) }

// At is the pressure at T (K), Pa, its derivative d ln p / d ln T, and the piece used. Outside all pieces it is that of the
// nearest: covered is false, and the caller says so.
func (v *Vapour) At(T float64) (p, slope float64, from *VapourPiece, covered bool) {
	for i := range v.Pieces {
		from = &v.Pieces[i]
		if T <= from.Hi {
			break
		}
	}
	return math.Exp(from.A + from.B/T + from.C*math.Log(T) + from.D*T), from.C + from.D*T - from.B/T, from, T >= from.Lo && T <= from.Hi
}

func (b *builder) readVapour(t *conf.Table, name string) {
	v := &Vapour{Name: name}
	for i, one := range t.Tables("pieces") {
		by := b.source(one, "by", nil)
		p := VapourPiece{State: State(one.Choice("state", "s", "l")), Lo: one.Quantity("lo", "K", temperature), Hi: one.Quantity("hi", "K", temperature),
			A: one.Quantity("A", "1", conf.Any), B: one.Quantity("B", "K", conf.Any), C: one.Quantity("C", "1", conf.Any), D: one.Quantity("D", "1/K", conf.Any),
			Class: by.class, Source: by.text}
		if !(p.Hi > p.Lo) || i > 0 && p.Lo < v.Pieces[i-1].Hi {
			one.Fault("lo", "the range is empty or begins before the piece above ends")
		}
		v.Pieces = append(v.Pieces, p)
		one.Close()
	}
	if len(v.Pieces) == 0 && !t.Faulty("pieces") {
		t.Fault("pieces", "missing")
	}
	b.lib.vapours[name] = v
}
