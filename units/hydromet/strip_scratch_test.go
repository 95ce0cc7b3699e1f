package hydromet

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

func TestStripScratch(t *testing.T) {
	all := []string{"La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y"}
	sys, err := chem.Load(chem.Selection{
		Elements: append([]string{"Al", "Ca", "Fe", "Na", "S", "Cl"}, all...),
		Families: []string{"aqueous", "water", "gangue", "oxalate", "hydroxide", "precipitate", "gas"},
	})
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	for _, act := range []string{"davies", "sit"} {
		fails, cold, warm := 0, time.Duration(0), time.Duration(0)
		lo, hi := map[string]float64{}, map[string]float64{}
		for k := 0; k < 600; k++ {
			main := all[k%len(all)]
			ree := 100 + 200*rnd.Float64()
			acid := 100 * (1 + 29*rnd.Float64())
			excess := 1 + rnd.Float64()
			r := &rig{T: t, sys: sys, unit: NewEquilibriumPrecipitator()}
			tree, _ := conf.Parse("t", []byte(fmt.Sprintf("reagent=\"H2Ox\"\nactivity=%q\ndose=\"%g mol/m3\"\n", act, 1.5*ree*excess)))
			r.spec, err = r.unit.Init(flowsheet.Env{Tag: "rig", System: sys, Param: tree.Root(), In: []string{"in"}, Out: []string{"out"}})
			if err != nil || tree.Err() != nil {
				t.Fatal(err, tree.Err())
			}
			for _, h := range r.spec.Handles {
				r.u = append(r.u, h.Value)
			}
			r.x = make([]float64, len(r.spec.States)+len(r.spec.Algebraic))
			r.in = append(r.in, r.stream())
			for range r.spec.Out {
				r.out = append(r.out, r.stream())
			}
			f := map[string]float64{main + "+3": ree, "Na+": 20 * rnd.Float64(), "Ca+2": rnd.Float64(), "Fe+3": rnd.Float64(), "Al+3": rnd.Float64()}
			for _, o := range all {
				f[o+"+3"] += ree * 1e-4 * rnd.Float64()
			}
			q := acid
			clear(r.in[0].N)
			r.in[0].N[r.index("H2O")] = 1000 / 0.018015
			for name, v := range f {
				r.in[0].N[r.index(name)] += v
			}
			q += r.sys.ChargeFlow(r.in[0].N)
			r.in[0].N[r.index("H+")] = acid
			r.in[0].N[r.index("Cl-")] = q
			t0 := time.Now()
			if err := r.unit.Solve(&flowsheet.Stage{Cold: true}, r.u, r.x, r.in, r.out); err != nil {
				fails++
				if fails < 5 {
					t.Log(main, ree, acid, excess, err)
				}
				continue
			}
			cold += time.Since(t0)
			r.in[0].N[r.index("H+")] *= 1.01
			r.in[0].N[r.index("Cl-")] += 0.01 * acid
			t0 = time.Now()
			if err := r.unit.Solve(&flowsheet.Stage{}, r.u, r.x, r.in, r.out); err != nil {
				fails++
				t.Log("warm", main, ree, acid, excess, err)
			}
			warm += time.Since(t0)
			left := r.out[0].N[r.index(main+"+3")] / f[main+"+3"]
			if k < 30 && act == "sit" || k < 15 {
				t.Logf("%s %s ree %.0f acid %.0f ratio %.2f recovered %.5f pH %.2f", act, main, ree, acid, excess, 1-left, r.signal("pH_out"))
			}
			_ = lo
			_ = hi
		}
		t.Log(act, "fails", fails, "cold", cold/600, "warm", warm/600)
	}
}
