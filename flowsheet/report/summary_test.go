package report

import (
	"bytes"
	"strings"
	"testing"
)

// The page of every plant says all that the issue of it asks for, is one well-formed sheet by its count of lines, and says what is not met.
func TestSummary(t *testing.T) {
	for file, wants := range map[string][]string{
		"uky.toml":      {"mixed REO 92", "Al2O3", ">not met<", "2.371 ×", "filter_cake_solid 23.40", ">31.91<", "Heat 0.2065 kW (roaster)", "Used outside its validity range: rougher_load stage 1 pH", "39 assumed"},
		"amd.toml":      {"25 Pa. Code 87.102, 30 days", ">1.851<", ">met<", "7.086", "≥ 5.490 (acidity)", "emission factor: hydrogen peroxide"},
		"coal-ash.toml": {"Ra-226 up to 0.2185", "5 pCi/g Ra-226", ">residue 18.64 · sludge 1.77<", "heat: digester, leach_1, leach_2", "No unit follows Ra-226: upper bounds, for the large streams only."},
		"sx-amd.toml":   {"shared by moles", "light_raffinate", ">99.991 %<"},
		"nd-cell.toml":  {"Nd metal SMM", ">not known<", "14 of 14", "Electricity 25.31 kW (cell).", ">3.214 to 3.720<"},
	} {
		var page bytes.Buffer
		if err := solvedFile(t, file).Summary(&page); err != nil {
			t.Fatal(err)
		}
		text := page.String()
		for _, want := range append(wants, "<h2>Goes in</h2>", "<h2>Comes out</h2>", "Recovery, from what is fed", "Products against their grades", "Ledger, per kg", "Worst imbalance", "What this page rests on") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q", file, want)
			}
		}
		if n := strings.Count(text, "<tr>"); n > 62 { // what a sheet of A4 holds, tried in a browser
			t.Errorf("%s: %d lines of tables are more than one sheet", file, n)
		}
		for _, tag := range []string{"table", "tr", "td", "div", "p", "h2"} {
			if open, shut := strings.Count(text, "<"+tag+">")+strings.Count(text, "<"+tag+" "), strings.Count(text, "</"+tag+">"); open != shut {
				t.Errorf("%s: %d <%s>, %d </%s>", file, open, tag, shut, tag)
			}
		}
		for _, wrong := range []string{"NaN", "Inf", "http://", "https://", "<script"} {
			if strings.Contains(text, wrong) {
				t.Errorf("%s holds %q", file, wrong)
			}
		}
	}
}

// What the salt of a cell brings is told from the feed: the recovery of the feed is that of the figures.
func TestSummaryTellsReagentsFromFeed(t *testing.T) {
	r := solvedFile(t, "cell-line.toml")
	var page bytes.Buffer
	if err := r.Summary(&page); err != nil {
		t.Fatal(err)
	}
	want := "% of the feed without them: "
	_, after, found := strings.Cut(page.String(), want)
	if recovery := brief(100 * *r.KPIs["recovery.Nd"].Value); !found || !strings.Contains(after, "Nd "+recovery) {
		t.Errorf("no %q with Nd %s", want, recovery)
	}
}

// Only what takes heat is named as taking it: not the cooler behind a kiln.
func TestSummaryNamesWhatIsHeated(t *testing.T) {
	r := solvedFile(t, "oxide-line.toml")
	for _, e := range r.Ledger.Entries {
		if e.Kind == "heat" && (len(e.At) != 1 || e.At[0] != "calciner") {
			t.Errorf("heat at %v", e.At)
		}
	}
}
