package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
)

// mostNames is how many names a message lists.
const mostNames = 12

// unknownName is the end of a line about a name that is not known.
var unknownName = regexp.MustCompile(`(?m)"([^"\n]*)"([^"\n]*); known are ([^\n]+)$`)

// nearestNames shortens the long lists of names in a message to those most like the name that is not known.
func nearestNames(message string) string {
	return unknownName.ReplaceAllStringFunc(message, func(end string) string {
		part := unknownName.FindStringSubmatch(end)
		names := strings.Split(strings.TrimSuffix(part[3], ", …"), ", ")
		if len(names) <= mostNames {
			return end
		}
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(likeness(b, part[1]), likeness(a, part[1])) })
		return fmt.Sprintf("%q%s; the nearest of %d are %s", part[1], part[2], len(names), strings.Join(names[:mostNames], ", "))
	})
}

// nearestFile ends a message about a file that is not there: with the one of its folder that was probably meant.
func nearestFile(err error) string {
	missing, ok := errors.AsType[*fs.PathError](err)
	if !ok || missing.Op != "open" || !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	entries, _ := os.ReadDir(filepath.Dir(missing.Path)) // without the folder, no hint
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	near := conf.Nearest(filepath.Base(missing.Path), names)
	if near == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", filepath.Join(filepath.Dir(missing.Path), near))
}

// likeness is the share of pairs of neighbouring letters that two names have in common (Dice): 0 to 1.
func likeness(a, b string) float64 {
	pairs := func(s string) map[string]bool {
		all := map[string]bool{}
		s = strings.ToLower(s)
		for i := 0; i+2 <= len(s); i++ {
			all[s[i:i+2]] = true
		}
		return all
	}
	x, y := pairs(a), pairs(b)
	if len(x)+len(y) == 0 {
		return 0
	}
	common := 0
	for pair := range x {
		if y[pair] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}
