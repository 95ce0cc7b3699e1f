package report

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"strings"
)

// Digits is a number as tables show it: four significant digits, plain from 0.001 to 99999, else as a power of ten.
func Digits(v float64) string { return digits(v) }

// Shown is a quantity in the unit that plant people read it in.
func Shown(v float64, unit string) (float64, string) { return shown(v, unit) }

// Fixed is a number with a given count of decimals, without a sign when all of them are 0.
func Fixed(v float64, decimals int) string { return fixed(v, decimals) }

// Table is a table for people: the first Words columns hold words, the others numbers.
type Table struct {
	Title string
	Head  []string
	Words int
	Rows  [][]string
	Notes []string // below it
}

// Add appends a row; one cell for each of Head.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Text writes the table for a terminal, nothing when it has neither rows nor notes.
func (t *Table) Text(w io.Writer) error {
	out := &sticky{w: w}
	if len(t.Rows) > 0 {
		(&grid{title: t.Title, head: t.Head, words: t.Words, rows: t.Rows}).write(out)
	} else if len(t.Notes) > 0 {
		fmt.Fprintf(out, "\n%s\n", t.Title)
	}
	for _, n := range t.Notes {
		fold(out, "  ", strings.Fields(n), " ")
	}
	return out.err
}

// Drawing is a Chart, Map or Bars.
type Drawing interface {
	Write(w io.Writer, format string) error
}

// Page is one HTML page that needs no other file.
type Page struct {
	Title, Lead string
	Parts       []Part
}

// Part is a table or a drawing of a page.
type Part struct {
	Table   *Table
	Drawing Drawing
	Caption string // of the drawing
}

const pageStyle = `body{font:15px/1.45 system-ui,sans-serif;margin:1.5em auto;max-width:72em;padding:0 1em;color:#111}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:1.8em}
table{border-collapse:collapse;font-size:.86em}td,th{padding:.15em .7em;text-align:right;white-space:nowrap;border-bottom:1px solid #ddd}
th{border-bottom:2px solid #888}td.w,th.w{text-align:left}div.t{overflow-x:auto}figure{margin:1.5em 0}figure svg{max-width:100%;height:auto}figure svg text{font-family:"Liberation Sans",Arial,Helvetica,sans-serif!important}
figcaption,p.n{color:#444;font-size:.9em;max-width:60em}`

// Write writes the page, drawings inside as SVG.
func (p *Page) Write(w io.Writer) error {
	out := &sticky{w: w}
	fmt.Fprintf(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title><meta name=\"viewport\" content=\"width=device-width\"><style>%s</style></head><body>\n<h1>%s</h1>\n<p>%s</p>\n",
		html.EscapeString(p.Title), pageStyle, html.EscapeString(p.Title), html.EscapeString(p.Lead))
	for _, part := range p.Parts {
		if part.Table != nil {
			part.Table.html(out)
		}
		if part.Drawing == nil {
			continue
		}
		var svg bytes.Buffer
		if err := part.Drawing.Write(&svg, "svg"); err != nil {
			return err
		}
		text := svg.String()
		if at := strings.Index(text, "<svg"); at >= 0 {
			text = text[at:] // no XML declaration inside a page
		}
		fmt.Fprintf(out, "<figure>%s<figcaption>%s</figcaption></figure>\n", text, html.EscapeString(part.Caption))
	}
	fmt.Fprintln(out, "</body></html>")
	return out.err
}

func (t *Table) html(w io.Writer) {
	if len(t.Rows) == 0 && len(t.Notes) == 0 {
		return
	}
	fmt.Fprintf(w, "<h2>%s</h2>\n", html.EscapeString(t.Title))
	if len(t.Rows) > 0 {
		fmt.Fprint(w, "<div class=\"t\"><table>")
		for i, row := range append([][]string{t.Head}, t.Rows...) {
			tag := "td"
			if i == 0 {
				tag = "th"
			}
			fmt.Fprint(w, "<tr>")
			for c, cell := range row {
				class := ""
				if c < t.Words {
					class = ` class="w"`
				}
				fmt.Fprintf(w, "<%s%s>%s</%s>", tag, class, html.EscapeString(cell), tag)
			}
			fmt.Fprintln(w, "</tr>")
		}
		fmt.Fprintln(w, "</table></div>")
	}
	for _, n := range t.Notes {
		fmt.Fprintf(w, "<p class=\"n\">%s</p>\n", html.EscapeString(n))
	}
}
