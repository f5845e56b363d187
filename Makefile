.DEFAULT_GOAL := help
.PHONY: help setup node dashboard check check-types check-rest fix test test-e2e test-kill test-attack test-guards test-chaos screenshots bench demo up down lock document format lint quality
BIN := .venv/bin
SCENARIO ?= bad-release
WORKERS ?= 3
CODE := sre_agent backend mcp_servers infrastructure tests benchmarks hatch_build.py

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Create .venv, everything pinned
	@infrastructure/setup/setup.sh

node: ## Fetch Node into .run/tools, where the machine has none that fits
	@infrastructure/setup/node.sh fetch >/dev/null

dashboard: ## Build the war room into dashboard/dist
	@infrastructure/setup/dashboard.sh require

check: setup ## Lint, types, import contracts, unused code, vulnerable dependencies
	@$(MAKE) --no-print-directory --output-sync=target --jobs 2 check-types check-rest

check-types: setup
	$(BIN)/mypy $(CODE)

check-rest: setup
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry sre_agent backend mcp_servers infrastructure
	$(BIN)/python -m infrastructure.advisories
	infrastructure/setup/dashboard.sh check

fix: setup ## Mend what can be mended by itself
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

test: setup ## Fast, contract and integration tests, and the repairs in the lab (WORKERS=3)
	infrastructure/setup/dashboard.sh test
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not e2e and not kill and not chaos and not soak"

test-e2e: setup ## Every scenario under every seed, end to end
	$(BIN)/pytest -m e2e

test-kill: setup ## kill -9 at every border, 300 times, and in the lab (KILL_RUNS=300, KILL_ONLY=POINT:CROSSING)
	$(if $(KILL_ONLY),,$(BIN)/pytest -m kill)
	@$(BIN)/python tests/kill/kill_runs.py

test-attack: setup ## Forged, replayed, expired and re-targeted grants; hostile input
	@ATTACK_STRINGS=all FUZZ_REQUESTS=5000 $(BIN)/pytest -m attack

test-guards: setup ## Switch each guard off in turn: its test must go red
	$(BIN)/python -m tests.guards

test-chaos: setup ## Parts of the world fail while a repair runs
	$(BIN)/pytest -m chaos

screenshots: setup ## Take the pictures in docs/images anew
	PICTURES_DIR=docs/images $(BIN)/pytest -q tests/e2e/browser/test_pictures.py

bench: setup ## Measure; never part of the tests
	$(BIN)/python -m benchmarks

demo: setup ## Break something in the lab and watch it be repaired (SCENARIO=bad-release, BY_HAND=1 to decide yourself)
	@$(BIN)/sre-agent demo $(SCENARIO) $(if $(BY_HAND),--by-hand)

up: ## The same as ./start.sh
	@./start.sh

down: ## The same as ./stop.sh
	@./stop.sh

bench-diagnosis: setup ## Measure the diagnosis on labelled incidents in DATA=DIR (HISTORY=DIR, OUT=FILE, RENAME=SEED)
	@test -n "$(DATA)" || { echo "say where the labelled incidents lie: make bench-diagnosis DATA=DIR (see docs/diagnosis.md)"; exit 2; }
	$(BIN)/sre-agent bench all --data "$(DATA)" $(if $(HISTORY),--history "$(HISTORY)") $(if $(OUT),--out "$(OUT)") $(if $(RENAME),--rename $(RENAME))

lock: setup ## Pin the newest versions that work
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock
	infrastructure/docker/lock.sh

document: setup ## Write the OpenAPI document and the types made from it anew (needs Node)
	$(BIN)/python -m backend.api.document dashboard/openapi.json
	cd dashboard && npm run --silent generate

format: fix
lint: check
quality: check
