// Package conf reads strict TOML: a tree with the line of every key, and typed
// getters that collect all faults instead of stopping at the first.
//
//	tree, err := conf.Load("plant.toml")  // syntax faults, with their line
//	err = tree.Set("leach.volume=200 gal") // --set, before reading
//	leach := tree.Root().Table("units").Table("leach")
//	volume := leach.Quantity("volume", "m3", conf.Positive) // SI
//	stages := leach.Int("stages", 1, 50)
//	leach.Close()                          // whatever was not asked for is unknown
//	err = tree.Err()                       // all faults, in file order
//
// A fault says where, what and what was wanted:
//
//	plant.toml:12: units.leach.volume: "5 kg" has the wrong dimension; needs e.g. "1 m3"
//	plant.toml:13: units.leach.stags: unknown key "stags"; did you mean "stages"?
//
// A getter that finds a fault notes it and returns a value of the right kind
// and inside the range, so that reading can go on. Such a value is only good
// for finding more faults: nothing may be computed before Err returns nil.
//
// A file may begin with base = "other.toml", a path relative to itself. That
// file is read first and this one laid over it: tables are merged, arrays of
// tables appended, all other values replaced. The key base itself is not part
// of the tree.
//
// A file may also be made of parts: Part loads another file, RenameKeys and
// RenameTexts give it other names, Under lays the tree over it. What the names
// are is for the caller to know.
package conf
