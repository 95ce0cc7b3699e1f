package pyromet

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"reetwin/flowsheet"
	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/chem/thermo"
	"reetwin/flowsheet/conf"
)

//go:embed data/calcination.toml
var calcinationText []byte

// calcinationData is data/calcination.toml.
type calcinationData struct {
	oxide map[string]chem.Constant // K, by element symbol
	steps []string                 // in words
}

func readCalcination() (*calcinationData, error) {
	tree, err := conf.Parse("data/calcination.toml", calcinationText)
	if err != nil {
		return nil, fmt.Errorf("calcination data: %w", err)
	}
	d := &calcinationData{oxide: map[string]chem.Constant{}}
	root := tree.Root()
	sources := map[string]chem.Constant{}
	t := root.Table("source")
	for _, key := range t.Keys() {
		one := t.Table(key)
		sources[key] = chem.Constant{Source: one.Text("text"), Class: chem.Class(one.Choice("class", "measured", "derived", "estimated", "assumed"))}
		one.Close()
	}
	by := func(t *conf.Table) chem.Constant {
		c, ok := sources[t.Text("by")]
		if !ok && !t.Faulty("by") {
			t.Fault("by", "is no source")
		}
		return c
	}
	t = root.Table("oxide")
	for _, symbol := range t.Keys() {
		one := t.Table(symbol)
		c := by(one)
		c.Name, c.Unit, c.Value = "calcination.oxide."+symbol, "K", one.Quantity("from", "K", conf.Between(400, 1600))
		d.oxide[symbol] = c
		one.Close()
	}
	for _, one := range root.Tables("step") {
		c := by(one)
		d.steps = append(d.steps, fmt.Sprintf("%s: %.0f to %.0f °C (%s: %s)", one.Text("what"), one.Quantity("lo", "K", conf.Positive)-273.15,
			one.Quantity("hi", "K", conf.Positive)-273.15, c.Class, c.Source))
		one.Close()
	}
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, fmt.Errorf("calcination data: %w", err)
	}
	return d, nil
}

// enthalpies finds the enthalpy of every solid, of water and of every gas; what has none, or none over temperature, stays without.
func (c *Calciner) enthalpies() (err error) {
	if c.known, err = readCalcination(); err != nil {
		return err
	}
	lib, err := library(c.sys)
	if err != nil {
		return err
	}
	c.heats = make([]substance, len(c.sys.Components))
	for i := range c.sys.Components {
		if !c.counts(i) {
			continue
		}
		c.heats[i] = find(lib, &c.sys.Components[i])
	}
	for _, r := range c.reactions {
		for _, i := range []int{r.salt, r.oxide} {
			if !c.heats[i].known() {
				return fmt.Errorf("no enthalpy of %s: a calciner without it has no heat; leave its element or family out of [chemistry]", c.sys.Components[i].Name)
			}
		}
	}
	return c.standard(lib)
}

// find takes the data of thermo if they hold over temperature, else those of the component.
func find(lib *thermo.Library, component *chem.Component) substance {
	if s, tag := lib.Component(component); s != nil {
		return substance{species: s, tag: tag}
	}
	return substance{own: component.Enthalpy}
}

// standard sets the heat of every reaction at 298.15 K, and that of burning CO.
func (c *Calciner) standard(lib *thermo.Library) error {
	s, err := lib.Species("CO") // not every system has CO as a component
	if err != nil {
		return err
	}
	monoxide := s.Stable(thermo.Room, "g").H(thermo.Room)
	at := func(i int) float64 { return c.heats[i].h(thermo.Room) }
	c.burning = at(c.co2) - monoxide - at(c.o2)/2
	for k := range c.reactions {
		r := &c.reactions[k]
		r.standard = r.oxides*at(r.oxide) + r.steam*at(c.steam) + r.co2*at(c.co2) + r.co*monoxide - at(r.salt) - r.o2*at(c.o2)
	}
	return nil
}

// counts says whether a component counts in the heat: water, solids and gases.
func (c *Calciner) counts(i int) bool {
	return i == c.water || i >= c.solid[0] && i < c.solid[1] || i >= c.gas[0] && i < c.gas[1]
}

// constants are the enthalpies that the heat rests on and the temperatures of the warnings.
func (c *Calciner) constants() []chem.Constant {
	var all []chem.Constant
	for i, s := range c.heats {
		switch {
		case s.species != nil:
			k := s.species.Stable(thermo.Room, s.tag).Constant()
			k.Name = "enthalpy." + c.sys.Components[i].Name
			all = append(all, k)
		case s.own != nil:
			all = append(all, s.own.Constants...)
		}
	}
	seen := map[string]bool{}
	for _, r := range c.reactions {
		symbol := c.sys.Elements[c.sys.Components[r.salt].Key].Symbol
		if k, ok := c.known.oxide[symbol]; ok && !seen[symbol] {
			seen[symbol] = true
			all = append(all, k)
		}
	}
	return all
}

// Observe writes the heat supplied and its parts, W, from the components that have enthalpies, and the loss on ignition of the
// product: what its salts would still lose, per mass.
func (c *Calciner) Observe(u, _ []float64, in, out []flowsheet.Stream, y []float64) {
	heat, moisture, reaction := 0.0, 0.0, 0.0
	for k := range out {
		heat += c.enthalpy(out[k])
	}
	T := u[calcinerTemperature]
	for k := range in {
		heat -= c.enthalpy(in[k])
		if n := in[k].N[c.water]; n != 0 {
			moisture += n * (c.heats[c.steam].h(T) - c.heats[c.water].h(in[k].T))
		}
	}
	volatile := 0.0
	for k := range c.reactions {
		r := &c.reactions[k]
		reaction += u[calcinerConversion] * fed(in, r.salt) * (r.standard + r.co*u[calcinerBurnt]*c.burning)
		volatile += out[product].N[r.salt] * (c.sys.Components[r.salt].M - r.oxides*c.sys.Components[r.oxide].M)
	}
	y[0], y[1], y[2], y[3], y[4] = heat, moisture, reaction, heat-moisture-reaction, 0
	if mass := c.sys.Mass(out[product].N); mass > 0 {
		y[4] = volatile / mass
	}
}

// enthalpy is the enthalpy flow of a stream's water, solids and gases, W.
func (c *Calciner) enthalpy(s flowsheet.Stream) (sum float64) {
	for i, n := range s.N {
		if n != 0 && c.heats[i].known() {
			sum += n * c.heats[i].h(s.T)
		}
	}
	return sum
}

// Report names what the heat leaves out for want of data ("no_enthalpy"), what is used outside the range of its data ("outside_range"),
// and elements that the kiln is too cold for ("calcination_temperature").
func (c *Calciner) Report(u, _ []float64, in, out []flowsheet.Stream) flowsheet.Report {
	var report flowsheet.Report
	var missing []string
	look := func(port string, s flowsheet.Stream) {
		for i, n := range s.N {
			if n == 0 || !c.counts(i) {
				continue
			}
			name := c.sys.Components[i].Name
			if !c.heats[i].known() {
				if !slices.Contains(missing, name) {
					missing = append(missing, name)
				}
				continue
			}
			if lo, hi := c.heats[i].span(s.T); s.T < lo-1e-6 || s.T > hi+1e-6 {
				report.Warnings = append(report.Warnings, flowsheet.Warning{
					Code: "outside_range", Where: port + " " + name, Value: s.T, Limit: min(max(s.T, lo), hi), Unit: "K",
					Text: fmt.Sprintf("the enthalpy of %s is known from %g to %g K and used at %g K", name, lo, hi, s.T),
				})
			}
		}
	}
	for k, port := range []string{"solid", "liquid", "gas"} {
		look(port, in[k])
	}
	for k, port := range []string{"product", "dust", "gas"} {
		look(port, out[k])
	}
	if len(missing) > 0 {
		report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "no_enthalpy", Where: "heat", Value: float64(len(missing)), Unit: "1",
			Text: "the heat leaves out what has no enthalpy data: " + strings.Join(missing, ", ")})
	}
	for _, r := range c.reactions {
		symbol := c.sys.Elements[c.sys.Components[r.salt].Key].Symbol
		if k, ok := c.known.oxide[symbol]; ok && fed(in, r.salt) != 0 && u[calcinerTemperature] < k.Value {
			report.Warnings = append(report.Warnings, flowsheet.Warning{Code: "calcination_temperature", Where: c.sys.Components[r.salt].Name,
				Value: u[calcinerTemperature], Limit: k.Value, Unit: "K",
				Text: fmt.Sprintf("%s is taken to end as oxide from %.0f °C on; at %.0f °C oxycarbonate may stay", symbol, k.Value-273.15, u[calcinerTemperature]-273.15)})
		}
	}
	return report
}

// Explain shows the equations in words.
func (c *Calciner) Explain() string {
	var b strings.Builder
	b.WriteString("Salts turn to oxides by the share conversion; CO burns by the share co_burnt:\n")
	for _, r := range c.reactions {
		left, right := c.sys.Components[r.salt].Name, fmt.Sprintf("%.4g %s + %.4g H2O(g)", r.oxides, c.sys.Components[r.oxide].Name, r.steam)
		if r.o2 > 1e-9 {
			left += fmt.Sprintf(" + %.4g O2(g)", r.o2)
		}
		if r.co2 > 0 {
			right += fmt.Sprintf(" + %.4g CO2(g)", r.co2)
		}
		if r.co > 0 {
			right += fmt.Sprintf(" + %.4g CO", r.co)
		}
		fmt.Fprintf(&b, "  %s -> %s   (%+.0f kJ/mol at 298 K)\n", left, right, r.standard/1000)
	}
	b.WriteString(`All water of the inlets evaporates. Solids part into product (product_recovery) and dust (the rest); dissolved salts leave by "salts".
heat [W, supplied] = H(product) + H(dust) + H(gas) - H(inlets) = heat.moisture + heat.reaction + heat.sensible
All outlets leave at outlet_temperature. No holdup: steady and in time are the same. On the way, not modelled:
`)
	for _, s := range c.known.steps {
		b.WriteString("  " + s + "\n")
	}
	b.WriteString("Source: enthalpies of flowsheet/chem/thermo.\n")
	return b.String()
}
