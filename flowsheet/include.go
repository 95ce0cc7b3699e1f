package flowsheet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"reetwin/flowsheet/conf"
)

// partMark stands between the name of an included part and a name in it: unit "adit" of part "amd" is unit "amd-adit" of the plant.
const partMark = "-"

// kpiKinds are the tables of [kpi]; a part may not have such a name.
var kpiKinds = [...]string{"recovery", "purity", "reagent", "formula"}

// include brings in the parts that a plant's file names in [include.NAME], if it was not done yet:
//
//	[include.amd]
//	file = "amd.toml"                               # relative to this one
//	join = { pregnant_liquor = "hub_liquor" }       # streams of the part that have another name here
//	drop = ["process_water", "control.trim"]        # what of the part stays out, by the paths of --set
//	set = { adit.flow = "500 gpm" }                 # what is otherwise in it
//
// Every unit, stream, gang and control of the part gets the part's name before its own, and the plant's file is laid over the result. The error is
// conf.Faults: of parts that are missing or joined wrongly, for which the plant has no meaning. Faults of set stay in the tree, so that those of the plant join them.
func include(tree *conf.Tree) error {
	table := tree.Root().Table("include")
	own := chemistryKeys(tree)
	names := table.Keys()
	slices.Reverse(names) // each goes below what there is: the first at last, to stand first
	whole := true
	for _, name := range names {
		t := table.Table(name)
		part, fits := openPart(tree, t, name)
		whole = whole && fits
		if part != nil {
			inner := marked(part.Parts(), func(s string) string { return name + partMark + s })
			tree.Unite("chemistry", part, func(path string) bool { return slices.Contains(own, path) })
			tree.Under(part, append(inner, name)...)
		}
		t.Close()
	}
	if len(names) > 0 {
		if err := tree.Leave("include"); err != nil {
			return fmt.Errorf("include: %w", err)
		}
	}
	if whole {
		return nil
	}
	return tree.Err()
}

// chemistryKeys lists what the plant's own file says of its chemistry.
func chemistryKeys(tree *conf.Tree) (own []string) {
	root := tree.Root()
	if root.Kind("chemistry") != "table" {
		return nil
	}
	t := root.Table("chemistry")
	for _, key := range t.Keys() {
		own = append(own, t.Path()+"."+key)
	}
	if t.Kind("molar_volume") == "table" {
		volumes := t.Table("molar_volume")
		for _, key := range volumes.Keys() {
			own = append(own, volumes.Path()+"."+key)
		}
	}
	return own
}

// openPart reads one part and gives it the names that it has in the plant; nil after a fault that leaves nothing of it. It says whether the part fits: has the
// streams that are joined, and what is dropped.
func openPart(tree *conf.Tree, t *conf.Table, name string) (part *conf.Tree, fits bool) {
	join, drop, set := t.Table("join"), t.TextsOr("drop", nil), t.Table("set")
	fits = true
	if !partName.MatchString(name) || slices.Contains(kpiKinds[:], name) {
		t.Fault("", "the name of a part has letters, digits, - and _ only, and is none of %s", strings.Join(kpiKinds[:], ", "))
		fits = false
	}
	if part = tree.Part(t, "file"); part == nil {
		join.Skip(join.Keys()...)
		return nil, false
	}
	if err := include(part); err != nil {
		tree.Faults(part)
		join.Skip(join.Keys()...)
		return nil, false
	}
	settle(part, set)
	for _, path := range drop {
		if err := part.Leave(path); err != nil {
			t.Fault("drop", "%v", err)
			fits = false
		}
	}
	for _, key := range []string{"name", "description"} {
		if part.Root().Has(key) {
			_ = part.Leave(key) // it is there
		}
	}
	streams := map[string]string{}
	for _, inner := range join.Keys() {
		streams[inner] = join.Text(inner)
		fits = fits && !join.Faulty(inner)
	}
	found := renamePart(part, name, streams)
	for inner := range streams {
		if !slices.Contains(found, inner) {
			join.Fault(inner, "no unit of %s names a stream %q; %s", t.Text("file"), inner, conf.Hint(inner, found))
			fits = false
		}
	}
	return part, fits
}

var partName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// settle makes the assignments of set; the name of a gang sets what it moves.
func settle(part *conf.Tree, set *conf.Table) {
	gangs := part.Root().Table("handle")
	for _, key := range set.Keys() {
		if !gangs.Has(key) || set.Kind(key) == "table" {
			continue
		}
		for _, target := range gangs.Table(key).TextsOr("moves", nil) {
			if err := part.TakeOne(set, key, target); err != nil {
				set.Fault(key, "%v", err)
			}
		}
	}
	part.Take(set, gangs.Keys()...)
}

// renamePart gives what the part names the part's name before its own, and to joined streams the names they have in the plant. It returns the
// streams as the part calls them.
func renamePart(part *conf.Tree, name string, joined map[string]string) (streams []string) {
	mark := func(s string) string { return name + partMark + s }
	stream := func(s string) string {
		if to, ok := joined[s]; ok {
			return to
		}
		return mark(s)
	}
	path := func(s string) string { return renamePath(s, mark, joined) }
	for _, at := range []string{"units.*.in", "units.*.out"} {
		streams = append(streams, part.RenameTexts(at, stream)...)
	}
	for _, at := range []string{"handle.*.moves", "control.*.measure", "control.*.move"} {
		part.RenameTexts(at, path)
	}
	part.RenameTexts("control.*.name", mark)
	part.RenameTexts("control.*.start", func(s string) string { return renameFormula(s, path) })
	part.RenameKeys("units", mark)
	part.RenameKeys("handle", mark)
	renamePlan(part, mark, stream, path)
	inner := part.Parts()
	for _, kpi := range append(inner, "") {
		at := strings.TrimSuffix("kpi."+kpi, ".")
		for _, key := range []string{"recovery.from", "recovery.to", "purity.of", "reagent.*.streams", "reagent.*.product", "formula.*.from", "formula.*.to"} {
			part.RenameTexts(at+"."+key, stream)
		}
		part.RenameTexts(at+".formula.*.formula", func(s string) string { return renameFormula(s, path) })
		part.RenameKeys(strings.TrimSuffix("published."+kpi, "."), func(s string) string {
			if s == "source" || slices.Contains(inner, s) {
				return s
			}
			return path(s)
		})
	}
	for _, key := range []string{"kpi", "published"} {
		part.RenameKeys(key, func(s string) string {
			if slices.Contains(inner, s) {
				return mark(s)
			}
			return s
		})
		part.Wrap(key, name, marked(slices.Clone(inner), mark)...)
	}
	return streams
}

func marked(names []string, mark func(string) string) []string {
	for i, n := range names {
		names[i] = mark(n)
	}
	return names
}

// renamePath marks the stream, unit or KPI that a reading begins with.
func renamePath(path string, mark func(string) string, joined map[string]string) string {
	kind, rest := "", path
	for _, k := range []string{"streams.", "units.", "kpis."} {
		if after, ok := strings.CutPrefix(path, k); ok {
			kind, rest = k, after
		}
	}
	if kind == "" || kind == "streams." {
		first, quantity := splitPath(rest, func(s string) bool { _, ok := joined[s]; return ok })
		if to, ok := joined[first]; ok {
			return kind + to + "." + quantity
		}
	}
	return kind + mark(rest)
}

var readings = regexp.MustCompile(`\{[^{}]*\}`)

// renameFormula renames the readings of a formula.
func renameFormula(text string, rename func(string) string) string {
	return readings.ReplaceAllStringFunc(text, func(s string) string { return "{" + rename(s[1:len(s)-1]) + "}" })
}
