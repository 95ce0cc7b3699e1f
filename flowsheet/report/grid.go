package report

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// grid is a text table: columns of words to the left, columns of numbers to the right, as wide as their cells.
type grid struct {
	title string
	head  []string
	words int // leading columns that hold words
	rows  [][]string
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// write prints the grid with a blank line above; nothing when it has no row.
func (g *grid) write(w io.Writer) { g.print(w, append([][]string{g.head}, g.rows...)) }

// writeBody prints the grid without its head.
func (g *grid) writeBody(w io.Writer) { g.print(w, g.rows) }

func (g *grid) print(w io.Writer, lines [][]string) {
	if len(g.rows) == 0 {
		return
	}
	if g.title != "" {
		fmt.Fprintf(w, "\n%s\n", g.title)
	}
	width := make([]int, len(g.head))
	for _, row := range lines {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range lines {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i < g.words {
				cell, pad = pad, cell
			}
			line.WriteString("  " + pad + cell)
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// sticky keeps the first error of a writer, so that a report checks once.
type sticky struct {
	w   io.Writer
	err error
}

func (s *sticky) Write(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(b)
	s.err = err
	return n, err
}

// digits is a number with four significant digits, five from 10000 on: plain from 0.001 to 99999, else as a power of ten.
func digits(v float64) string {
	_, after, _ := strings.Cut(strconv.FormatFloat(v, 'e', 3, 64), "e")
	exponent, err := strconv.Atoi(after)
	switch {
	case err != nil: // NaN, Inf
		return strconv.FormatFloat(v, 'g', -1, 64)
	case v == 0:
		return "0"
	case exponent < -3 || exponent > 4:
		return power(v, 3)
	}
	return strconv.FormatFloat(v, 'f', max(0, 3-exponent), 64)
}

// power writes 1.234e-5 instead of 1.234e-05.
func power(v float64, decimals int) string {
	mantissa, after, _ := strings.Cut(strconv.FormatFloat(v, 'e', decimals, 64), "e")
	exponent, err := strconv.Atoi(after)
	if err != nil || v == 0 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return mantissa + "e" + strconv.Itoa(exponent)
}

// exponential finds numbers as Go writes them with a power of ten.
var exponential = regexp.MustCompile(`\b\d(?:\.\d+)?e[+-]\d+\b`)

// Plain writes the numbers in a text as plant people do: 1290 for 1.29e+03, 1.5e-6 for 1.5e-06, 2e7 for 2e+07.
func Plain(text string) string {
	return exponential.ReplaceAllStringFunc(text, func(number string) string {
		mantissa, after, _ := strings.Cut(number, "e")
		v, err := strconv.ParseFloat(number, 64)
		exponent, fault := strconv.Atoi(after)
		switch {
		case err != nil || fault != nil: // beyond what a float64 holds
			return number
		case exponent >= 0 && exponent < 7:
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return mantissa + "e" + strconv.Itoa(exponent)
	})
}

// fixed is a number with a given count of decimals, without a sign when all of them are 0.
func fixed(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return text
}

const none = "–"

// maybe is a number that may be missing.
func maybe(v *float64, write func(float64) string) string {
	if v == nil {
		return none
	}
	return write(*v)
}

// inOrder lists the keys of a map by the number that each value has.
func inOrder[V any](values map[string]V, number func(V) int) []string {
	return sortedKeys(values, func(a, b string) int { return number(values[a]) - number(values[b]) })
}

// sortedKeys lists the keys of a map by an order, equals alphabetically.
func sortedKeys[V any](values map[string]V, order func(a, b string) int) []string {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if by := order(a, b); by != 0 {
			return by
		}
		return strings.Compare(a, b)
	})
	return keys
}

// alphabetical lists the keys of a map.
func alphabetical[V any](values map[string]V) []string {
	return sortedKeys(values, func(a, b string) int { return 0 })
}

// shown is a quantity in the unit that plant people read it in.
func shown(v float64, unit string) (float64, string) {
	convert, name := plantUnit(unit, v)
	return convert(v), name
}

// plantUnit is the unit that plant people read quantities of a size (SI) in, and the conversion to it.
func plantUnit(unit string, size float64) (convert func(float64) float64, name string) {
	times := func(f float64) func(float64) float64 { return func(v float64) float64 { return f * v } }
	switch unit {
	case "m3/s":
		if math.Abs(size)*3600 < 1 {
			return times(3.6e6), "L/h"
		}
		return times(3600), "m3/h"
	case "kg/s":
		return times(3600), "kg/h"
	case "mol/s":
		return times(3600), "mol/h"
	case "K":
		return func(v float64) float64 { return v - 273.15 }, "°C"
	case "W", "J/s":
		return times(1e-3), "kW"
	case "m3":
		if math.Abs(size) < 10 {
			return times(1000), "L"
		}
	case "mol/m3":
		return times(1e-3), "mol/L"
	case "m3/mol":
		return times(1000), "L/mol"
	case "g/m3", "mg/L":
		if math.Abs(size) >= 1e5 {
			return times(1e-3), "g/L"
		}
		return times(1), "mg/L"
	case "1":
		return times(1), ""
	}
	return times(1), unit
}
