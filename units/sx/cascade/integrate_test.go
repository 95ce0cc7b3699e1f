package cascade

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// vesselsOf are the benchmark's: 3 min of mixers and 12 min of settlers, an organic tank of 60 min behind the last stage.
func vesselsOf(k *Cascade) *Vessels {
	v := newVessels(k.n)
	for j := range k.n {
		a, o := k.PhaseFlows(j)
		v.MixerA[j], v.MixerO[j], v.SettlerA[j], v.SettlerO[j] = 3*a, 3*o, 12*a, 12*o
	}
	_, o := k.PhaseFlows(k.n - 1)
	v.SettlerO[k.n-1] = 60 * o
	return v
}

// disturb is the benchmark's step: Sm to Lu and Y of the feed times 1.3, strip acid times 0.9.
func disturb(c *Circuit) *Circuit {
	q := clone(c)
	for i := 4; i <= 14; i++ {
		q.Sections[0].X[i] *= 1.3
	}
	q.Sections[2].X[hydrogen] *= 0.9
	return q
}

// When concentrations are compared, min: those of dynamic30.json, and of a day of plant time.
var (
	storedTimes = []float64{30, 120, 420, 1380}
	dayTimes    = []float64{30, 120, 420, 1440}
)

// profile runs the benchmark's dynamic case and gives what it compares: settler concentrations of raffinate and liquor in
// the aqueous, of the last stage and the feed's in the organic.
func profile(t testing.TB, k *Cascade, c *Circuit, rtol float64, times []float64) (*Integrator, [][]float64) {
	s := NewIntegrator(k, vesselsOf(k), rtol)
	s.Step = 0.05
	var out [][]float64
	at := 0.0
	c2 := disturb(c)
	for _, T := range times {
		if err := s.Run(c2, T-at); err != nil {
			t.Fatal(err)
		}
		at = T
		now := s.Contents()
		ne, liquor := c.Sections[0].Stages, c.Sections[0].Stages+c.Sections[1].Stages
		row := append([]float64(nil), now.Aqueous[:k.c]...)
		row = append(row, now.Aqueous[liquor*k.c:(liquor+1)*k.c]...)
		row = append(row, now.Organic[(k.n-1)*k.c:]...)
		out = append(out, append(row, now.Organic[(ne-1)*k.c:ne*k.c]...))
	}
	return s, out
}

// The answers that an independent integrator (IDA 6.4) confirmed to 1.1e-7.
func TestDynamic(t *testing.T) {
	b := readSX1(t)
	c := b.circuit(30, "closed")
	text, err := os.ReadFile("testdata/dynamic30.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct{ Rows [][]float64 }
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	for _, rtol := range []float64{1e-3, 1e-4, 1e-6} {
		k, err := New(b.chemistry(), c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Solve(c, 1e-11, true); err != nil {
			t.Fatal(err)
		}
		s, rows := profile(t, k, c, rtol, storedTimes)
		worst := 0.0
		for q, row := range rows {
			for i, v := range row {
				worst = max(worst, math.Abs(v-ref.Rows[q][i])/(1e-5+math.Abs(ref.Rows[q][i])))
			}
		}
		t.Logf("rtol %.0e: error %.2g, %d steps, %d rejected", rtol, worst, s.Taken, s.Rejected)
		if !(worst < 10*rtol) {
			t.Errorf("rtol %.0e: error %.2g", rtol, worst)
		}
	}
}

func BenchmarkDay(b *testing.B) {
	s := readSX1(b)
	for _, n := range sizes {
		c := s.circuit(n, "closed")
		k, err := New(s.chemistry(), c)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := k.Solve(c, 1e-11, true); err != nil {
			b.Fatal(err)
		}
		start := append([]float64(nil), k.v...)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				copy(k.v, start)
				if _, err := k.Solve(c, 1e-9, false); err != nil {
					b.Fatal(err)
				}
				profile(b, k, c, 1e-3, dayTimes)
			}
		})
	}
}
