package cascade

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

var tmpFails = map[uint64][]int{1: {176, 289, 487}, 27182818: {25, 338, 342, 427, 435, 483}, 1001: {1, 57, 129, 204}, 1002: {217, 228, 345, 457}, 1003: {145, 335, 344, 427}, 1004: {26, 54, 245, 401}, 50505: {22, 223, 225, 478}, 70707: {9}}

func TestTmpAlk(t *testing.T) {
	kw := math.Pow(10, -13.997)
	fmt.Sscan(os.Getenv("KW"), &kw)
	if os.Getenv("ALK") == "" {
		t.Skip()
	}
	for seed, list := range tmpFails {
		b := readSX1(t)
		r := rand.New(rand.NewPCG(seed, 60))
		base := b.circuit(60, "closed")
		chem0 := b.with("m", base)
		for i := range 500 {
			c, chem := shake(base, chem0, r)
			if len(list) == 0 || list[0] != i {
				continue
			}
			list = list[1:]
			chem.Water = kw
			k, err := New(chem, c)
			if err != nil {
				t.Fatal(err)
			}
			if o := os.Getenv("ONLY"); o != "" && o != fmt.Sprint(seed, "/", i) {
				continue
			}
			b0 := time.Now()
			res, err := k.Solve(c, 1e-12, true)
			if err != nil {
				fmt.Printf("FAIL %d %d %v %v %v\n", seed, i, time.Since(b0), err, k.count)
				continue
			}
			rep, err := k.Audit(c, chem)
			if err == nil {
				err = rep.Open(1e-10)
			}
			if err != nil {
				fmt.Println("AUDIT", err)
			}
			fmt.Printf("%.1g %.1g %.1g %.1g %.1g %.1g %v ", rep.Extractant.Error, rep.Acid.Error, rep.Equilibrium.Error, rep.Balance.Error, rep.Charge.Error, rep.Water.Error, res.Base)
			n, most, at := 0, 0.0, 0
			for j := range k.n {
				if k.hydroxide[j] > 1e-7 {
					n++
				}
				if k.hydroxide[j] > most {
					most, at = k.hydroxide[j], j
				}
			}
			fmt.Printf("OK %d %d %v %v closure %.2g: %d alkaline, most %.3g at %d\n", seed, i, time.Since(b0), res.Path, res.Closure, n, most, at)
		}
	}
}
