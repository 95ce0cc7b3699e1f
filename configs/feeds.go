package configs

import "embed"

// Feeds holds the feeds: waters, which "reetwin aqueous --feed" reads too, and solids.
//
//go:embed feeds/*.toml
var Feeds embed.FS

// Splits says how rare earths divide where a feed has only their sum.
//
//go:embed splits.toml
var Splits []byte
