// Package configs embeds the plant that the demo runs, so that the program needs no other file.
package configs

import "embed"

// Demo holds uky.toml and uky-live.toml.
//
//go:embed uky.toml uky-live.toml
var Demo embed.FS
