# reetwin: what a developer and CI run. Needs Go and make, nothing else.

GO ?= go

.PHONY: test quick lint bench fuzz

# Everything: formatting, vet, staticcheck, all tests with the long ones.
test: lint
	$(GO) test -timeout 12m ./...

# Before every commit, within a minute: the same without the long tests.
quick: lint
	$(GO) test -short ./...

lint:
	@unformatted=$$(gofmt -l cmd flowsheet units); if [ -n "$$unformatted" ]; then echo "gofmt differs: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# One table of the figures that the README quotes; -benchmem counts allocations.
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# Each fuzz target for a while.
fuzz:
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
		echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s $$p || exit 1; done; done
