package sx

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Far-away inlets from a cold start: dosage 5 to 25 %, O/A 0.3 to 700, acid 1e-3 to 2 mol/L, metals × 0.1 to × 3 of the
// rougher feed, sulfate 0 to 0.5 mol/L, organic barren or carrying × 0 to × 1 of the recycled organic, 1 to 10 stages.
func farAway(r *reference, rnd *rand.Rand) *run {
	between := func(lo, hi float64) float64 { return lo * math.Pow(hi/lo, rnd.Float64()) }
	k := r.cascade(1 + rnd.IntN(10))
	aq, org := r.Cases[0].AqueousIn.Tenors, r.Cases[0].OrganicIn.Tenors
	d := k.data
	d[flowA] = 1e-5
	d[flowO] = d[flowA] * between(0.3, 700)
	acid, extractant := 1000*between(1e-3, 2), between(5, 25)/k.pure
	d[inS] = d[flowA] * 500 * rnd.Float64()
	d[inQ], d[inE] = d[flowA]*acid, d[flowO]*extractant
	carries := rnd.Float64() * float64(rnd.IntN(2))
	for i, m := range metals {
		k.feedX[i] = d[flowA] * aq[m] / r.MolarMass[m] * between(0.1, 3)
		k.feedY[i] = d[flowO] * org[m] / r.MolarMass[m] * carries
		d[inQ] += k.terms[i].z * k.feedX[i]
		d[inE] += k.terms[i].z * k.feedY[i]
	}
	k.inerts()
	return k
}

// What has no solution is told from what was not found: the metals of constant D take the same whatever the pH, so that a
// stage whose acid or extractant they alone exceed cannot be closed.
func TestFarAway(t *testing.T) {
	r := readReference(t)
	for _, seed := range []uint64{1, 990017} {
		rnd := rand.New(rand.NewPCG(seed, 3))
		const cases = 500
		solved, impossible := 0, 0
		for i := range cases {
			k := farAway(r, rnd)
			v := make([]float64, 2*k.n)
			f := k.solve(v, 1e-11, true)
			switch {
			case f.cause == none:
				solved++
			case (f.cause == acidShort || f.cause == extractantShort) && provenShort(k):
				impossible++
			default:
				t.Errorf("seed %d, case %d (%d stages, O/A %.3g): %+v", seed, i, k.n, k.data[flowO]/k.data[flowA], f)
			}
		}
		t.Logf("seed %d: %d of %d solved, %d impossible", seed, solved, cases, impossible)
		if solved < cases*9/10 {
			t.Errorf("seed %d: only %d of %d have a solution that was found", seed, solved, cases)
		}
	}
}

func provenShort(k *run) bool {
	for j := range k.n {
		var acid, extractant float64
		for i, m := range k.terms {
			if m.constant {
				acid += m.z * k.x[i*k.n+j]
				extractant += m.z * k.y[i*k.n+j]
			}
		}
		if acid >= k.q[j] || extractant >= k.e[j] {
			return true
		}
	}
	return false
}
