package pyromet

import (
	_ "embed"
	"fmt"
	"slices"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

//go:embed data/pickup.toml
var pickUpText []byte

// pickUps is data/pickup.toml.
type pickUps struct {
	vessels []string // in the order of the data
	lines   []pickUpLine
}

// pickUpLine is one line and the vessels that it is of.
type pickUpLine struct {
	vessels []string
	taken
}

func readPickUps() (*pickUps, error) {
	tree, err := conf.Parse("data/pickup.toml", pickUpText)
	if err != nil {
		return nil, fmt.Errorf("pick-up data: %w", err)
	}
	d := &pickUps{}
	root := tree.Root()
	sources := map[string]chem.Constant{}
	t := root.Table("source")
	for _, key := range t.Keys() {
		one := t.Table(key)
		sources[key] = chem.Constant{Source: one.Text("text"), Class: chem.Class(one.Choice("class", "measured", "derived", "estimated", "assumed"))}
		one.Close()
	}
	t.Close()
	fraction := conf.Between(0, 0.1)
	for _, one := range root.Tables("take") {
		c, ok := sources[one.Text("by")]
		if !ok && !one.Faulty("by") {
			one.Fault("by", "is no source")
		}
		l := pickUpLine{vessels: one.Texts("vessel")}
		l.what, l.lo, l.hi = one.Text("what"), one.Quantity("lo", "1", fraction), one.Quantity("hi", "1", fraction)
		c.Value, c.Unit = one.Quantity("share", "1", fraction), "1"
		c.Name, c.Range = "pick_up."+l.what, fmt.Sprintf("%.3g to %.3g ppm", 1e6*l.lo, 1e6*l.hi)
		if !(l.lo <= c.Value && c.Value <= l.hi) {
			one.Fault("share", "is outside its own range")
		}
		if one.Has("heat") {
			l.heat, l.at = one.Quantity("heat", "J/mol", conf.Positive), one.Quantity("at", "K", conf.Positive)
		}
		l.constant = c
		d.lines = append(d.lines, l)
		for _, v := range l.vessels {
			if !slices.Contains(d.vessels, v) {
				d.vessels = append(d.vessels, v)
			}
		}
		one.Close()
	}
	root.Close()
	if err := tree.Err(); err != nil {
		return nil, fmt.Errorf("pick-up data: %w", err)
	}
	return d, nil
}
