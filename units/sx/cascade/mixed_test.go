package cascade

import "testing"

func TestMixed(t *testing.T) {
	for _, kind := range []string{"M", "m"} {
		for _, n := range []int{30, 60} {
			out := randomCases(t, kind, "closed", n, *casesFlag, *seedFlag)
			t.Logf("%s N=%d %v %v", kind, n, out, out.failures)
		}
	}
}
