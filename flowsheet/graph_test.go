package flowsheet

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSequenceTearsEveryLoop(t *testing.T) {
	tests := []struct {
		name  string
		n     int
		edges []edge
		tears int
	}{
		{"chain", 3, []edge{{0, 1}, {1, 2}}, 0},
		{"chain against the file's order", 3, []edge{{2, 1}, {1, 0}}, 0},
		{"one loop", 3, []edge{{0, 1}, {1, 2}, {2, 0}}, 1},
		{"two loops through one stream", 4, []edge{{0, 1}, {1, 2}, {2, 0}, {1, 3}, {3, 0}}, 1},
		{"two separate loops", 4, []edge{{0, 1}, {1, 0}, {1, 2}, {2, 3}, {3, 2}}, 2},
		{"a unit that feeds itself", 1, []edge{{0, 0}}, 1},
		{"open ends", 2, []edge{{-1, 0}, {0, 1}, {1, -1}}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			order, tears := sequence(test.n, test.edges)
			checkSequence(t, test.n, test.edges, order, tears)
			if len(tears) != test.tears {
				t.Errorf("tears %v, want %d of them", tears, test.tears)
			}
		})
	}
}

// checkSequence holds that without its tears the order is topological.
func checkSequence(t *testing.T, n int, edges []edge, order, tears []int) {
	t.Helper()
	place := make([]int, n)
	seen := 0
	for i, v := range order {
		place[v] = i
		seen++
	}
	if seen != n {
		t.Fatalf("order %v does not hold %d units", order, n)
	}
	for s, e := range edges {
		if e.from >= 0 && e.to >= 0 && place[e.to] <= place[e.from] && !slices.Contains(tears, s) {
			t.Errorf("stream %d (%d→%d) runs backward in %v and is not torn", s, e.from, e.to, order)
		}
	}
}

func TestSequenceOfRandomGraphs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 2 + r.IntN(12)
		var edges []edge
		for range r.IntN(3 * n) {
			edges = append(edges, edge{r.IntN(n), r.IntN(n)})
		}
		order, tears := sequence(n, edges)
		checkSequence(t, n, edges, order, tears)
		again, _ := sequence(n, edges)
		if !slices.Equal(order, again) {
			t.Fatal("the order is not the same twice")
		}
	}
}
