package cascade

import "math"

// Vessels are the volumes of every stage: what the mixer holds of both phases, and the settler's two layers. The organic
// layer of the last stage includes the organic tank.
type Vessels struct{ MixerA, MixerO, SettlerA, SettlerO []float64 }

func newVessels(n int) *Vessels {
	return &Vessels{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
}

// Step is one implicit stage of time integration: Rate·(contents − contents before) = balance.
//
// Contents before, by stages and cations: Mixer in amounts of both phases together, Drops the organic's part of it (nil where every
// efficiency is 1), Aqueous and Organic as concentrations of the settlers' layers (nil where no settler holds anything). Ligands likewise: [ligand][stage] amount in the mixer and
// concentration in the layer.
type Step struct {
	Rate                    float64
	Vessels                 *Vessels
	Mixer, Aqueous, Organic []float64
	Drops                   []float64
	LigandMixer, LigandAq   [][]float64
}

// pass is the part of a flow through a layer of a settler that is new at the end of the step.
func pass(flow, rate, volume float64) float64 {
	if volume == 0 {
		return 1
	}
	return flow / (flow + rate*volume)
}

// time turns the coefficients of the steady state into those of a step. A settler's layer gives on the part φ of what
// enters it, φ = A/(A + R V), and 1 − φ of what it held; what it keeps counts as leaving.
func (f *flows) time(s *Step, m *model) {
	c := m.c
	v := s.Vessels
	for j := f.n - 1; j >= 0; j-- { // memory of the layers first, with the flows as they are
		a, o := f.volumes(j)
		pa, po := pass(a, s.Rate, v.SettlerA[j]), pass(o, s.Rate, v.SettlerO[j])
		if pa < 1 {
			f.remember(j, (1-pa)*f.downA[j], (1-pa)*f.upA[j], s.Aqueous[j*c:(j+1)*c], c, false)
			for l := range f.ligand {
				t := (1 - pa) * s.LigandAq[l][j]
				if j > 0 {
					f.ligand[l][j-1] += t * f.downA[j]
				}
				if j+1 < f.n {
					f.ligand[l][j+1] += t * f.upA[j]
				}
				for _, z := range f.links {
					if z.from == j {
						f.ligand[l][z.to] += t * z.a
					}
				}
			}
		}
		if po < 1 {
			f.remember(j, (1-po)*f.downO[j], (1-po)*f.upO[j], s.Organic[j*c:(j+1)*c], c, true)
		}
		sentA, sentO := f.downA[j]+f.upA[j], f.downO[j]+f.upO[j]
		f.downA[j], f.upA[j], f.downO[j], f.upO[j] = pa*f.downA[j], pa*f.upA[j], po*f.downO[j], po*f.upO[j]
		for q := range f.links {
			z := &f.links[q]
			if z.from != j {
				continue
			}
			sentA, sentO = sentA+z.a, sentO+z.o
			f.returned(z, (1-pa)*z.a, (1-po)*z.o, s, m)
			z.a, z.o = pa*z.a, po*z.o
		}
		f.outA[j] += (1-pa)*sentA + s.Rate*v.MixerA[j]
		f.outO[j] += (1-po)*sentO + s.Rate*v.MixerO[j]
		if f.mur != nil && s.Drops != nil {
			f.approach(j, s, c)
		}
		f.vtot[j] += s.Rate * v.MixerO[j]
		for i := range c {
			f.feed[j*c+i] += s.Rate * s.Mixer[j*c+i]
		}
		for l := range f.ligand {
			if s.LigandMixer != nil {
				f.ligand[l][j] += s.Rate * s.LigandMixer[l][j]
			}
		}
	}
	f.exits = f.exits[:0]
	for j := range f.n {
		f.exits = append(f.exits, j)
	}
}

// approach turns the efficiencies of stage j into the part of the way that its organic comes within a step. An efficiency η at the
// flow O stands for a first-order rate with T = O η/(1 − η), volume per time,
//
//	V dy/dt = arrivals − O y + T (D x − y)
//
// so that what the mixer held of organic is among what arrives, and the step's efficiency is T/(T + O + R V).
func (f *flows) approach(j int, s *Step, c int) {
	if f.murRoom == nil {
		f.murRoom = make([]float64, len(f.feed))
	}
	held := s.Rate * s.Vessels.MixerO[j]
	o := f.vo[j]
	for i := j * c; i < (j+1)*c; i++ {
		f.murRoom[i] = o * f.mur[i] / (o*f.mur[i] + (1-f.mur[i])*(o+held))
		f.feedO[i] += s.Rate * s.Drops[i]
	}
	f.vin[j] += held
	if j == 0 { // the last
		f.mur = f.murRoom
	}
}

// remember feeds what a layer of stage j held to its neighbours.
func (f *flows) remember(j int, down, up float64, held []float64, c int, organic bool) {
	for i, t := range held {
		if j > 0 {
			f.feed[(j-1)*c+i] += down * t
		}
		if j+1 < f.n {
			f.feed[(j+1)*c+i] += up * t
			if organic {
				f.feedO[(j+1)*c+i] += up * t
			}
		}
	}
}

// returned feeds what the layers at the start of a link held to its end.
func (f *flows) returned(z *link, a, o float64, s *Step, m *model) {
	c := m.c
	for i := range c {
		if a > 0 {
			f.feed[z.to*c+i] += a * s.Aqueous[z.from*c+i]
		}
		if o > 0 {
			t := o * s.Organic[z.from*c+i]
			if i == m.Hydrogen && z.soap > 0 {
				f.feed[z.to*c+m.Soap] += z.soap * t
				f.feedO[z.to*c+m.Soap] += z.soap * t
				t *= 1 - z.soap
			}
			f.feed[z.to*c+i] += t
			f.feedO[z.to*c+i] += t
		}
	}
}

// Held writes the contents after the last solve, in the form of a Step of its own: amounts in the mixers, concentrations
// of the layers. In the steady state the layers are as the mixer's phases.
func (k *Cascade) Held(v *Vessels, to *Step) {
	c := k.c
	for j := range k.n {
		pa, po := k.passes(v, j)
		flowing := k.Aqueous(j)
		for q := j * c; q < (j+1)*c; q++ {
			x, y := flowing[q-j*c], k.y[q]
			to.Mixer[q] = v.MixerA[j]*x + v.MixerO[j]*y
			to.Aqueous[q], to.Organic[q] = x, y
			if to.Drops != nil {
				to.Drops[q] = v.MixerO[j] * y
			}
			if pa < 1 {
				to.Aqueous[q] = pa*x + (1-pa)*k.moment.Aqueous[q]
			}
			if po < 1 {
				to.Organic[q] = po*y + (1-po)*k.moment.Organic[q]
			}
		}
		for l, t := range k.ligandTotal {
			to.LigandMixer[l][j], to.LigandAq[l][j] = v.MixerA[j]*t[j], t[j]
			if pa < 1 {
				to.LigandAq[l][j] = pa*t[j] + (1-pa)*k.moment.LigandAq[l][j]
			}
		}
	}
}

// passes are the parts of stage j's flows that are new after its settler's layers.
func (k *Cascade) passes(v *Vessels, j int) (a, o float64) {
	if k.moment == nil {
		return 1, 1
	}
	return pass(k.base.va[j], k.moment.Rate, v.SettlerA[j]), pass(k.base.vo[j], k.moment.Rate, v.SettlerO[j])
}

// At makes a circuit, and a step of time or nil, the one that the unknowns at hand solve.
func (k *Cascade) At(c *Circuit, step *Step) error {
	if err := k.prepare(c, step); err != nil {
		return err
	}
	k.byRule()
	k.evaluate(k.v, k.res)
	return nil
}

// Advance is Solve for one implicit stage in time.
func (k *Cascade) Advance(c *Circuit, step *Step, tol float64, cold bool) (Result, error) {
	k.count = Count{}
	if err := k.prepare(c, step); err != nil {
		return Result{Path: Failed}, err
	}
	k.byRule()
	if !cold {
		if ok, _, most := k.newton(12, tol); ok && k.ionise(tol) {
			return Result{Path: Warm, Closure: most, Count: k.count}, nil
		}
	}
	// From where the stages stand, in steps that grow to this one.
	k.last = *step
	for k.last.Rate = 1e6 * step.Rate; ; k.last.Rate = max(step.Rate, 0.1*k.last.Rate) {
		if err := k.set(c, &k.last); err != nil {
			return Result{Path: Failed}, err
		}
		if k.last.Rate == 1e6*step.Rate {
			for j := range k.n {
				k.v[j] = k.flashHeld(j, step)
			}
			k.startScalars()
		}
		ok, _, most := k.newton(40, max(tol, 1e-12))
		if k.last.Rate == step.Rate {
			k.moment = step
			if !ok || !k.ionise(tol) {
				return Result{Path: Failed, Closure: most, Count: k.count}, k.explain()
			}
			return Result{Path: Marched, Closure: most, Count: k.count}, nil
		}
	}
}

// flashHeld is ln r of what the mixer of stage j held.
func (k *Cascade) flashHeld(j int, s *Step) float64 {
	copy(k.pace[j*k.c:(j+1)*k.c], s.Mixer[j*k.c:(j+1)*k.c])
	t := k.flash(j, s.Vessels.MixerA[j], s.Vessels.MixerO[j])
	if math.IsNaN(t) {
		return 0
	}
	return t
}
