# reetwin: what a developer and CI run. Needs Go, make and node; installs the rest.

GO ?= go
# Test peers live here: an InfluxDB and an independent OPC UA server.
export REETWIN_CACHE ?= $(CURDIR)/.cache
INFLUXD = $(REETWIN_CACHE)/bin/influxd
NODE_OPCUA = $(REETWIN_CACHE)/node/node_modules/node-opcua/package.json

# Less collecting of garbage: a fifth off the time of compiler, vet, staticcheck and tests, for some 2 GB of memory.
export GOGC ?= 400

.PHONY: test quick lint vet staticcheck short long bench bench-sx fuzz peers

# Everything: formatting, vet, staticcheck, all tests with the long ones and those against real peers.
test: peers
	@$(MAKE) -j2 -Otarget staticcheck long

# Before every commit, within a minute: the same without the long tests.
quick:
	@$(MAKE) -j2 -Otarget staticcheck short

lint: vet staticcheck

# vet first: it compiles what the others need. Its checks hold those that go test would make again.
vet:
	@unformatted=$$(gofmt -l cmd connectors flowsheet plant units); if [ -n "$$unformatted" ]; then echo "gofmt differs: $$unformatted"; exit 1; fi
	$(GO) vet ./...

staticcheck: vet
	$(GO) tool staticcheck ./...

short: vet
	$(GO) test -vet=off -short ./...

long: vet
	$(GO) test -vet=off -timeout 14m ./...

# What the tests run against, each from its registry by name and version.
peers: $(INFLUXD) $(NODE_OPCUA)

$(INFLUXD):
	GOBIN=$(dir $(INFLUXD)) $(GO) install github.com/influxdata/influxdb/cmd/influxd@v1.8.10

$(NODE_OPCUA):
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "node and npm are missing: apt-get install -y nodejs npm"; exit 1; }
	npm install --prefix $(REETWIN_CACHE)/node --no-audit --no-fund --no-save node-opcua@2.182.2

# One table of all benchmarks, with allocations: package, name, runs, then figures. -p 1: one at a time.
bench: peers
	@$(GO) test -p 1 -run '^$$' -bench . -benchmem ./... | awk '/^pkg:/ {pkg = $$2; sub("reetwin/", "", pkg)} \
		/^Benchmark/ {printf "%-24s %-44s", pkg, $$1; for (i = 3; i < NF; i += 2) printf " %14s %-10s", $$i, $$(i+1); print ""} \
		/^(FAIL|panic|---)/ {print; bad = 1} END {exit bad}'

# The solvent-extraction kernel against SUNDIALS with KLU, in one run: warm steady states (KINSOL) and a day of plant time (IDA);
# then its Newton step and 10,000 cases at N = 30 (wall and processor time).
SUNDIALS = -I/usr/include/suitesparse -lsundials_nvecserial -lsundials_sunmatrixsparse -lsundials_sunlinsolklu -lsundials_generic -lklu -lm
bench-sx: $(REETWIN_CACHE)/bin/sx/kinsol $(REETWIN_CACHE)/bin/sx/ida
	$(GO) test -count 1 -run '^TestPeer(Steady|Time)$$' -v ./units/sx/cascade -args -peer $(REETWIN_CACHE)/bin/sx
	$(GO) test -run '^$$' -bench 'NewtonStep/30|Warm/d?30' ./units/sx/cascade
	$(GO) test -run '^$$' -bench 'Ensemble' -benchtime 1x ./units/sx/cascade

$(REETWIN_CACHE)/bin/sx/%: units/sx/cascade/testdata/peer/%.c units/sx/cascade/testdata/peer/sx1.h
	@test -e /usr/include/sundials/sundials_types.h -a -e /usr/include/suitesparse/klu.h || { \
		echo "SUNDIALS and KLU are missing: apt-get install -y gcc libsundials-dev libsuitesparse-dev"; exit 1; }
	mkdir -p $(@D)
	$(CC) -O3 -march=native -o $@ $< -lsundials_$* $(SUNDIALS)

# Each fuzz target for a while.
fuzz:
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
		echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s $$p || exit 1; done; done
