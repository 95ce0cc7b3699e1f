package design

import (
	"fmt"
	"math"

	"reetwin/flowsheet/chem"
)

// Result is a design, and what it rests on. Numbers are SI unless a key names its unit.
type Result struct {
	Name       string             `json:"name"`
	Model      string             `json:"model"`
	Extractant string             `json:"extractant"`
	Basis      string             `json:"basis"` // of purities and recoveries
	Objective  string             `json:"objective"`
	Cuts       []CutResult        `json:"cuts"`
	Numbers    []Number           `json:"numbers"`
	Classes    map[chem.Class]int `json:"classes"` // of the constants of the model
	Assumed    []string           `json:"assumed"` // those of them that are assumed
	spec       *Spec
}

// CutResult is one circuit: as the relations start it, and the optimum on the rigorous model, or why there is none.
type CutResult struct {
	Name        string    `json:"name"`
	From        string    `json:"from,omitempty"`
	Light       string    `json:"light"`
	Heavy       string    `json:"heavy"`
	Order       [2]string `json:"groups"` // elements of raffinate and liquor
	Asked       Targets   `json:"asked"`
	Met         bool      `json:"met"`
	Reason      string    `json:"reason,omitempty"` // why not
	Split       Split     `json:"split"`
	Relations   Start     `json:"relations"`
	Fewest      float64   `json:"fewest_stages,omitempty"` // where they are more than allowed
	Start       *Circuit  `json:"start,omitempty"`
	Optimum     *Circuit  `json:"optimum,omitempty"`
	Reached     *Circuit  `json:"reached,omitempty"` // the best that a refused cut comes to
	Limits      []Limit   `json:"limits,omitempty"`  // that the optimum rests on, or that refuse the cut
	Warnings    []string  `json:"warnings,omitempty"`
	Raffinate   Product   `json:"raffinate"`
	Liquor      Product   `json:"liquor"`
	Path        string    `json:"path,omitempty"` // of the last solve, cold
	Imbalance   float64   `json:"imbalance"`      // worst of the cations', of what enters
	ImbalanceOf string    `json:"imbalance_of,omitempty"`
	Solves      int       `json:"solves"`
	base        float64   // mol/s of NaOH into the feed, and m3/s of its solution
	baseFlow    float64
}

// Targets are what is asked of the two products.
type Targets struct {
	Raffinate Target `json:"raffinate"`
	Liquor    Target `json:"liquor"`
}

// Circuit is a point with what it does.
type Circuit struct {
	Extraction    int     `json:"extraction_stages"` // the feed enters the last of them
	Scrub         int     `json:"scrub_stages"`
	Strip         int     `json:"strip_stages"`
	Organic       float64 `json:"organic_m3_s"`
	Soap          float64 `json:"saponification"`
	ScrubFlow     float64 `json:"scrub_m3_s"`
	ScrubAcid     float64 `json:"scrub_acid_mol_m3"`
	StripFlow     float64 `json:"strip_m3_s"`
	StripAcid     float64 `json:"strip_acid_mol_m3"`
	ExtractionOA  float64 `json:"extraction_O_A"`
	ScrubOA       float64 `json:"scrub_O_A"`
	StripOA       float64 `json:"strip_O_A"`
	Loading       float64 `json:"loading"`
	LoadingAt     string  `json:"loading_at"`
	PH            float64 `json:"pH"` // highest
	PHAt          string  `json:"pH_at"`
	Free          float64 `json:"free_extractant"` // least part
	Residual      float64 `json:"strip_residual"`  // part of the load that comes back from the strip
	RaffinatePure float64 `json:"raffinate_purity"`
	RaffinateGot  float64 `json:"raffinate_recovery"`
	LiquorPure    float64 `json:"liquor_purity"`
	LiquorGot     float64 `json:"liquor_recovery"`
	HCl           float64 `json:"HCl_kg_per_kg_REO"`
	NaOH          float64 `json:"NaOH_kg_per_kg_REO"`
	Lime          float64 `json:"lime_kg_per_kg_REO"` // that the acid of the raffinate takes
	Volume        float64 `json:"volume_m3"`
	StageCost     float64 `json:"stage_USD_per_kg_REO"`
	ReagentCost   float64 `json:"reagent_USD_per_kg_REO"`
	Cost          float64 `json:"USD_per_kg_REO"`
}

// Product is a stream that leaves.
type Product struct {
	Flow  float64            `json:"m3_s"`
	Mol   map[string]float64 `json:"mol_s"`
	tenor []float64          // mol/m3 by component
}

// describe makes a state a circuit; amounts per kg of rare-earth oxides (each as M2O3) fed to it.
func (p *plan) describe(s *state) *Circuit {
	at := &s.at
	c := &Circuit{Extraction: at.Stages[extraction], Scrub: at.Stages[scrub], Strip: at.Stages[strip], Organic: at.Organic, Soap: at.Soap,
		ScrubFlow: at.ScrubFlow, ScrubAcid: at.ScrubAcid, StripFlow: at.StripFlow, StripAcid: at.StripAcid,
		ExtractionOA: s.ratio[extraction], ScrubOA: s.ratio[scrub], StripOA: s.ratio[strip],
		Loading: s.loading, LoadingAt: s.loadingAt, PH: s.ph, PHAt: s.phAt, Free: s.free, Residual: s.residual,
		RaffinatePure: s.purity[0], RaffinateGot: s.recovery[0], LiquorPure: s.purity[1], LiquorGot: s.recovery[1],
		HCl: s.acid * molarHCl / p.fedREO, NaOH: s.soda * molarNaOH / p.fedREO, Lime: s.lime * molarLime / p.fedREO, Volume: s.volume,
		StageCost: s.volume * p.stageCost / p.fedREO, Cost: s.cost / p.fedREO}
	c.ReagentCost = c.Cost - c.StageCost
	return c
}

// stream names what leaves.
func (p *plan) stream(n []float64, flow float64) Product {
	out := Product{Flow: flow, Mol: map[string]float64{}, tenor: make([]float64, len(p.system.Components))}
	for i, a := range append(append([]int{}, p.aqueous...), p.solutes...) {
		out.Mol[p.system.Components[a].Name] = n[i]
		out.tenor[a] = n[i] / flow
	}
	return out
}

// groups lists the elements of both products in the order of extraction.
func (p *plan) groups() (g [2]string) {
	for _, name := range p.order() {
		for _, r := range p.rares {
			k := r.group
			if r.symbol != name || k < 0 {
				continue
			}
			if g[k] != "" {
				g[k] += " "
			}
			g[k] += name
		}
	}
	return g
}

// warnings says where the model is used outside the range of its constants.
func (p *plan) warnings(s *state) (w []string) {
	m := p.Model
	if a := max(s.at.ScrubAcid, s.at.StripAcid); a > m.AcidHi {
		w = append(w, fmt.Sprintf("acid up to %.3g mol/L, constants found up to %.3g mol/L", a/1000, m.AcidHi/1000))
	}
	if p.extractant < m.ExtractantLo || p.extractant > m.ExtractantHi {
		w = append(w, fmt.Sprintf("%s %.3g mol/L, constants found at %.3g to %.3g mol/L", m.Extractant, p.extractant/1000, m.ExtractantLo/1000, m.ExtractantHi/1000))
	}
	if s.free < 0.02 {
		w = append(w, fmt.Sprintf("only %.2g %% of the extractant is free in some stage", 100*s.free))
	}
	if limit := p.gel * p.extractant; s.rare > limit {
		w = append(w, fmt.Sprintf("%.3g mol/L of rare earths on the organic of %s: from %.3g mol/L on organics of %.3g mol/L %s gel or form a third phase; window.loading_max = \"%.0f %%\" keeps below",
			s.rare/1000, s.rareAt, limit/1000, p.extractant/1000, m.Extractant, math.Floor(100*s.loading*limit/s.rare)))
	}
	band := 0.0
	for _, t := range m.Terms {
		if name := p.system.Elements[t.Element].Symbol; name == p.cut.Light || name == p.cut.Heavy {
			band = max(band, t.Band)
		}
	}
	w = append(w, fmt.Sprintf("log K of %s and %s is known to %.2g decades; purities as exact as these hold for the model, not for a plant", p.cut.Light, p.cut.Heavy, band/2.302585092994046))
	return w
}
