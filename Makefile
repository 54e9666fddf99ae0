# Everything here works without a terminal, as any user, on Linux and macOS.
# It needs Go, a C compiler (for the race detector) and, for the tests, PostgreSQL,
# which `make test` installs when it is missing and it may.

FUZZTIME ?= 30s

GO     = go
WITHPG = $(GO) run -buildvcs=false ./internal/dbtest/withpg --
TOOL   = $(GO) tool -modfile=internal/tools/go.mod
RACE   = $(GO) test -race -shuffle=on

.PHONY: help run demo test lint vuln bench fuzz cover soak api clean build

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s  %s\n", $$1, $$2 }' Makefile

run: build ## start the reference server on a SQLite file
	bin/buildkey serve

demo: build ## take a real build through the server, with a real worker
	bin/buildkey demo

test: lint vuln ## every check and every test, on PostgreSQL and SQLite
	$(WITHPG) $(RACE) -vet=off -timeout=10m ./...

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then \
		echo "not formatted; run gofmt -w on:"; echo "$$unformatted"; exit 1; \
	fi
	$(GO) vet ./...
	$(GO) -C internal/tools vet ./...
	$(TOOL) staticcheck ./...

vuln: ## known vulnerabilities in what is used, where their database can be reached
	@why=$$($(GO) -C internal/tools run -buildvcs=false ./probe) || exit 1; \
	if [ -n "$$why" ]; then \
		echo "govulncheck is LEFT OUT, its database cannot be reached: $$why"; \
	else \
		echo "$(TOOL) govulncheck ./..."; $(TOOL) govulncheck ./...; \
	fi

bench: ## the benchmarks that the README's figures come from
	$(WITHPG) $(GO) -C internal/bench run -buildvcs=false .

fuzz: ## run each fuzz target for FUZZTIME (30s)
	$(WITHPG) sh internal/tools/fuzz.sh $(FUZZTIME)

cover: ## how much of each package the tests reach
	$(WITHPG) $(GO) test -vet=off -coverpkg=./... -coverprofile=cover.out ./... >cover.log || { cat cover.log; exit 1; }
	@awk -f internal/tools/cover.awk cover.out

soak: ## the long versions of the tests, which take about an hour and 8 GB of temporary space
	BUILDKEY_SOAK=1 $(WITHPG) $(RACE) -count=1 -timeout=60m ./...

api: ## write testdata/api anew, after a meant change of what is exported
	$(GO) test ./internal/arch -run='^TestAPI$$' -count=1 -update

clean: ## remove what was built and measured; the database of make run stays
	rm -rf bin cover.out cover.log

build:
	$(GO) build -buildvcs=false -o bin/buildkey ./cmd/buildkey
