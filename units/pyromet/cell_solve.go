package pyromet

import (
	"fmt"
	"math"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
)

// imaginary is the step of the complex-step derivatives: its square is lost in rounding.
const imaginary = 1e-30

// take copies the point to the scratch, with the direction (du, din) in the imaginary parts; nil for none.
func (c *Cell) take(u []float64, in []flowsheet.Stream, du []float64, din []flowsheet.Stream) {
	for i, v := range u {
		c.u[i] = complex(v, 0)
		if du != nil {
			c.u[i] = complex(v, imaginary*du[i])
		}
	}
	clear(c.fed)
	c.feedHeat = 0
	for k := range in {
		for i, n := range in[k].N {
			z, T := complex(n, 0), complex(in[k].T, 0)
			if din != nil {
				z, T = complex(n, imaginary*din[k].N[i]), complex(in[k].T, imaginary*din[k].T)
			}
			if z == 0 {
				continue
			}
			c.fed[i] += z
			if i >= c.solid[0] && i < c.solid[1] && c.heats[i].known() {
				c.feedHeat += z * c.hot(i, T)
			}
		}
	}
	c.through = c.through[:0]
	for i := c.solid[0]; i < c.solid[1]; i++ {
		if c.fed[i] != 0 && c.heats[i].known() && c.inert(i) {
			c.through = append(c.through, i)
		}
	}
}

// place copies states to the scratch, with their direction.
func (c *Cell) place(x, dx []float64) {
	for i, v := range x {
		c.x[i] = complex(v, 0)
		if dx != nil {
			c.x[i] = complex(v, imaginary*dx[i])
		}
	}
}

// writeRates gives the rates of the states at x for solve.Stage. Where no cell survives there are none: a bath that nothing holds back would
// else be followed to where its oxide is without end.
func (c *Cell) writeRates(x, fx []float64) {
	c.place(x, nil)
	c.flow()
	if T := x[c.heatAt()]; !(T > coldest && T < hottest) || !(real(c.now.efficiency) > 0) || !(real(c.now.content) < 1) {
		copy(c.beyond, x)
		for i := range fx {
			fx[i] = math.NaN()
		}
		return
	}
	c.balances()
	for i, z := range c.f {
		fx[i] = real(z)
	}
}

// begin gives the states of a cold start: the bath half full of oxide, at the reference temperature.
func (c *Cell) begin(x []float64) {
	fed := complex128(0)
	for j := range c.metals {
		fed += c.now.fed[j]
	}
	full := c.cells * real(c.u[bathMass]) * 0.025
	for j := range c.metals {
		share := 0.0
		if real(fed) > 0 {
			share = real(c.now.fed[j] / fed)
		}
		m := &c.metals[j]
		x[j] = share * full / c.sys.Components[m.oxide].M
		x[c.sludgeAt(j)] = x[j] / 5
		x[c.metalAt(j)] = max(share, m.share) * full / c.sys.Components[m.metal].M
	}
	if c.alloy >= 0 {
		x[c.metalAt(len(c.metals))] = full / c.sys.Components[c.iron].M
	}
	x[c.anodeAt()] = c.cells * real(c.ringCarbon(c.u, c.u[anodeRadius]))
	x[c.heatAt()] = reference
}

// empty starts what is neither fed nor held nor in the salts from nothing, where it stays exactly.
func (c *Cell) empty(st *flowsheet.Stage, x []float64) {
	c.oxides()
	held := func(i int) bool { return st.Rate > 0 && st.Prev[i] != 0 }
	for j := range c.metals {
		o, s, m := j, c.sludgeAt(j), c.metalAt(j)
		if real(c.now.fed[j]) != 0 || held(o) || held(s) {
			continue
		}
		x[o], x[s] = 0, 0
		if c.metals[j].share == 0 && !held(m) {
			x[m] = 0
		}
	}
}

// Solve solves the balances of the states and writes the outlets.
func (c *Cell) Solve(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream) error {
	if err := c.check(u, in); err != nil {
		return err
	}
	c.take(u, in, nil, nil)
	c.place(x, nil)
	if st.Cold {
		c.oxides()
		c.begin(x)
	}
	c.empty(st, x)
	clear(c.beyond)
	if err := c.stage.Solve(st.Rate, st.Prev, x, st.Tol, c.rates); err != nil {
		return c.failed(x, err)
	}
	c.place(x, nil)
	c.flow()
	if err := c.possible(x); err != nil {
		return err
	}
	c.write(out, func(z complex128) float64 { return real(z) })
	return c.breathes(out)
}

// failed says why there is no solution, from the last point, or from the last where there are no rates.
func (c *Cell) failed(x []float64, err error) error {
	for _, at := range [][]float64{x, c.beyond} {
		if at[c.heatAt()] == 0 {
			continue
		}
		c.place(at, nil)
		c.flow()
		if e := c.possible(at); e != nil {
			return fmt.Errorf("%w (%w)", e, err)
		}
	}
	return err
}

// coldest and hottest are between what a bath may be, K.
const coldest, hottest = 250.0, 2500.0

// possible refuses states that no cell survives.
func (c *Cell) possible(x []float64) error {
	T := x[c.heatAt()]
	switch {
	case !(T > coldest && T < hottest):
		return fmt.Errorf("the bath would be at %.0f K: %.4g V at %.4g A against a heat loss of %.4g W/K", T, real(c.now.voltage()), real(c.u[current]), real(c.u[heatLoss]))
	case !(x[c.anodeAt()] > 0):
		return fmt.Errorf("the anodes burn through: %.4g kg/h of carbon are taken, and they are renewed in %.3g d", real(c.now.carbon+c.now.burn)*c.molar(c.graphite)*3600, real(c.u[anodeRenewal])/86400)
	case !(real(c.now.bore) > real(c.u[cathodeRadius])):
		return fmt.Errorf("the anode's bore of %.4g m touches the cathode", real(c.now.bore))
	case !(real(c.now.content) < 1):
		return fmt.Errorf("the bath would hold more oxide than salt, at %.0f K", T)
	case !(real(c.now.efficiency) > 0):
		return fmt.Errorf("the bath would be at %.0f K with %.2g of oxide and no current efficiency left: %.4g V at %.4g A against a heat loss of %.4g W/K", T,
			real(c.now.content), real(c.now.voltage()), real(c.u[current]), real(c.u[heatLoss]))
	}
	return nil
}

// write writes the outlets from c.now with a part of each complex number: its value, or its derivative.
func (c *Cell) write(out []flowsheet.Stream, part func(complex128) float64) {
	f, u, x := &c.now, c.u, c.x
	for k := range out {
		out[k].Zero(part(x[c.heatAt()]))
	}
	out[cellGas].T = part(u[hoodTemperature])
	for k := cellAnode; k < len(out); k++ {
		out[k].T = part(u[ambient])
	}
	gas := out[cellGas].N
	for i, z := range c.fed {
		switch {
		case c.sys.Components[i].Phase == chem.Gas:
			gas[i] = part(z)
		case i >= c.solid[0] && i < c.solid[1] && c.inert(i):
			out[cellSludge].N[i] = part(z)
		}
	}
	for j := range c.metals {
		m := &c.metals[j]
		out[cellMetal].N[m.metal] = part(x[c.metalAt(j)] / u[tapping])
		out[cellSludge].N[m.oxide] = part(x[c.sludgeAt(j)] / u[raking])
		if m.share > 0 {
			out[cellFume].N[m.fluoride] = part(f.fume[j])
			out[cellFluoride].N[m.fluoride] = part(f.fluorides[j])
		}
	}
	if c.alloy >= 0 {
		out[cellMetal].N[c.iron] = part(x[c.metalAt(len(c.metals))] / u[tapping])
		out[cellIron].N[c.iron] = part(f.iron)
	}
	out[cellAnode].N[c.graphite] = part(f.renewed)
	co := f.co + c.fed[c.co]
	burnt := u[gasBurnt] * co
	gas[c.co] = part(co - burnt)
	gas[c.co2] += part(f.co2 + burnt + f.burn)
	gas[c.o2] += part(f.o2 - burnt/2 - f.burn)
	gas[c.nCF4] += part(f.cf4)
	gas[c.nC2F6] += part(f.c2f6)
}

// breathes refuses a hood without the oxygen that its fires take.
func (c *Cell) breathes(out []flowsheet.Stream) error {
	if o2 := out[cellGas].N[c.o2]; o2 < 0 {
		have := real(c.fed[c.o2] + c.now.o2)
		return fmt.Errorf("oxygen short: the hood burns %.6g mol/s of O2, %.6g mol/s available", have-o2, have)
	}
	return nil
}

// Tangent is exact but for the Jacobian of the states, which solve.Stage takes by central differences.
func (c *Cell) Tangent(st *flowsheet.Stage, u, x []float64, in, out []flowsheet.Stream, du, dprev []float64,
	din []flowsheet.Stream, dx []float64, dout []flowsheet.Stream) error {
	c.take(u, in, nil, nil)
	if err := c.stage.Linearise(st.Rate, x, c.rates); err != nil {
		return err
	}
	c.take(u, in, du, din)
	c.place(x, nil)
	c.flow()
	c.balances()
	for i, z := range c.f {
		c.dfdp[i] = imag(z) / imaginary
	}
	c.stage.Tangent(c.dfdp, dprev, dx)
	c.place(x, dx)
	c.flow()
	c.write(dout, func(z complex128) float64 { return imag(z) / imaginary })
	return nil
}

// Held adds what the states hold.
func (c *Cell) Held(x, n []float64) {
	for j := range c.metals {
		n[c.metals[j].oxide] += x[j] + x[c.sludgeAt(j)]
		n[c.metals[j].metal] += x[c.metalAt(j)]
	}
	if c.alloy >= 0 {
		n[c.iron] += x[c.metalAt(len(c.metals))]
	}
	n[c.graphite] += x[c.anodeAt()]
}
