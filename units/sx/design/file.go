package design

import (
	"math"
	"slices"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// Spec is a design file: what is fed, what is to leave, the limits of the plant and what things cost.
type Spec struct {
	Name  string
	Model *chem.Exchange
	Feed  Feed
	Cuts  []Cut
	Given
	Effort float64 // how much longer than usual to search; 0 is 1. Not of the file
	system *chem.System
}

// Feed is the aqueous that enters the first cut.
type Feed struct {
	Flow        float64   // m3/s
	Temperature float64   // K
	Tenor       []float64 // mol/m3 by component of the system
}

// Cut is one circuit: extraction, scrub and strip around one organic.
type Cut struct {
	Name             string
	From             string  // "" is the feed, else CUT.raffinate or CUT.liquor
	FeedAcid         float64 // acidity that base brings its feed down to, mol/m3; 0 leaves it as it comes
	Light, Heavy     string  // last element of the raffinate, first of the liquor
	Raffinate, Strip Target
	from             int // cut that it is fed from, or −1
	least, most      int // its rare earths, as places in the order of extraction; others of its feed are impurities
}

// Target is what is asked of a product; 0 asks nothing.
type Target struct{ Purity, Recovery float64 }

// The products of a cut.
const (
	raffinate = "raffinate"
	liquor    = "liquor"
)

// Read reads a design file. The error holds all its faults.
func Read(file string) (*Spec, error) {
	tree, err := conf.Load(file)
	if err != nil {
		return nil, err
	}
	return fromTree(tree)
}

// Parse is Read of a text; name stands for the file in faults.
func Parse(name string, text []byte) (*Spec, error) {
	tree, err := conf.Parse(name, text)
	if err != nil {
		return nil, err
	}
	return fromTree(tree)
}

func fromTree(tree *conf.Tree) (*Spec, error) {
	t := tree.Root()
	s := &Spec{Name: t.Text("name")}
	chemistry := t.Required("chemistry", "elements, families and extractant, as in a plant file")
	s.system = chem.FromConfig(chemistry)
	name := t.Text("model")
	if s.system != nil && !t.Faulty("chemistry") {
		s.chemistry(t, name)
		s.readFeed(t)
		s.readCuts(t)
	} else {
		t.Skip("feed", "cut")
	}
	ph, why := s.hydroxide()
	s.Given = readGiven(t, ph, why)
	t.Close()
	if err := tree.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// chemistry finds the model and what it needs of the system.
func (s *Spec) chemistry(t *conf.Table, name string) {
	for _, need := range []string{"H+", "Cl-", "Na+"} {
		if _, ok := s.system.Index(need); !ok {
			t.Fault("chemistry", "the system has no %s: acid is HCl, base is NaOH", need)
		}
	}
	if t.Faulty("model") || t.Faulty("chemistry") {
		return
	}
	m, err := s.system.Exchange(name)
	switch {
	case err != nil:
		t.Fault("model", "%v", err)
	case m.Soap < 0 || s.system.Elements[m.Terms[m.Soap].Element].Symbol != "Na":
		t.Fault("model", "%s has no soap of sodium", name)
	default:
		s.Model = m
	}
}

// readFeed reads flow and composition; an anion named by balance closes the charge.
func (s *Spec) readFeed(root *conf.Table) {
	t := root.Required("feed", "flow and tenor")
	s.Feed.Flow = t.Quantity("flow", "m3/s", conf.Between(1e-9, 100))
	s.Feed.Temperature = t.QuantityOr("temperature", "K", 298.15, conf.Between(273.15, 373.15))
	n := make([]float64, len(s.system.Components))
	tenor := t.Required("tenor", "the acidity and the metals, such as Nd = \"10 g/L\"")
	for _, name := range tenor.Keys() {
		r := conf.NonNegative
		if name == "H+" {
			r = conf.Any
		}
		v, which := tenor.QuantityOf(name, []string{"g/L", "mol/L"}, r)
		recipe, err := s.system.Resolve(chem.Aqueous, name)
		if err != nil {
			tenor.Fault(name, "%v", err)
			continue
		}
		if which == 0 {
			v /= recipe.M
		}
		for _, p := range recipe.Parts {
			n[p.Component] += v * p.Count
		}
	}
	n[s.system.Solvent(chem.Aqueous)] = 0
	s.balance(t, n)
	s.Feed.Tenor = n
	t.Close()
}

// balance lets one anion close the charge of the feed, or refuses an open one.
func (s *Spec) balance(t *conf.Table, n []float64) {
	carried := 0.0
	for i, c := range s.system.Components {
		carried += math.Abs(c.Charge * n[i])
	}
	net := s.system.ChargeFlow(n)
	if !t.Has("balance") {
		if math.Abs(net) > 0.01*carried && !t.Faulty("tenor") {
			t.Fault("tenor", "%.3g %% of the charge is open; give the anions, or balance = \"Cl-\"", 100*math.Abs(net)/carried)
		}
		return
	}
	name := t.Text("balance")
	i, ok := s.system.Index(name)
	switch {
	case t.Faulty("balance") || t.Faulty("tenor"):
	case !ok || !(s.system.Components[i].Charge < 0):
		t.Fault("balance", "%q is no anion of the system", name)
	case n[i] != 0:
		t.Fault("balance", "%s has a tenor already", name)
	case net < 0:
		t.Fault("balance", "the anions given are %.3g mol/L of charge too many", -net/1000)
	default:
		n[i] = -net / s.system.Components[i].Charge
	}
}

// readCuts reads the circuits; each may be fed from one before it.
func (s *Spec) readCuts(root *conf.Table) {
	tables := root.Tables("cut")
	if len(tables) == 0 && !root.Faulty("cut") {
		root.Fault("cut", "needs at least one [[cut]] with name, between, raffinate and liquor")
	}
	sources := map[string]int{}
	all := 0
	if s.Model != nil {
		all = len(s.order())
	}
	for k, t := range tables {
		c := Cut{Name: t.Text("name"), from: -1, most: all - 1}
		if strings.Trim(c.Name, letters) != "" || c.Name == "feed" || c.Name == "product" || slices.ContainsFunc(s.Cuts, func(o Cut) bool { return o.Name == c.Name }) {
			t.Fault("name", "%q is taken or cannot be the name of a circuit", c.Name)
		}
		var known []string
		for name := range sources {
			known = append(known, name)
		}
		slices.Sort(known)
		if c.From = t.TextOr("from", ""); c.From != "" {
			from, ok := sources[c.From]
			if !ok {
				t.Fault("from", "%q is no product of a cut above; %s", c.From, conf.Hint(c.From, known))
			}
			delete(sources, c.From)
			c.from = from
			if ok {
				s.inherit(&c, &s.Cuts[from])
			}
		} else if k > 0 {
			t.Fault("from", "only the first cut takes the feed; %s", conf.Hint("", known))
		}
		c.FeedAcid = t.QuantityOr("feed_acid", "mol/m3", 0, conf.Between(0.01, 5000))
		s.readKeys(t, &c)
		c.Raffinate, c.Strip = readTarget(t, raffinate), readTarget(t, liquor)
		if !t.Faulty(raffinate) && !t.Faulty(liquor) {
			c.determined(t)
		}
		t.Close()
		s.Cuts = append(s.Cuts, c)
		sources[c.Name+"."+raffinate], sources[c.Name+"."+liquor] = k, k
	}
}

// letters are those of a cut's name: it becomes a tag of the plant.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// inherit gives a cut the rare earths that the product it is fed with is meant to hold.
func (s *Spec) inherit(c, from *Cut) {
	c.least, c.most = from.least, from.most
	if from.Light == "" {
		return // its own fault
	}
	at := slices.Index(s.order(), from.Light)
	if c.From == from.Name+"."+raffinate {
		c.most = at
	} else {
		c.least = at + 1
	}
}

func readTarget(t *conf.Table, key string) Target {
	p := t.Required(key, "purity, recovery or both")
	open := conf.Range{Lo: 0, Hi: 1, LoOpen: true, HiOpen: true}
	r := Target{p.QuantityOr("purity", "1", 0, open), p.QuantityOr("recovery", "1", 0, open)}
	p.Close()
	return r
}

// determined faults a cut that leaves one side free: then no reagent at all is the cheapest answer.
func (c *Cut) determined(t *conf.Table) {
	if c.Raffinate.Purity == 0 && c.Strip.Recovery == 0 {
		t.Fault("", "nothing bounds what of the heavy elements stays in the raffinate: needs raffinate.purity or liquor.recovery")
	}
	if c.Strip.Purity == 0 && c.Raffinate.Recovery == 0 {
		t.Fault("", "nothing bounds what of the light elements goes with the liquor: needs liquor.purity or raffinate.recovery")
	}
}

// readKeys reads the two elements that the cut lies between.
func (s *Spec) readKeys(t *conf.Table, c *Cut) {
	keys := t.Texts("between")
	if t.Faulty("between") || s.Model == nil {
		return
	}
	order := s.order()
	if c.most >= c.least {
		order = order[c.least : c.most+1]
	}
	if len(keys) != 2 {
		t.Fault("between", "needs two elements, such as [\"Nd\", \"Sm\"]")
		return
	}
	for _, k := range keys {
		if !slices.Contains(order, k) {
			t.Fault("between", "%q is no rare earth that is meant to be in its feed; %s", k, conf.Hint(k, order))
			return
		}
	}
	if slices.Index(order, keys[1]) != slices.Index(order, keys[0])+1 {
		t.Fault("between", "%s and %s are no neighbours; the order of extraction is %s", keys[0], keys[1], strings.Join(order, " "))
	}
	c.Light, c.Heavy = keys[0], keys[1]
}

// order lists the rare earths of the feed as they are extracted, the least first.
func (s *Spec) order() []string {
	var terms []chem.ExchangeTerm
	for _, t := range s.Model.Terms {
		a := s.system.ByKey(chem.Aqueous, t.Element)
		if s.system.Elements[t.Element].Group == "ree" && s.Feed.Tenor[a] > 0 {
			terms = append(terms, t)
		}
	}
	slices.SortStableFunc(terms, func(a, b chem.ExchangeTerm) int {
		switch {
		case a.LnK < b.LnK:
			return -1
		case a.LnK > b.LnK:
			return 1
		}
		return 0
	})
	var names []string
	for _, t := range terms {
		names = append(names, s.system.Elements[t.Element].Symbol)
	}
	return names
}

// hydroxide is the pH that no stage should pass, by what is fed: general practice of the field.
func (s *Spec) hydroxide() (ph float64, why string) {
	fed := func(name string) float64 {
		if i, ok := s.system.Index(name); ok && s.Feed.Tenor != nil {
			return s.Feed.Tenor[i]
		}
		return 0
	}
	switch {
	case s.system == nil:
	case fed("Fe+3") > 10: // mol/m3
		return 2, "iron(III) above 0.01 mol/L hydrolyses"
	case fed("Al+3") > 0:
		return 3.5, "aluminium hydroxide above"
	}
	return 4.5, "hydroxides of rare earths and basic salts above"
}
