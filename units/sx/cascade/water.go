package cascade

import (
	"fmt"
	"math"
)

// Water's own ions: [H+][OH−] = Chemistry.Water. Where a circuit is given more base than its cations can take up, acid and free
// dimer would run out together; with hydroxide the base that is left over stays in the water, and there is a solution. The
// acid of the aqueous is then h − [OH−], which is what passes from stage to stage, so that stage j makes
//
//	V_j [OH−]_j − what arrives of [OH−] with aqueous
//
// of acid. The balances stay linear in the acid that is not hydroxide's; the free dimer's equation becomes that of the stage's
// own acid h″, with what arrives and D held,
//
//	ln u − ln r − ln h″,   α h″ − ω Kw/h″ = x_H − ω [OH−],   ω = V/(V + O D_H)
//
// which keeps its digits from strong acid to strong base, and is the old one where [OH−] is nothing.
type water struct {
	ions       float64   // [H+][OH−] over Chemistry.Water; 0 where hydroxide is left out
	hydroxide  []float64 // [n] [OH−]
	formed     []float64 // [n] acid that comes of it, amount per time
	share      []float64 // [n] ω
	acid, root []float64 // [n] h″, and α h″ + ω Kw/h″
	net        []float64 // [n·c] concentrations with h − [OH−] in the place of h
}

func newWater(n int, m *model) (w water) {
	if !m.dissociates() {
		return w
	}
	for _, p := range []*[]float64{&w.hydroxide, &w.formed, &w.share, &w.acid, &w.root} {
		*p = make([]float64, n)
	}
	w.net = make([]float64, n*m.c)
	return w
}

// dissociates says that the model can leave base in the water: it needs the free dimer among its unknowns.
func (m *model) dissociates() bool { return m.Water > 0 && m.free }

// setIons gives them on all levels, as setAid.
func (k *Cascade) setIons(t float64) {
	for ; k != nil; k = k.cold {
		k.ions = t
	}
}

// dissociate finds the hydroxide of every stage at v, and the acid that comes of it.
func (k *Cascade) dissociate(v []float64) {
	for j, lu := range k.scalar(v, k.m.atFree) {
		k.hydroxide[j] = k.ions * k.m.Water * math.Exp(v[j]-lu)
	}
	k.form(k.hydroxide, k.formed)
}

// form writes the acid that the stages make when their hydroxide is, or changes by, oh.
func (k *Cascade) form(oh, acid []float64) {
	clear(acid)
	for j, t := range oh {
		acid[j] += k.sentA(j) * t
		if j > 0 {
			acid[j-1] -= k.downA[j] * t
		}
		if j+1 < k.n {
			acid[j+1] -= k.upA[j] * t
		}
	}
	for _, l := range k.links {
		acid[l.to] -= l.a * oh[l.from]
	}
}

// formOf adds to every stage the acid that hydroxide of stage j makes there.
func (k *Cascade) formOf(j int, oh float64, add func(j int, acid float64)) {
	add(j, k.sentA(j)*oh)
	if j > 0 {
		add(j-1, -k.downA[j]*oh)
	}
	if j+1 < k.n {
		add(j+1, -k.upA[j]*oh)
	}
	for _, l := range k.links {
		if l.from == j {
			add(l.to, -l.a*oh)
		}
	}
}

// sentA is the aqueous that leaves stage j.
func (k *Cascade) sentA(j int) float64 {
	a, _ := k.volumes(j)
	return a
}

// ownAcid is the residual of stage j's free dimer with hydroxide.
func (k *Cascade) ownAcid(v []float64, j int) float64 {
	o := j*k.c + k.m.Hydrogen
	a, org := k.flows.volumes(j)
	alpha, w := 1.0, a/(a+org*k.d[o])
	if len(k.m.beta) > 0 {
		alpha = 1 / k.side[o]
	}
	kw := k.ions * k.m.Water
	q := k.x[o] - w*k.hydroxide[j]
	root := math.Sqrt(q*q + 4*alpha*w*kw)
	h := (q + root) / (2 * alpha)
	if q < 0 {
		h = 2 * w * kw / (root - q)
	}
	k.share[j], k.acid[j], k.root[j] = w, h, root
	return k.scalar(v, k.m.atFree)[j] - v[j] - math.Log(h)
}

// ownAcidChange is its change, for dx of the acid and dl of its ln D.
func (k *Cascade) ownAcidChange(dv []float64, dx, dl float64, j int) float64 {
	lr, lu, room := dv[j], k.scalar(dv, k.m.atFree)[j], 0.0
	if k.m.room {
		room = k.scalar(dv, k.m.atRoom)[j]
	}
	w, kw, h := k.share[j], k.ions*k.m.Water, k.acid[j]
	dw := -(1 - w) * dl // of ln ω
	da := lr + room - dl
	dq := dx - w*k.hydroxide[j]*(dw+lr-lu)
	base := w * kw / h
	return lu - lr - (dq+base*dw-(k.root[j]-base)*da)/k.root[j]
}

// netted is the aqueous of stage j with h − [OH−] in the place of its acid.
func (k *Cascade) netted(j int) []float64 {
	x := k.net[j*k.c : (j+1)*k.c : (j+1)*k.c]
	copy(x, k.x[j*k.c:])
	x[k.m.Hydrogen] -= k.hydroxide[j]
	return x
}

// formAlong adds the acid that comes of a change v of the unknowns to what enters the balances; k.t1 is then the change of
// hydroxide.
func (k *Cascade) formAlong(v, into []float64) {
	oh, acid := k.t1, k.t2
	for j, lu := range k.scalar(v, k.m.atFree) {
		oh[j] = k.hydroxide[j] * (v[j] - lu)
	}
	k.form(oh, acid)
	for j, t := range acid {
		into[j*k.c+k.m.Hydrogen] += t
	}
}

// alkaline looks for a solution with hydroxide, which stays in the model where a stage is alkaline.
func (k *Cascade) alkaline(tol float64) Path {
	k.setIons(1)
	switch {
	case !k.continued(tol):
		k.setIons(0)
		return Failed
	case k.ionised(k.v):
		return Alkaline
	}
	k.setIons(0) // acid throughout
	if ok, _, _ := k.newton(30, tol); ok {
		return Continued
	}
	return Failed
}

// ionic is [OH−]/[H+] of a stage from which hydroxide is in the model: at 25 °C, from pH 5 on. Below, it is less than 1e-9 mol/L.
const ionic = 1e-4

// ionised says that some stage of the unknowns v has hydroxide to speak of.
func (k *Cascade) ionised(v []float64) bool {
	if !k.m.dissociates() {
		return false
	}
	limit := 0.5 * math.Log(k.m.Water/ionic)
	for j, lu := range k.scalar(v, k.m.atFree) {
		if lu-v[j] < limit {
			return true
		}
	}
	return false
}

// Dry says that hydroxide was left out of the last solve, for want of a free dimer among the unknowns, although some stage is above
// pH 5 (or wherever [OH−] is to be reckoned with): Chemistry.FreeDimer lets it in.
func (k *Cascade) Dry() bool {
	for j := 0; k.m.Water > 0 && !k.m.free && j < k.n; j++ {
		if h := k.FreeAcid(j); !(ionic*h*h > k.m.Water) {
			return true
		}
	}
	return false
}

// byRule leaves hydroxide in or out as the unknowns at hand have it.
func (k *Cascade) byRule() {
	k.setIons(0)
	if k.ionised(k.v) {
		k.setIons(1)
	}
}

// byItsRule says that they have hydroxide where they ask for it.
func (k *Cascade) byItsRule() bool { return k.ions > 0 || !k.ionised(k.v) }

// ionise takes hydroxide into a solution found without it, where there is some to speak of. It says that the answer is one
// by its own rule, with hydroxide or without.
func (k *Cascade) ionise(tol float64) bool {
	if k.byItsRule() {
		return true
	}
	k.ions = 1
	ok, _, _ := k.newton(30, tol)
	return ok
}

// Base is the stage with most hydroxide among those that have more of it than acid: base is left over there that the cations
// cannot take up. Metals would come down as hydroxides, which the model does not know.
type Base struct {
	Section         string
	Stage           int // from 1 within it
	Acid, Hydroxide float64
	Left            float64 // base per time that the aqueous of the stage carries along
	Stages          int     // how many are alkaline
}

func (a *Base) String() string {
	return fmt.Sprintf("%d stages are alkaline, %s stage %d most: [OH-] %.3g, %.3g of base per time are left over there. Metals would come down as hydroxides: "+
		"neither this stage nor what passes it is to be trusted", a.Stages, a.Section, a.Stage, a.Hydroxide, a.Left)
}

// Hydroxide is [OH−] of stage j of the last solve; 0 where it was left out.
func (k *Cascade) Hydroxide(j int) float64 {
	if k.ions == 0 {
		return 0
	}
	return k.hydroxide[j]
}

// leftOver finds the most alkaline stage; nil where none is.
func (k *Cascade) leftOver() (a *Base) {
	if k.ions == 0 {
		return nil
	}
	for j, oh := range k.hydroxide {
		h := k.FreeAcid(j)
		if oh <= h {
			continue
		}
		if a == nil {
			a = &Base{}
		}
		if a.Stages++; oh > a.Hydroxide {
			s := k.section[j]
			a.Section, a.Stage = k.circuit.Sections[s].Name, j-k.circuit.first(s)+1
			a.Acid, a.Hydroxide, a.Left = h, oh, k.base.va[j]*(oh-h)
		}
	}
	return a
}

// byRoom is the derivative of stage j's free dimer's equation after the room, what arrives held.
func (k *Cascade) byRoom(j int) float64 {
	w := k.share[j]
	return (1 - w) * (1 - w*k.ions*k.m.Water/(k.acid[j]*k.root[j]))
}
