package si

import "strings"

// Nearest returns the name that was probably meant, or "" when nothing is
// near: equal but for case, else the fewest edits (insert, delete, replace,
// swap of neighbours), at most about one in three letters.
func Nearest(name string, names []string) string {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return n
		}
	}
	best, fewest := "", 0
	for _, n := range names {
		longest := max(len([]rune(name)), len([]rune(n)))
		d := edits(strings.ToLower(name), strings.ToLower(n))
		if d < longest && d <= (longest+2)/3 && (best == "" || d < fewest) {
			best, fewest = n, d
		}
	}
	return best
}

// edits is the optimal string alignment distance.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
