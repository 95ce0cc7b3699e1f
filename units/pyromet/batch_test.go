package pyromet

import (
	"math"
	"strings"
	"testing"

	"reetwin/flowsheet"
)

// Keys that make no sense together are refused by name.
func TestBatchKeysRefused(t *testing.T) {
	for keys, want := range map[string]string{
		"campaign = 3\n":                                          "needs charge_mass",
		"standstill = \"2 h\"\n":                                  "needs campaign",
		"charge_mass = \"-1 kg\"\n":                               "charge_mass",
		"discharge_time = \"0 s\"\n":                              "discharge_time",
		"campaign = 1.5\ncharge_mass = \"1 kg\"\n":                "campaign",
		"campaign = 3\ncharge_mass = \"1 kg\"\nstand = \"2 h\"\n": "stand",
	} {
		if _, err := tryBatch(t, NewHydrogenDecrepitation(), magnetChemistry, decrepitating+keys); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", keys, err, want)
		}
	}
}

// The share of a product bin that is left, and its mean, against the feeder followed step by step.
func TestEmptying(t *testing.T) {
	const set = 10.0
	for _, time := range []float64{0.1, 5, 7.4, 7.6, 14.9, 31} {
		const steps = 200_000
		content, rate, since, sum := 1.0, 1/set, 1.0, 0.0
		for range steps {
			sum += content / steps
			content -= rate * time / steps
			if content <= lotsHeel*since {
				rate, since = content/set, content
			}
		}
		left, mean := emptying(set, time)
		if math.Abs(left-content) > 1e-4 || math.Abs(mean-sum) > 1e-4 {
			t.Errorf("after %g: %.6g left, mean %.6g; followed %.6g and %.6g", time, left, mean, content, sum)
		}
	}
	if left, mean := emptying(set, math.Inf(1)); left != 0 || mean != 0 {
		t.Errorf("never again: %g left, mean %g", left, mean)
	}
}

// worked is a decrepitation furnace with its memory, begun at 10 kg/h of Nd.
type worked struct {
	*batch
	e flowsheet.Eventer
	x []float64
}

func work(t *testing.T, keys string, feed float64) *worked {
	t.Helper()
	b, err := tryBatch(t, NewHydrogenDecrepitation(), magnetChemistry, decrepitating+keys)
	if err != nil {
		t.Fatal(err)
	}
	b.in[0].N[b.at("Nd(s)")] = feed / 3600 / b.sys.Components[b.at("Nd(s)")].M
	w := &worked{b, b.unit.(flowsheet.Eventer), make([]float64, len(b.spec.States))}
	if err := b.unit.Solve(&flowsheet.Stage{}, b.u, w.x, b.in, b.out); err != nil {
		t.Fatal(err)
	}
	if err := w.e.Begin(b.u, w.x, b.in, b.out); err != nil {
		t.Fatal(err)
	}
	return w
}

// until steps to a time and fires what is due on the way and then.
func (w *worked) until(length float64) {
	w.t.Helper()
	for length > 1e-6 {
		h := math.Min(length, w.e.Due(w.u, w.x, w.in))
		if h > 0 {
			prev := append([]float64(nil), w.x...)
			if err := w.unit.Solve(&flowsheet.Stage{Rate: 1 / h, Prev: prev}, w.u, w.x, w.in, w.out); err != nil {
				w.t.Fatal(err)
			}
			length -= h
		}
		for w.e.Due(w.u, w.x, w.in) <= flowsheet.EventTol {
			if err := w.e.Fire(w.u, w.x); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func (w *worked) signal(name string) float64 {
	w.t.Helper()
	y := make([]float64, len(w.spec.Signals))
	w.unit.(flowsheet.Observer).Observe(w.u, w.x, w.in, w.out, y)
	for i, s := range w.spec.Signals {
		if s.Name == name {
			return y[i]
		}
	}
	w.t.Fatalf("no signal %q", name)
	return 0
}

// By weight a furnace waits for its charge: no power, no hydrogen, no gas meanwhile; while it works both flow evenly. A campaign ends in a standstill.
func TestFurnaceWaitsAndStands(t *testing.T) {
	w := work(t, "charge_mass = \"80 kg\"\ncampaign = 2\nstandstill = \"9 h\"\n", 10)
	h2 := w.at("H2(g)")
	rest := *w
	rest.x = make([]float64, len(w.x))
	steady := rest.signal("power")
	w.until(2 * 3600)
	if w.signal("working") != 1 || math.Abs(w.signal("progress")-0.4) > 1e-9 {
		t.Errorf("after 2 h of 5 h: %g working, progress %g", w.signal("working"), w.signal("progress"))
	}
	if mean := 5. / 8 * w.signal("power"); math.Abs(mean-steady) > 1e-9*steady {
		t.Errorf("power of %g W for 5 h of 8 h, steady %g W", w.signal("power"), steady)
	}
	drawn := 80 / w.sys.Components[w.at("Nd(s)")].M / (5 * 3600) // a mole per mole of solids
	if got := w.out[decrepitationDrawn].N[h2]; math.Abs(got-drawn) > 1e-9*drawn {
		t.Errorf("%g mol/s of hydrogen drawn, want %g", got, drawn)
	}
	loss := w.signal("heat_loss")
	w.until(4 * 3600) // at 6 h: tapped at 5 h, 60 kg of 80 there
	if w.signal("working") != 0 || w.signal("power") != 0 || w.out[decrepitationDrawn].N[h2] != 0 || w.out[decrepitationGas].N[h2] != 0 {
		t.Errorf("while it waits: %g working, %g W, %g mol/s drawn", w.signal("working"), w.signal("power"), w.out[decrepitationDrawn].N[h2])
	}
	if math.Abs(w.signal("charge_bin")-60) > 1e-6 || w.signal("cycles") != 1 || w.signal("charge") != 80 || w.signal("heat_loss") != loss {
		t.Errorf("%g kg in the bin, %g cycles, charge %g kg, loss of a furnace %g, was %g W", w.signal("charge_bin"), w.signal("cycles"), w.signal("charge"), w.signal("heat_loss"), loss)
	}
	w.until(8 * 3600) // 14 h: second tapped at 13 h, the campaign is over
	if w.signal("standing") != 1 || w.signal("cycles") != 2 {
		t.Errorf("%g standing after %g cycles", w.signal("standing"), w.signal("cycles"))
	}
	w.until(8.5 * 3600) // 22.5 h: charged at 22 h with what piled up
	if left := w.signal("charge_bin"); w.signal("working") != 1 || math.Abs(left-(225-160)) > 1e-6 {
		t.Errorf("after the standstill %g working, %g kg in the bin", w.signal("working"), left)
	}
}

// Without a feed a furnace begins empty, and by the clock has nothing to charge until something comes.
func TestFurnaceWithoutFeed(t *testing.T) {
	w := work(t, "", 0)
	w.until(12 * 3600)
	if w.signal("working") != 0 || w.signal("cycles") != 0 || w.signal("power") != 0 {
		t.Errorf("%g working, %g cycles, %g W without a feed", w.signal("working"), w.signal("cycles"), w.signal("power"))
	}
	w.in[0].N[w.at("Nd(s)")] = 0.01
	w.until(4 * 3600)
	if w.signal("working") != 1 {
		t.Errorf("%g working at 16 h, charged at 15 h with what came", w.signal("working"))
	}
}

// Reports tell of furnaces that are short.
func TestFurnacesShort(t *testing.T) {
	w := work(t, "charge_mass = \"40 kg\"\n", 10)
	for _, x := range [][]float64{make([]float64, len(w.x)), w.x} {
		found := false
		for _, warning := range w.unit.(flowsheet.Reporter).Report(w.u, x, w.in, w.out).Warnings {
			found = found || warning.Code == "furnaces_short" && math.Abs(warning.Value-1.25) < 1e-9
		}
		if !found {
			t.Error("40 kg in 5 h of 10 kg/h: no warning")
		}
	}
	w.until(40 * 3600)
	if bin := w.signal("charge_bin"); math.Abs(bin-(400-8*40)) > 1e-6 { // one has just been charged, as at the beginning
		t.Errorf("%g kg in the bin after 40 h", bin)
	}
}
