package cascade

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// temporary workbench: lists the failing cases
func TestTmpList(t *testing.T) {
	var seeds []uint64
	for _, s := range splitEnv("SEEDS") {
		var v uint64
		fmt.Sscan(s, &v)
		seeds = append(seeds, v)
	}
	n, cases := 60, 500
	fmt.Sscan(os.Getenv("NN"), &n)
	fmt.Sscan(os.Getenv("CASES"), &cases)
	for _, seed := range seeds {
		b := readSX1(t)
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		base := b.circuit(n, "closed")
		chem0 := b.with("m", base)
		at := time.Now()
		for i := range cases {
			c, chem := shake(base, chem0, r)
			k, err := New(chem, c)
			if err != nil {
				t.Fatal(err)
			}
			b0 := time.Now()
			res, err := k.Solve(c, 1e-9, true)
			if err != nil {
				fmt.Printf("FAIL %d %d %d %v %v\n", n, seed, i, time.Since(b0), err)
			} else if res.Path == Continued {
				fmt.Printf("CONT %d %d %d %v\n", n, seed, i, time.Since(b0))
			} else {
				least := 1.0
				for j := range k.n {
					least = min(least, k.FreeAcid(j))
				}
				if least < 1e-5 {
					fmt.Printf("PH>5 %d %d %d %.2g\n", n, seed, i, least)
				}
			}
		}
		fmt.Println("SEED", seed, time.Since(at))
	}
}
func splitEnv(k string) []string {
	var out []string
	s := ""
	for _, ch := range os.Getenv(k) + "," {
		if ch == ',' {
			if s != "" {
				out = append(out, s)
			}
			s = ""
		} else {
			s += string(ch)
		}
	}
	return out
}
