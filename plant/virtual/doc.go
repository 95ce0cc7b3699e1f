// Package virtual is a plant to try the twin on: the flowsheet itself, drifting, seen through instruments.
//
//	handle(t) = base (1 + Σ size · w(t)),   w(t) = Σ_k a_k sin(2π t/P_k + φ_k),  Σ a_k = 1
//	clean(t)  = reading of the flowsheet solved at the handles of t
//	sample(t) = round(clean(t) + σ z(tag, t)),   z standard normal
//
// Inlets that a tag measures drift: flows by up to 2 % within minutes to a day, temperatures by 1.5 K; an acid or organic
// in strength by 2 %, all its ions together, so that its charge stays balanced; the assay of a solid by 4 %, its largest
// part taking the balance, so that the sum stays.
//
// Every number is a function of the seed, the tag and the time alone: a plant that is stopped and started again goes on
// where it would have been.
//
//	model, _ := flowsheet.Load(tree, units.Kinds())
//	p, err := virtual.New(model, config.Tags, virtual.Options{Seed: 1})
//	p.Fault("leach.pH", virtual.Stuck, from, to)
//	samples, err := p.At(time.Now())
//
// Assumption: quasi-steady. The plant is at the steady state of its inlets at every moment; a real one follows over the
// hours that its tanks hold. Its organics and liquors therefore answer to a change of feed at once.
package virtual
