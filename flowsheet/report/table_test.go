package report_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"reetwin/flowsheet/report"
)

func TestTable(t *testing.T) {
	text := asTable(t, solve(t, uky))
	for _, want := range []string{"UKy coal-refuse plant: converged in", "worst imbalance", "rougher_load_aq_out", "D2EHPA g/L",
		"purity: REE metal in stream", "Warnings: 16 in 7 kinds", "O/A is 1290;", "Recovery, from leach_solid_in to oxide_product", "31.91", "kg/kg REO", "precipitator.reagent", "outside_range ×", "assumed"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q", want)
		}
	}
	lines := strings.Split(text, "\n")
	if len(lines) > 150 {
		t.Errorf("%d lines are more than two screens", len(lines))
	}
	for _, line := range lines {
		if n := len([]rune(line)); n > 124 || strings.HasSuffix(line, " ") {
			t.Errorf("%d characters, or blanks at the end: %q", n, line)
		}
	}
	for _, word := range []string{"NaN", "Inf", "-0.000 "} {
		if strings.Contains(text, word) {
			t.Errorf("the table holds %q", word)
		}
	}
}

// What a plant asks first stands first; how it was solved stands last.
func TestOrderOfTable(t *testing.T) {
	text := asTable(t, solve(t, uky))
	at := 0
	for _, part := range []string{"UKy coal-refuse plant: converged in ", " ms, worst imbalance ", "\nRecovery, from ", "\nFigures\n", "purity: REE",
		"\nProducts against", "\nLedger", "\nAqueous streams", "\nOrganic", "\nSolid", "\nStage profiles", "\nBalance of", "\nDrawn", "\nWarnings", "\nRests on", "\nSolver: cold, "} {
		i := strings.Index(text[at:], part)
		if i < 0 {
			t.Fatalf("no %q after %.60q", part, text[at:])
		}
		at += i
	}
	if lines := strings.Split(strings.TrimSpace(text), "\n"); !strings.HasPrefix(lines[len(lines)-1], "Solver: ") || strings.Contains(lines[0], "Newton") {
		t.Errorf("first line %q, last line %q", lines[0], lines[len(lines)-1])
	}
}

// What several units say alike stands once, with their places; what differs stands by itself, and a wide table has a line for each.
func TestWarningsAlike(t *testing.T) {
	r := solve(t, uky)
	v := r.Warnings[0]
	r.Warnings = nil
	for i, text := range []string{"gels", "gels", "dries", "gels"} {
		v.Code, v.Tag, v.Where, v.Text = "odd", "u"+strconv.Itoa(i), "u"+strconv.Itoa(i)+" tank", text
		r.Warnings = append(r.Warnings, v)
	}
	var wide bytes.Buffer
	if err := r.Wide(&wide); err != nil {
		t.Fatal(err)
	}
	for what, w := range map[string][2]string{
		"table": {asTable(t, r), "Warnings: 4 in 2 kinds\n  odd at 3 places  u0 tank, u1 tank, u3 tank: gels\n  odd  u2 tank: dries\n"},
		"wide":  {wide.String(), "Warnings: 4\n  odd  u0 tank: gels\n  odd  u1 tank: gels\n  odd  u2 tank: dries\n  odd  u3 tank: gels\n"},
	} {
		if !strings.Contains(w[0], w[1]) {
			t.Errorf("%s lacks %q:\n%s", what, w[1], section(t, w[0], "Warnings"))
		}
	}
}

// section is a table's part from a title to the next blank line.
func section(t *testing.T, text, title string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n"+title)
	if !ok {
		t.Fatalf("no %q", title)
	}
	part, _, _ := strings.Cut(rest, "\n\n")
	return part
}

// Salts without water and streams without flow are not aqueous streams.
func TestDryAndEmptyStreams(t *testing.T) {
	r := solve(t, uky)
	idle := r.Streams["scrub_recycle"]
	idle.Mass, idle.Volume, idle.PH = 0, 0, nil
	idle.Phases, idle.Moles, idle.Atoms, idle.Tenor = nil, nil, nil, nil
	r.Streams["scrub_recycle"] = idle
	text := asTable(t, r)
	aqueous := section(t, text, "Aqueous streams")
	for _, name := range []string{"roaster_salts", "scrub_recycle "} {
		if strings.Contains(aqueous, name) {
			t.Errorf("%s is among the aqueous streams:\n%s", name, aqueous)
		}
	}
	salts := r.Streams["roaster_salts"]
	nd := strconv.FormatFloat(1000*r.Elements["Nd"].Mass*salts.Atoms["Nd"]/salts.Mass, 'f', 4, 64)
	if part := section(t, text, "Dissolved salts without their water"); !strings.Contains(part, "roaster_salts") || !strings.HasSuffix(part, nd) {
		t.Errorf("no Nd %s in %s", nd, part)
	}
	if part := section(t, text, "Empty streams: "); part != "scrub_recycle" {
		t.Errorf("empty: %q", part)
	}
}

// Published numbers of another case are marked, whoever reads the result.
func TestChangedCase(t *testing.T) {
	r := report.New(solved(t, uky, "dosage=10 %"), "dosage=10 %")
	back, err := report.Read(bytes.NewReader(asJSON(t, r)))
	if err != nil || !slices.Equal(back.Changed, []string{"dosage=10 %"}) {
		t.Fatalf("%v, %q", err, back.Changed)
	}
	text := asTable(t, back)
	for _, want := range []string{"published %*  deviation %*", "published*  deviation %*"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	note := "  * published for another case; this one differs by dosage=10 %\n"
	if n := strings.Count(text, note); n != 2 {
		t.Errorf("%d notes", n)
	}
	if rows := string(encode(t, func(b *bytes.Buffer) error { return r.CSV(b) })); !strings.Contains(rows, ",changed,,dosage=10 %,\n") {
		t.Error("the CSV does not say what changed")
	}
	if text := asTable(t, solve(t, uky)); strings.Contains(text, "*") {
		t.Error("the published case is marked as another")
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"O/A is 1.29e+03; run at 0.1": "O/A is 1290; run at 0.1", "5e-06 to 2e+07": "5e-6 to 2e7", "1.5e+00": "1.5",
		"1e+999": "1e+999", "the+3 Nd+3, De+03": "the+3 Nd+3, De+03", "-2.5e+02 K": "-250 K",
	} {
		if got := report.Plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
