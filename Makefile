# The commands of a working day. On a fresh machine, `make run` and `make test` need nothing but Swift.
#
# Everything is built for release. `swift test` would by default compile each module again, prepared for
# `@testable import`; without that, the program and its tests share every object file.

BUILD   := swift build -c release
TEST    := swift test -c release --disable-testable-imports --disable-xctest
BIN     := .build/release
JOURNAL := .build/run.sqlite

.DEFAULT_GOAL := help
.PHONY: setup build run test bench kill mutate example docs api lint clean help

setup: ## Install the libraries that are missing
	@scripts/setup

build: setup ## Build the program
	$(BUILD)

run: build ## Drive seven agents through a workload and audit the journal
	@rm -f $(JOURNAL) $(JOURNAL)-wal $(JOURNAL)-shm
	$(BIN)/interlock run examples/seven-agents.jsonl --journal $(JOURNAL)

test: setup ## Run every test
	@scripts/setup tests
	$(TEST)

bench: build ## Measure what a step, a journal record and an explored state cost
	$(BIN)/Bench

kill: build ## Kill runs at every write, at random, and in a torn log; count what is lost or done twice
	$(BIN)/Killing

mutate: build ## Put small mistakes into every machine, one at a time, see which are noticed, and keep the counts
	$(BIN)/interlock mutate --all --keep specs/evidence

# The test of the tutorial builds the same package there.
example: setup ## Build the package that uses the library, and audit its machine
	cd examples/own-protocol && swift run --scratch-path ../../.build/own-protocol/.build lease audit

docs: build ## Weave the chapters into docs/: pages for the repository, and the book (docs/index.html)
	$(BIN)/interlock docs

api: build ## Write the reference of the library into .build/api, with the toolchain's DocC
	scripts/api $(BIN) .build/api

lint: ## Check the formatting of the Swift files
	swift format lint --strict --parallel --recursive Package.swift Sources Tests Plugins examples/own-protocol/Package.swift examples/own-protocol/Sources examples/own-protocol/Tests

clean: ## Remove everything that was built
	rm -rf .build

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r name words; do \
	  printf '  make %-6s %s\n' "$$name" "$$words"; \
	done
