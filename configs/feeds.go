package configs

import "embed"

// Feeds holds the water files feeds/*.toml that "reetwin aqueous --feed" reads.
//
//go:embed feeds/*.toml
var Feeds embed.FS
