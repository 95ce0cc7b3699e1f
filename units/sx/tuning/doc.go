// Package tuning reads a solved extraction unit the way an SX engineer does: stages along the organic, what each does for the
// pair of elements the circuit splits, where it is pinched, what its products are, how large it is and what it uses.
//
//	v, err := tuning.New(plant, "sx", tuning.Pair{})     // plant.Solve() succeeded
//	v.Stages, v.Work, v.Pinches, v.Products, v.Size
//
// For a pair of elements, A the more extractable and B the less, of stage j along the organic:
//
//	β = (y_A/y_B) / (x_A/x_B)                   separation factor, of the phases that leave the stage
//	E = D O/A                                   extraction factor: A is carried up where E_A > 1, B stays where E_B < 1
//	work = ln[(x_A/x_B)_(j+1) / (x_A/x_B)_j] / ln β    1 at total exchange, 0 where the stage separates nothing
//
// work is how far the operating line stands off the equilibrium line in ln ratios; three stages or more below 5 % are a
// pinch. The McCabe–Thiele diagram of a pair is a projection: each stage has its own β and its own extraction factors, and a
// stage count read off it holds for this state of the circuit only.
package tuning
