// Package cost says what a plant's products are and what they cost the world: each product against its grade, the ledger of energy,
// reagents, water, residues and CO2-equivalent per kilogram of it, the activity of its streams, and its discharge against its permit.
//
//	book, err := cost.Open()                 // grades, prices, emission factors, nuclides, permits: data/*.toml
//	plan := cost.Read(root, book, names)     // what a plant's file asks for: [product] [ledger] [norm] [effluent] [grade]
//	account := plan.Account(plant)           // of a solved plant, given as flows and signals
//
// Conventions:
//
//	relative purity = Σ of the grade's own elements ÷ Σ of all rare earths, as trade oxides (Nd2O3, CeO2, Pr6O11, Tb4O7) or as metal
//	per kg          = per kg of a product's own elements, by the same convention: a liquor counts by the oxides in it
//	share           = what enters or leaves at a unit is shared among the products that the flow from that unit can reach, by mass,
//	                  moles or value; what reaches none, among those that its nearest suppliers reach
//
// What has no datum is listed by name and is in no sum: it is never zero. A limit on what the model does not carry into the product is
// not known, neither met nor broken; unless no stream of the plant holds it and the file says that its inventory is complete.
package cost
