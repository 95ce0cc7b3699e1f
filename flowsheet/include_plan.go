package flowsheet

import "reetwin/flowsheet/conf"

// renamePlan gives a part's products, discharges and followed nuclides the part's name before their own, and the names that its streams have in the
// plant. Grades and permits keep theirs. The ledger is the whole plant's: that of a part is left out.
func renamePlan(part *conf.Tree, mark, stream, path func(string) string) {
	for _, at := range []string{"product.*.stream", "effluent.*.stream", "norm.*.in"} {
		part.RenameTexts(at, stream)
	}
	for _, at := range []string{"effluent.*.pH", "effluent.*.alkalinity", "effluent.*.acidity"} {
		part.RenameTexts(at, path)
	}
	for _, key := range []string{"product", "effluent", "norm"} {
		part.RenameKeys(key, mark)
	}
	if part.Root().Has("ledger") {
		_ = part.Leave("ledger") // it is there
	}
}
