# The tasks of this repository; `make` lists them, .ci/run runs those that decide about a change.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

GO := go
# For every go test, e.g., make test TESTFLAGS='-run Stale -v'.
TESTFLAGS :=

GOLANGCI_VERSION := v2.15.0
STATICCHECK_VERSION := v0.8.2
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/evgen/tools
# The version is part of the path: a new pin installs, an old one stays for other checkouts.
GOLANGCI := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)/golangci-lint
STATICCHECK := $(TOOLS)/staticcheck-$(STATICCHECK_VERSION)/staticcheck

SERVERS := internal/realservers/run.sh

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: demo
demo: ## generate from the example events and run the shop, in-process, no server needed
	@echo '== evgen generate: examples/proto to examples/gen (the first build takes a minute)'
	$(GO) run ./cmd/evgen generate -C examples
	@echo '== examples/shop: the generated code at work'
	$(GO) run ./examples/shop

.PHONY: test
test: ## run all tests that need no server
	$(GO) test $(TESTFLAGS) ./...
	$(GO) -C bench test $(TESTFLAGS) ./...

.PHONY: race
race: ## run the same tests under the race detector
	$(GO) test -race $(TESTFLAGS) ./...

# How many random changes of schemas the oracle tries; the tests of every run try some thousands.
CHANGES ?= 1000000

.PHONY: oracle
oracle: ## encode with old schemas and decode with new ones, CHANGES times: what the gate passes must lose nothing
	$(GO) test -v $(TESTFLAGS) ./schema/compat/payload -run TestWhatPassesIsNeverHarmed -timeout 5h -changes $(CHANGES)

.PHONY: bench
bench: ## measure the gate against buf breaking; wants a machine with nothing else to do
	cd bench && $(GO) run ./p10

.PHONY: test-real
test-real: ## run the tests against Apache Kafka, PostgreSQL and Apicurio Registry, started and stopped here
	@$(SERVERS) with $(GO) test $(TESTFLAGS) ./...

.PHONY: real-up
real-up: ## start the servers and leave them running: eval "$(internal/realservers/run.sh env)"
	@$(SERVERS) up

.PHONY: real-down
real-down: ## stop the servers of real-up and remove their data
	@$(SERVERS) down

.PHONY: generate
generate: ## run every go:generate line
	$(GO) generate ./...

# Only packages whose tests know the flag -update.
golden_packages = $(shell $(GO) list -f \
	'{{range .TestImports}}{{.}} {{end}}{{range .XTestImports}}{{.}} {{end}}{{.ImportPath}}' ./... | \
	awk '/\/internal\/golden / { print $$NF }')

.PHONY: golden
golden: ## write the expected outputs of the generator anew; read the diff before you commit it
	$(GO) test $(TESTFLAGS) $(golden_packages) -update

.PHONY: lint
lint: $(GOLANGCI) $(STATICCHECK) ## go vet, golangci-lint and staticcheck
	$(GO) vet ./...
	$(GO) -C bench vet ./...
	$(GOLANGCI) run
	$(STATICCHECK) ./...

$(GOLANGCI):
	GOBIN=$(@D) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

$(STATICCHECK):
	GOBIN=$(@D) $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
