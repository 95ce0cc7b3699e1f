package flowsheet

import (
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
	"reetwin/flowsheet/cost"
)

// readPlan reads what the plant's file asks to be accounted for: products and grades, ledger, activity, discharges.
func (p *Plant) readPlan(root *conf.Table) {
	p.plan = cost.Read(root, cost.Surroundings{
		System: p.System,
		Streams: func(t *conf.Table, key string) (names []string) {
			for _, s := range p.streamList(t, key) {
				names = append(names, s.name)
			}
			return names
		},
		Reading: func(t *conf.Table, key string) string {
			path := t.Text(key)
			if _, err := p.reading(path); err != nil && !t.Faulty(key) {
				p.fault(t, key, path, err)
			}
			return path
		},
	})
}

// Account works out products against grades, the ledger, activities and discharges of the last solution.
func (p *Plant) Account() (*cost.Account, error) {
	s := cost.Solved{System: p.System, Value: func(path string) (float64, error) {
		v, _, err := p.Value(path)
		return v, err
	}}
	fed, taken := map[string]bool{}, map[string]bool{"": true}
	books, err := p.energyBooks()
	if err != nil {
		return nil, err
	}
	for _, u := range p.Units() {
		fed[u.Tag], taken[u.Tag] = len(u.In) == 0, len(u.Out) == 0
		m := u.machine()
		m.Water = u.warming(p.System.Solvent(chem.Aqueous), books)
		s.Units = append(s.Units, m)
	}
	for _, v := range p.Streams() {
		s.Flows = append(s.Flows, cost.Flow{Name: v.Name, From: v.From, To: v.To, Drawn: v.Drawn,
			Enters: v.Drawn || fed[v.From], Leaves: !v.Drawn && taken[v.To], N: v.Flow.N})
	}
	for _, k := range p.KPIs() {
		if strings.HasPrefix(k.Name, "recovery.") {
			s.From, s.To = k.From, k.To
		}
	}
	return p.plan.Account(s)
}

// warming is the heat, W, that the water of all inlets takes up to the temperature of the first outlet; 0 without liquid water or outlet.
func (u UnitView) warming(water int, books *energyBooks) (sum float64) {
	if water < 0 || len(u.Out) == 0 {
		return 0
	}
	end := books.Enthalpy(water, u.Out[0].T, true)
	add := func(s Stream) {
		if n := s.N[water]; n != 0 {
			sum += n * (end - books.Enthalpy(water, s.T, false))
		}
	}
	for _, s := range u.In {
		add(s)
	}
	for k, s := range u.Out {
		if u.Spec.Out[k].Drawn {
			add(s)
		}
	}
	return sum
}

// machine is a unit as an account sees it.
func (u UnitView) machine() cost.Machine {
	m := cost.Machine{Tag: u.Tag, Kind: u.Kind, Watts: map[string]float64{}}
	for _, h := range u.Spec.Handles {
		m.Heated = m.Heated || strings.HasSuffix(h.Name, "temperature")
		m.ByPower = m.ByPower || h.Name == "thermal_efficiency"
	}
	if o, ok := u.Unit.(Observer); ok {
		y := make([]float64, len(u.Spec.Signals))
		o.Observe(u.U, u.X, u.In, u.Out, y)
		for k, v := range u.Spec.Signals {
			if v.Unit == "W" {
				m.Watts[v.Name] = y[k]
			}
		}
	}
	if c, ok := u.Unit.(Contact); ok {
		m.Uptakes = c.Uptakes(u.U, u.In)
	}
	return m
}
