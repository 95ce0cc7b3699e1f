package report_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"reetwin/flowsheet/report"
)

func TestLossCloses(t *testing.T) {
	r := solve(t, uky)
	for e := range r.Balances.Plant {
		if e == "charge" {
			continue
		}
		l, err := r.Loss(e)
		if err != nil {
			t.Errorf("%s: %v", e, err)
			continue
		}
		in, out := 0.0, 0.0
		for _, s := range l.Inlets {
			in += s.Share
		}
		for _, s := range l.Outlets {
			out += s.Share
		}
		if math.Abs(in-1) > 1e-12 || math.Abs(out-1) > 1e-10 {
			t.Errorf("%s: inlets add to %.14g, outlets to %.14g", e, in, out)
		}
	}
	l, err := r.Loss("Nd")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(l.Outlets, func(s report.Share) bool { return s.Stream == "oxide_product" })
	if i < 0 || math.Abs(l.Outlets[i].Share-*r.KPIs["recovery.Nd"].Value) > 1e-12 {
		t.Errorf("the share of the product is not the recovery: %+v", l.Outlets)
	}
	for _, group := range []string{"REE", "REE_without_Sc"} {
		l, err := r.Loss(group)
		if err != nil {
			t.Fatal(err)
		}
		in, out := 0.0, 0.0
		for _, s := range l.Inlets {
			in += s.Mass
		}
		for _, s := range l.Outlets {
			out += s.Share
			if want := *r.KPIs["recovery."+group].Value; s.Stream == "oxide_product" && math.Abs(s.Share-want) > 1e-12 {
				t.Errorf("%s: share of the product %g, recovery %g", group, s.Share, want)
			}
		}
		if math.Abs(out-1) > 1e-10 || in != l.In {
			t.Errorf("%s: outlets add to %.14g, inlets to %g of %g", group, out, in, l.In)
		}
	}
	if _, err := r.Loss("Ndd"); err == nil || !strings.Contains(err.Error(), `"Nd"`) {
		t.Errorf("Ndd: %v", err)
	}
	if _, err := r.Loss("zirconium"); err == nil || !strings.Contains(err.Error(), "known are ") || !strings.Contains(err.Error(), "Dy, REE, REE_without_Sc") {
		t.Errorf("zirconium: %v", err)
	}
}

func TestCompare(t *testing.T) {
	base, run := solve(t, uky), solve(t, uky, "dosage=10 %")
	same, err := report.Compare(base, base)
	if err != nil || len(same.Differences) != 0 || same.Same < 500 {
		t.Errorf("a plant differs from itself: %v, %d same", same.Differences, same.Same)
	}
	c, err := report.Compare(run, base)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, d := range c.Differences {
		if d.Rel != nil && math.Abs(*d.Rel-(d.Run-d.Reference)/math.Abs(d.Reference)) > 1e-12 {
			t.Errorf("%s: %g of %g is %g", d.Path, d.Change, d.Reference, *d.Rel)
		}
		if d.Path == "kpis.recovery.Nd.value" {
			is, was := *run.KPIs["recovery.Nd"].Value, *base.KPIs["recovery.Nd"].Value
			found = d.Run == is && d.Reference == was && d.Change == is-was && *d.Rel < 0 && d.Group == "kpi"
		}
	}
	if !found {
		t.Error("recovery.Nd is not among the differences, or its change has the wrong sign")
	}
	// A tenor that only one of them has counts as 0; what a plant does not have is named.
	delete(run.Streams["leach_filtrate"].Tenor, "Nd")
	delete(run.Streams, "leach_acid")
	c, err = report.Compare(run, base)
	if err != nil || !slices.Equal(c.OnlyReference, []string{"streams.leach_acid"}) || len(c.OnlyRun) != 0 {
		t.Errorf("only in the reference: %v, only in the run: %v, %v", c.OnlyReference, c.OnlyRun, err)
	}
	gone := func(d report.Difference) bool { return d.Path == "streams.leach_filtrate.mg_L.Nd" }
	if i := slices.IndexFunc(c.Differences, gone); i < 0 || c.Differences[i].Run != 0 || *c.Differences[i].Rel != -1 {
		t.Errorf("a tenor that is gone: index %d", i)
	}
	c, err = report.Compare(base, run)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(c.Differences, gone); i != 0 || c.Differences[i].Reference != 0 || c.Differences[i].Rel != nil {
		t.Errorf("a tenor that is new: index %d", i)
	}
}

// The table begins with the figures and says each thing once.
func TestCompareTable(t *testing.T) {
	base, run := solve(t, uky), solve(t, uky, "dosage=10 %")
	c, err := report.Compare(run, base)
	if err != nil {
		t.Fatal(err)
	}
	text := string(encode(t, func(b *bytes.Buffer) error { return c.Table(b) }))
	at := 0
	for _, part := range []string{"\nFigures\n", "reference  this run", "change", "\nHandles\n", "tenor.D2EHPA", "-50.00 %", "\nStreams that enter and leave",
		"\nStreams inside", "-o wide"} {
		i := strings.Index(text[at:], part)
		if i < 0 {
			t.Fatalf("no %q after %.60q in\n%s", part, text[at:], text)
		}
		at += i
	}
	for _, twice := range []string{"roaster_dust Nd", "rougher_raffinate_recycle", "rougher_org_recycle", "roaster_solid_in"} {
		if strings.Contains(text, twice) {
			t.Errorf("%s has the composition of a stream above:\n%s", twice, text)
		}
	}
	for _, name := range []string{"Streams that enter and leave", "Streams inside"} {
		if n := strings.Count(section(t, text, name), "\n"); n > 42 {
			t.Errorf("%s: %d lines", name, n)
		}
	}
	if strings.Contains(text, "e-10") {
		t.Error("the table shows traces")
	}
	wide := string(encode(t, func(b *bytes.Buffer) error { return c.Wide(b) }))
	if n := strings.Count(wide, "\n"); n < len(c.Differences) || !strings.Contains(wide, "roaster_dust Nd") || strings.Contains(wide, "more are smaller") {
		t.Errorf("wide has %d lines for %d differences", n, len(c.Differences))
	}
}
