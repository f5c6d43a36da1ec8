# One name per task; `make help` lists them. Everything they do is in Scripts/, runnable by hand.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh

# Anything the command takes, e.g. make serve ARGS="--leads-file leads.ndjson".
ARGS ?=
# Where `make install` puts the command.
PREFIX ?= /usr/local

RELEASE := swift build --configuration release --static-swift-stdlib --product leadshark

.PHONY: help
help: ## List these names
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Show the whole path at work: six signed events go in, six leads come out
	@Scripts/bootstrap build
	@echo "Building the command; the first time takes some minutes." >&2
	@swift build --product leadshark >&2
	@.build/debug/leadshark demo
	@echo "In this folder that is \`make init\` and \`make serve\`." >&2

.PHONY: init
init: release ## Ask for the secret that LeadShark shows, and write a .env with it
	@.build/release/leadshark init $(ARGS)

.PHONY: serve
serve: release ## Run the receiver with the .env of this folder
	@.build/release/leadshark serve $(ARGS)

.PHONY: release
release: ## Build the command for production: .build/release/leadshark
	@Scripts/bootstrap build
	@echo "Building the command for production; the first time takes some minutes." >&2
	@$(RELEASE) >&2

.PHONY: install
install: release ## Install the command into /usr/local/bin, or PREFIX's bin
	@install -d "$(DESTDIR)$(PREFIX)/bin"
	@install -m 0755 .build/release/leadshark "$(DESTDIR)$(PREFIX)/bin/leadshark"

.PHONY: test
test: bootstrap-test lint core docs build readme ## Run the quick checks and all tests (minutes)
	@Scripts/run-tests --built

.PHONY: check
check: consumer linkage constant-time instructions shapes coverage fuzz sanitize-sdk samples snippets snippets-server ## Run the checks that are too slow to wait for while writing (minutes)

.PHONY: bootstrap-test
bootstrap-test:
	@Scripts/bootstrap build test

.PHONY: lint
lint: ## Check format and documentation comments
	@Scripts/check-lint

.PHONY: format
format: ## Format every Swift file
	@swift format format --in-place --parallel --recursive Package.swift Sources Tests Samples Benchmarks

.PHONY: core
core: ## Build the SDK alone: no other package may be fetched
	@Scripts/check-core

.PHONY: docs
docs: ## Check the SDK's documentation
	@Scripts/check-docs

.PHONY: snippets
snippets: bootstrap-test ## Compile the blocks of Swift in the documents that need the SDK alone
	@Scripts/check-snippets

.PHONY: snippets-server
snippets-server: bootstrap-test ## Compile those that need other packages
	@Scripts/check-snippets --server

.PHONY: consumer
consumer: bootstrap-test ## Build and run the README's lines as a user's package with `traits: []`
	@Scripts/check-consumer

.PHONY: linkage
linkage: ## Check which libraries the SDK's user links
	@Scripts/check-linkage

.PHONY: build
build: ## Build everything, tests included
	@Scripts/run-tests --build-only

.PHONY: readme
readme: build ## Check that what the documents tell a reader to use is there
	@Scripts/check-readme .build/debug/leadshark

.PHONY: samples
samples: bootstrap-test ## Build the samples and send them webhooks
	@Scripts/check-samples

.PHONY: bench
bench: ## Measure against peers, and write Benchmarks/RESULTS.md; ARGS="--only PART" measures a part
	@Scripts/bootstrap build bench
	@$(RELEASE) >&2
	@Scripts/bench $(ARGS)

.PHONY: soak
soak: build ## Kill, flood and fill for SECONDS=300 each, and write Benchmarks/SOAK.md (long); ARGS="PART..." for some of it
	@Scripts/soak $(SECONDS) $(ARGS)
soak: SECONDS := 300

.PHONY: differential
differential: ## Compare our JSON with that of V8, in Node: 500,000 documents, or ARGS="COUNT SEED"
	@Scripts/bootstrap build
	@Scripts/v8-differential $(ARGS)

.PHONY: constant-time
constant-time: ## Show that no branch and no address of `verify` depends on the secret
	@Scripts/bootstrap build check
	@Scripts/check-constant-time

.PHONY: instructions
instructions: ## Check that the SDK takes no more instructions than recorded; ARGS=--update records
	@Scripts/bootstrap build check
	@Scripts/check-instructions $(ARGS)

.PHONY: shapes
shapes: ## Check that no shape of input takes more than linear time
	@Scripts/bootstrap build
	@Scripts/check-shapes

# How long `make fuzz` tries each target.
SECONDS := 30

.PHONY: fuzz
fuzz: ## Fuzz what reads a stranger's bytes, SECONDS=30 for each part of the SDK
	@Scripts/bootstrap build check
	@Scripts/fuzz $(SECONDS) $(ARGS)

.PHONY: coverage
coverage: ## Check that the tests run 95 % of the SDK's lines
	@Scripts/bootstrap build check
	@Scripts/coverage

.PHONY: sanitize
sanitize: ## Run all tests under the address and the thread sanitizer (long)
	@Scripts/bootstrap build test
	@Scripts/sanitize all

.PHONY: sanitize-sdk
sanitize-sdk: ## Run the SDK's tests under the address sanitizer
	@Scripts/bootstrap build
	@Scripts/sanitize sdk address

.PHONY: clean
clean: ## Remove everything that was built
	@rm -rf .build .build-* Samples/.build Benchmarks/.build
