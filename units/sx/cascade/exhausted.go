package cascade

import "fmt"

// Exhausted is a circuit that cannot have a solution: what metals of constant D take hangs on nothing but flows, and in some
// stage it alone is more than there is.
type Exhausted struct {
	Section       string
	Stage         int    // from 1 within it
	Of            string // acid or extractant
	Metal         string // that takes most of it
	Needed, There float64
}

func (e *Exhausted) Error() string {
	return fmt.Sprintf("no equilibrium: the metals of constant D alone take %.4g of the %s of %s stage %d, where there is %.4g; most takes %s", e.Needed, e.Of, e.Section, e.Stage, e.There, e.Metal)
}

// exhausted looks for a stage in which the metals of constant D alone carry more charge than the aqueous has anions, or bind more
// extractant than the organic has. The steady state only, where charge passes with the aqueous as an inert.
func (k *Cascade) exhausted() error {
	m, c := k.m, k.c
	if !m.correlated || k.moment != nil {
		return nil
	}
	src, charge := make([]float64, k.n), make([]float64, k.n)
	for j := range k.n {
		for i, z := range m.z {
			src[j] += z * (k.feed[j*c+i] - k.feedO[j*c+i])
		}
	}
	k.eliminateInert()
	k.inert(src, charge)
	k.evaluate(k.v, k.res)
	for j := range k.n {
		for _, q := range [...]struct {
			of    string
			there float64
			takes func(i int) float64
		}{
			{"acid", charge[j], func(i int) float64 { return m.z[i] * k.x[j*c+i] }},
			{"extractant", k.circuit.Capacity, func(i int) float64 { return m.Cations[i].binds() / 2 * k.y[j*c+i] }},
		} {
			e := &Exhausted{Of: q.of, There: q.there}
			most := 0.0
			for i := range c {
				if m.classes[m.class[i]] != (class{}) {
					continue
				}
				t := q.takes(i)
				if e.Needed += t; t > most {
					most, e.Metal = t, m.Cations[i].Name
				}
			}
			if e.Needed >= e.There {
				s := k.section[j]
				e.Section, e.Stage = k.circuit.Sections[s].Name, j-k.circuit.first(s)+1
				return e
			}
		}
	}
	return nil
}
