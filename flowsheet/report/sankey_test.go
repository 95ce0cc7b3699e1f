package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
	"reetwin/flowsheet/conf"
	catalogue "reetwin/units"
)

func solvedFile(t testing.TB, file string) *Result {
	t.Helper()
	tree, err := conf.Load("../../configs/" + file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowsheet.Load(tree, catalogue.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Solve(); err != nil {
		t.Fatal(err)
	}
	return New(p)
}

type box struct {
	what                  string
	left, top, wide, tall float64
}

func (b box) over(o box) bool {
	const touch = 0.5
	return b.left+touch < o.left+o.wide && o.left+touch < b.left+b.wide && b.top+touch < o.top+o.tall && o.top+touch < b.top+b.tall
}

// lettering are the boxes of all labels, as letter and name place them.
func (s *Sankey) lettering() (all []box) {
	for _, n := range s.nodes {
		lines := s.label(n)
		top := n.y + max(0, (n.high-sankeyLine*float64(len(lines)))/2)
		for i, line := range lines {
			all = append(all, box{n.name, s.x[n.layer] + nodeWide + 3, top + sankeyLine*float64(i), sankeyLetter * float64(len([]rune(line))), sankeyLine})
		}
	}
	for _, b := range s.bands {
		if b.back {
			wide := sankeyLetter * float64(len([]rune(s.told(b))))
			all = append(all, box{b.name, (b.exit+b.come)/2 - wide/2, b.lane - sankeyLine/2, wide, sankeyLine})
		}
	}
	return all
}

// Every drawing of every plant: what a unit is drawn to take is what it is drawn to give but for what is not drawn, no label lies over another, no
// node over another, everything lies on the sheet, and it is well-formed.
func TestSankey(t *testing.T) {
	for file, traced := range map[string][]string{
		"uky.toml":      {"Nd", "Ce", "Dy", "Al", "Fe", "REE", "mass", "D2EHPA", "kerosene", "HCl", "H2SO4", "H2C2O4"},
		"amd.toml":      {"Nd", "Sc", "Lu", "Al", "Mn", "Na", "REE", "mass", "HCl", "NaOH", "Ca(OH)2"},
		"coal-ash.toml": {"Nd", "Sc", "Th", "U", "Si", "Al", "REE", "mass", "HCl", "NaOH"},
		"sx-amd.toml":   {"Nd", "Y", "REE", "mass", "PC88A", "HCl", "NaOH"},
		"nd-cell.toml":  {"Nd", "F", "C", "mass"},

		"amd-to-metal.toml": {"Nd", "Dy", "Y", "La", "REE", "HCl", "NaOH", "oxalic acid", "HF", "HF(g)", "Ca", "Ca(s)"},
		"ash-to-metal.toml": {"Nd", "Dy", "Y", "La", "REE", "HCl", "NaOH", "oxalic acid", "HF", "HF(g)", "Ca", "Ca(s)"},
	} {
		if testing.Short() && strings.Contains(file, "-to-metal") {
			continue
		}
		r := solvedFile(t, file)
		for _, of := range traced {
			s, err := r.Sankey(of)
			if err != nil {
				t.Errorf("%s %s: %v", file, of, err)
				continue
			}
			var text, again bytes.Buffer
			if err := s.Write(&text, "svg"); err != nil {
				t.Fatal(err)
			}
			other, _ := r.Sankey(of)
			if err := other.Write(&again, "svg"); err != nil || !bytes.Equal(text.Bytes(), again.Bytes()) {
				t.Errorf("%s %s: drawn twice, two drawings (%v)", file, of, err)
			}
			d := xml.NewDecoder(&text)
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s %s: %v", file, of, err)
				}
			}
			if s.wide > 3000 {
				t.Errorf("%s %s: %.0f points wide", file, of, s.wide)
			}
			for _, fault := range s.faults(of) {
				t.Errorf("%s %s: %s", file, of, fault)
			}
		}
	}
}

func (s *Sankey) faults(of string) (faults []string) {
	sum := func(bands []*sankeyBand) (v float64) {
		for _, b := range bands {
			v += b.value
		}
		return v
	}
	made := of == "H2C2O4" || of == "oxalic acid" || strings.HasSuffix(of, ")") || of == "D2EHPA" || of == "PC88A" || of == "kerosene" // may be made or used up inside
	for _, n := range s.nodes {
		undrawn := float64(12) * leastBand * s.In
		if gap := sum(n.in) - sum(n.out); n.kind == unitNode && !made && math.Abs(gap) > undrawn {
			faults = append(faults, n.name+" takes other than it gives")
		}
		if n.y < 0 || n.y+n.high > s.high || s.x[n.layer] < 0 || s.x[n.layer] > s.wide {
			faults = append(faults, n.name+" lies off the sheet")
		}
	}
	letters := s.lettering()
	for i, a := range letters {
		if a.left < 0 || a.top < 30 || a.top+a.tall > s.high {
			faults = append(faults, "label of "+a.what+" lies off the sheet")
		}
		for _, b := range letters[i+1:] {
			if a.over(b) {
				faults = append(faults, "labels of "+a.what+" and "+b.what+" overlap")
			}
		}
	}
	for i, a := range s.nodes {
		for _, b := range s.nodes[i+1:] {
			if a.layer == b.layer && a.y+0.5 < b.y+b.high && b.y+0.5 < a.y+a.high {
				faults = append(faults, "nodes "+a.name+" and "+b.name+" overlap")
			}
		}
	}
	return faults
}

// A reagent may be asked for as the ledger names it.
func TestSankeyOfLedgerNames(t *testing.T) {
	for file, names := range map[string][]string{"amd.toml": {"slaked lime", "hydrogen peroxide", "water"}, "calcium-line.toml": {"calcium"}, "nd-cell.toml": {"graphite", "air"}} {
		r := solvedFile(t, file)
		for _, name := range names {
			s, err := r.Sankey(name)
			if err != nil {
				t.Errorf("%s, %s: %v", file, name, err)
				continue
			}
			if !(s.In > 0) || !strings.Contains(s.Title, name+", as ") {
				t.Errorf("%s: %q, %g in", file, s.Title, s.In)
			}
		}
	}
}

// A reagent nearly named is named.
func TestSankeyHintsAtLedgerNames(t *testing.T) {
	r := solvedFile(t, "amd.toml")
	for of, want := range map[string]string{"Slaked Lime": "slaked lime", "slaked lme": "slaked lime", "hydrogen peroxid": "hydrogen peroxide"} {
		if _, err := r.Sankey(of); err == nil || !strings.Contains(err.Error(), "did you mean \""+want) {
			t.Errorf("%s: %v", of, err)
		}
	}
}

func TestSankeyRefuses(t *testing.T) {
	r := solvedFile(t, "sx-amd.toml")
	for of, want := range map[string]string{"Nx": "no element, component or reagent", "Nb": "no element", "nd": `did you mean "Nd"`, "Xx2O3": "no element"} {
		if _, err := r.Sankey(of); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", of, err)
		}
	}
	if _, err := solvedFile(t, "uky.toml").Sankey("HCL"); err == nil || !strings.Contains(err.Error(), `did you mean "HCl"`) {
		t.Errorf("HCL: %v", err)
	}
	s, err := r.Sankey("Nd")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(io.Discard, "bmp"); err == nil {
		t.Error("a format that is not known is drawn")
	}
}

// The widths of a drawing are the flows: what enters and leaves, as the tables have it.
func TestSankeyTellsTheFlows(t *testing.T) {
	r := solvedFile(t, "uky.toml")
	s, err := r.Sankey("Nd")
	if err != nil {
		t.Fatal(err)
	}
	s.layout()
	loss, err := r.Loss("Nd")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, o := range loss.Outlets {
		out[o.Stream] = 3.6e6 * o.Mass
	}
	scale := 0.0
	for _, n := range s.nodes {
		switch {
		case n.kind == outEnd && math.Abs(n.value/out[n.name]-1) > 1e-12:
			t.Errorf("%s: %g g/h drawn, %g in the table", n.name, n.value, out[n.name])
		case n.kind == outEnd && n.high > 0.9:
			if scale == 0 {
				scale = n.high / n.value
			}
			if math.Abs(n.high/n.value/scale-1) > 1e-9 {
				t.Errorf("%s: %g points per g/h, others %g", n.name, n.high/n.value, scale)
			}
		}
	}
}
