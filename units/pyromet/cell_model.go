package pyromet

import (
	"math"
	"math/cmplx"

	"reetwin/flowsheet/chem/thermo"
)

// cellFlows is what happens in the cells at one point. Numbers are complex so that an imaginary part of 1e-30 carries a derivative exactly.
type cellFlows struct {
	limit, oxide, fluoride, share complex128 // A: limiting current, parts of the current; oxide current over the limit
	efficiency                    complex128
	content, saturated            complex128 // mass fraction of dissolved oxide, and at saturation
	area, bore                    complex128 // m2, m
	co2, co, cf4, c2f6, o2        complex128 // mol/s, of all cells, as they leave the bath
	carbon, burn                  complex128 // mol/s taken by these gases, and burnt in the hood
	renewed, iron                 complex128 // mol/s
	reversible, anode, cathode    complex128 // V
	ohmic, film                   complex128 // V

	fed, dissolved, consumed, made, fluorides []complex128 // mol/s by element: M2O3 fed, dissolving, reduced; metal made; MF3 made up
	fume                                      []complex128 // mol/s of MF3
}

func (f *cellFlows) init(metals int) {
	for _, v := range []*[]complex128{&f.fed, &f.dissolved, &f.consumed, &f.made, &f.fluorides, &f.fume} {
		*v = make([]complex128, metals)
	}
}

func (f *cellFlows) voltage() complex128 {
	return f.reversible + f.anode + f.cathode + f.ohmic + f.film
}

// slice of the states of element j.
func (c *Cell) sludgeAt(j int) int { return len(c.metals) + j }
func (c *Cell) metalAt(j int) int  { return 2*len(c.metals) + j }
func (c *Cell) anodeAt() int       { return len(c.x) - 2 }
func (c *Cell) heatAt() int        { return len(c.x) - 1 }

func asinh(z complex128) complex128 { return cmplx.Log(z + cmplx.Sqrt(z*z+1)) }

// enthalpy and gibbs of a form at a complex temperature.
func enthalpy(f *thermo.Form, T complex128) complex128 {
	return complex(f.H(real(T)), f.Cp(real(T))*imag(T))
}

func gibbs(f *thermo.Form, T complex128) complex128 {
	return complex(f.G(real(T)), -f.S(real(T))*imag(T))
}

// ringCarbon is the carbon of one anode ring of a bore, mol.
func (c *Cell) ringCarbon(u []complex128, bore complex128) complex128 {
	return math.Pi * u[anodeDensity] * u[anodeLength] * (u[anodeOuter]*u[anodeOuter] - bore*bore) / complex(c.molar(c.graphite), 0)
}

// molar is the molar mass of a component, kg/mol.
func (c *Cell) molar(i int) float64 { return c.sys.Components[i].M }

// flow works out c.now from c.u, c.x and c.fed.
func (c *Cell) flow() {
	c.geometry()
	c.oxides()
	c.currents()
	c.products()
	c.voltages()
}

// geometry gives the bore of the anode as worn, and its wetted area.
func (c *Cell) geometry() {
	u, f := c.u, &c.now
	taken := c.x[c.anodeAt()] * complex(c.molar(c.graphite)/c.cells, 0) / (math.Pi * u[anodeDensity] * u[anodeLength])
	f.bore = cmplx.Sqrt(u[anodeOuter]*u[anodeOuter] - taken)
	f.area = 2 * math.Pi * f.bore * u[anodeImmersion]
}

// oxides gives what is fed, dissolved and held against saturation.
func (c *Cell) oxides() {
	u, x, f := c.u, c.x, &c.now
	for j := range c.metals {
		f.fed[j] = c.fed[c.metals[j].oxide]
	}
	f.o2 = 0
	for _, h := range c.higher {
		f.fed[h.metal] += complex(h.oxides, 0) * c.fed[h.component]
		f.o2 += complex(h.o2, 0) * c.fed[h.component]
	}
	var mol, mass, sludge complex128
	for j := range c.metals {
		mol += x[j]
		mass += x[j] * complex(c.molar(c.metals[j].oxide), 0)
		sludge += x[c.sludgeAt(j)]
	}
	bath := complex(c.cells, 0) * u[bathMass]
	f.content = mass / bath
	f.saturated = cmplx.Exp(u[solubility]-u[heatOfSolution]/(thermo.R*x[c.heatAt()])) / 100
	mean := complex(c.molar(c.metals[0].oxide), 0)
	if real(mol) > 0 {
		mean = mass / mol
	}
	back := sludge * mean / (bath * f.saturated) // 1: s w/S per O
	for j := range c.metals {
		f.dissolved[j] = u[dissolution] * (x[c.sludgeAt(j)] - back*x[j])
	}
	f.limit = 2 * thermo.Faraday * u[massTransfer] * 3 * mol / (bath / u[bathDensity]) * f.area
}

// currents parts the current of a cell between oxide and fluoride, and gives the current efficiency.
func (c *Cell) currents() {
	u, f := c.u, &c.now
	I, L, p := u[current], f.limit, u[sharpness]
	f.oxide, f.share, f.film = 0, 0, 0
	const gone = 1e-9 // of the current: less than this the oxide brings no current, and the rest of the cell does not change any more
	blocked := complex128(1)
	if real(L) > gone*real(I) {
		blocked = 1 / (1 + cmplx.Exp((u[pfcMiddle]-I/L)/u[pfcWidth]))
	}
	left := 1 - u[pfcMost]*blocked
	switch {
	case real(I) == 0:
		if real(L) > 0 { // for the derivatives
			f.oxide, f.share = left*I, left*I/L
		}
	case real(I) < real(L):
		q := cmplx.Pow(I/L, p)
		part := cmplx.Pow(1+q, -1/p)
		f.oxide, f.share, f.film = left*I*part, left*I/L*part, u[pfcVoltage]*q/(1+q)
	default:
		q := cmplx.Pow(L/I, p)
		part := cmplx.Pow(1+q, -1/p)
		f.oxide, f.share, f.film = left*L*part, left*part, u[pfcVoltage]/(1+q)
	}
	f.fluoride = I - f.oxide
	f.efficiency = u[efficiencyBase] - u[efficiencyHeating]*(c.x[c.heatAt()]-u[efficiencyTemperature])
	if real(f.content) < real(u[leastOxide]) {
		f.efficiency -= u[starving] * (u[leastOxide] - f.content)
	}
}

// products gives what the currents make of all cells, mol/s.
func (c *Cell) products() {
	u, x, f := c.u, c.x, &c.now
	n := complex(c.cells/thermo.Faraday, 0)
	var mol, metal complex128
	for j := range c.metals {
		mol += x[j]
	}
	reduced := n * f.efficiency * f.oxide / 6
	for j := range c.metals {
		m := &c.metals[j]
		f.consumed[j] = 0
		if real(mol) > 0 {
			f.consumed[j] = reduced * x[j] / mol
		}
		salt := n * f.fluoride * complex(m.share, 0) / 3
		f.made[j] = 2*f.consumed[j] + salt
		f.fluorides[j] = salt
		metal += f.made[j] * complex(c.molar(m.metal), 0)
	}
	for j := range c.metals { // the salt lost has the shares of the bath
		m := &c.metals[j]
		f.fume[j] = 0
		if m.share > 0 {
			f.fume[j] = u[fluorideLoss] * metal * complex(m.share/c.saltMass(), 0)
		}
		f.fluorides[j] += f.fume[j]
	}
	f.iron = 0
	if c.alloy >= 0 {
		f.iron = u[c.alloy] / (1 - u[c.alloy]) * metal / complex(c.molar(c.iron), 0)
	}
	oxygen := 3 * reduced // leaves as CO2 and CO
	if real(mol) <= 0 {
		oxygen = 0
	}
	f.co2 = n*f.oxide*(1-u[gasCO])/4 - n*f.oxide*(1-f.efficiency)/2
	if real(f.co2) < 0 { // all taken by the metal: the rest is oxidised by CO
		f.co2 = 0
	}
	f.co = oxygen - 2*f.co2
	f.cf4, f.c2f6 = n*f.fluoride*(1-u[pfcC2F6])/4, n*f.fluoride*u[pfcC2F6]/6
	f.carbon = f.co2 + f.co + f.cf4 + 2*f.c2f6
	f.burn = (u[airBurn] - 1) * (f.co2 + f.co)
	f.renewed = (complex(c.cells, 0)*c.ringCarbon(u, u[anodeRadius]) - x[c.anodeAt()]) / u[anodeRenewal]
}

// saltMass is the mass of one mole of rare-earth fluoride as the bath has them, kg.
func (c *Cell) saltMass() (sum float64) {
	for j := range c.metals {
		if m := &c.metals[j]; m.share > 0 {
			sum += m.share * c.molar(m.fluoride)
		}
	}
	return sum
}

// voltages gives the parts of the voltage of one cell.
func (c *Cell) voltages() {
	u, f := c.u, &c.now
	I, T := u[current], c.x[c.heatAt()]
	f.reversible = c.reversible(T)
	thermal := thermo.R * T / thermo.Faraday
	f.anode = thermal/(2*u[anodeTransfer])*asinh(I/f.area/(2*u[anodeExchange])) - thermal/2*cmplx.Log(1-f.share)
	rod := 2 * math.Pi * u[cathodeRadius] * u[anodeImmersion]
	f.cathode = thermal / (3 * u[cathodeTransfer]) * asinh(I/rod/(2*u[cathodeExchange]))
	bath := cmplx.Log(f.bore/u[cathodeRadius]) / (2 * math.Pi * u[bathConductivity] * u[anodeImmersion])
	f.ohmic = I * (bath*(1+u[bathBubbles]) + u[external])
}

// reversible is the decomposition voltage at T with the gas as it is made; without current, that of CO2 and CO.
func (c *Cell) reversible(T complex128) (sum complex128) {
	u, f := c.u, &c.now
	salt := complex128(0)
	if real(u[current]) > 0 {
		salt = f.fluoride / u[current]
	}
	var oxide, fluoride complex128
	for j := range c.metals {
		m := &c.metals[j]
		if m.share == 0 {
			continue
		}
		e := c.decomposition(m, T)
		oxide += complex(m.share, 0) * (e[0]*(1-u[gasCO]) + e[1]*u[gasCO])
		fluoride += complex(m.share, 0) * (e[2]*(1-u[pfcC2F6]) + e[3]*u[pfcC2F6])
	}
	return oxide*(1-salt) + fluoride*salt
}

// decomposition gives the decomposition voltages to CO2, CO, CF4 and C2F6, V: pure substances, gases at 1 bar.
func (c *Cell) decomposition(m *reducible, T complex128) [4]complex128 {
	if m.decomposesAt == T {
		return m.decomposition
	}
	metal, carbon := gibbs(m.hMetal, T), gibbs(c.carbon, T)
	oxide, fluoride := gibbs(m.hOxide, T)/2, gibbs(m.hFluoride, T)
	const f = 3 * thermo.Faraday
	m.decomposesAt, m.decomposition = T, [4]complex128{
		(metal + 0.75*(gibbs(c.gCO2, T)-carbon) - oxide) / f,
		(metal + 1.5*(gibbs(c.gCO, T)-carbon) - oxide) / f,
		(metal + 0.75*(gibbs(c.cf4, T)-carbon) - fluoride) / f,
		(metal + 0.5*(gibbs(c.c2f6, T)-2*carbon) - fluoride) / f,
	}
	return m.decomposition
}

// balances writes the rates of all states to c.f, from c.now.
func (c *Cell) balances() {
	u, x, f, r := c.u, c.x, &c.now, c.f
	for j := range c.metals {
		r[j] = f.dissolved[j] - f.consumed[j]
		r[c.sludgeAt(j)] = f.fed[j] - f.dissolved[j] - x[c.sludgeAt(j)]/u[raking]
		r[c.metalAt(j)] = f.made[j] - x[c.metalAt(j)]/u[tapping]
	}
	if c.alloy >= 0 {
		i := c.metalAt(len(c.metals))
		r[i] = f.iron - x[i]/u[tapping]
	}
	r[c.anodeAt()] = f.renewed - f.carbon - f.burn
	r[c.heatAt()] = c.heating()
}

// heating is dT/dt, K/s: the heat that is left over, over the heat capacity.
func (c *Cell) heating() complex128 {
	u, x, f := c.u, c.x, &c.now
	T, Ta := x[c.heatAt()], u[ambient]
	n := complex(c.cells, 0)
	carbon := enthalpy(c.carbon, T)
	heat := n*(u[current]*f.voltage()-u[heatLoss]*(T-Ta)) + c.feedHeat
	heat += f.renewed*enthalpy(c.carbon, Ta) - f.burn*carbon
	heat -= f.co2*enthalpy(c.gCO2, T) + f.co*enthalpy(c.gCO, T) + f.cf4*enthalpy(c.cf4, T) + f.c2f6*enthalpy(c.c2f6, T) + f.o2*c.hot(c.o2, T)
	heat -= c.f[c.anodeAt()] * carbon
	held := n*(u[bathMass]*u[bathHeat]+u[bathLining]) + x[c.anodeAt()]*complex(c.carbon.Cp(real(T)), 0)
	for j := range c.metals {
		m := &c.metals[j]
		s, k := c.sludgeAt(j), c.metalAt(j)
		oxide, metal := enthalpy(m.hOxide, T), enthalpy(m.hMetal, T)
		heat -= (x[s]/u[raking]+c.f[j]+c.f[s])*oxide + (x[k]/u[tapping]+c.f[k])*metal
		held += (x[j]+x[s])*complex(m.hOxide.Cp(real(T)), 0) + x[k]*complex(m.hMetal.Cp(real(T)), 0)
		if m.share > 0 {
			heat += f.fluorides[j]*c.hot(m.fluoride, Ta) - f.fume[j]*enthalpy(m.hFluoride, T)
		}
	}
	if c.alloy >= 0 {
		i := c.metalAt(len(c.metals))
		iron := c.hot(c.iron, T)
		heat += f.iron*c.hot(c.iron, Ta) - (x[i]/u[tapping]+c.f[i])*iron
		held += x[i] * complex(c.heats[c.iron].species.Stable(real(T), "cd").Cp(real(T)), 0)
	}
	for _, i := range c.through {
		heat -= c.fed[i] * c.hot(i, T)
	}
	return heat / held
}

// hot is the enthalpy of a component at a complex temperature, J/mol.
func (c *Cell) hot(i int, T complex128) complex128 {
	s := &c.heats[i]
	if s.species != nil {
		return enthalpy(s.species.Stable(real(T), s.tag), T)
	}
	const step = 0.01 // K: the enthalpy of chem is a polynomial of second order
	t := real(T)
	return complex(s.own.At(t), (s.own.At(t+step)-s.own.At(t-step))/(2*step)*imag(T))
}

// inert says whether a solid passes the cell unchanged.
func (c *Cell) inert(i int) bool {
	for j := range c.metals {
		if c.metals[j].oxide == i {
			return false
		}
	}
	for _, h := range c.higher {
		if h.component == i {
			return false
		}
	}
	return true
}
