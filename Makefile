# One word for each thing one does here. `make` alone lists them.
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 2
NAME ?= leads
BUNDLE ?= leads.leadrank
ARCH ?= x86_64
export OMP_NUM_THREADS ?= 1
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help install demo test lint campaigns bench docs figures kernel wheels lambda sbom lock clean

help:  ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile | expand -t 20

install: $(STAMP)  ## make .venv with everything in it, from hashes

$(STAMP): requirements/dev.lock requirements/compiler.lock pyproject.toml scripts/install scripts/kernel src/leadrank/forest/kernel.c src/leadrank/forest/strongest.c
	@scripts/install

demo: $(STAMP)  ## simulate leads, train, rank, explain; the last line is the report's path (NAME=leads)
	@$(BIN)/leadrank demo $(NAME)

test: $(STAMP)  ## run the tests
	@$(BIN)/python -m pytest -n $(WORKERS)

lint: $(STAMP)  ## ruff, mypy strict, import contracts, licences
	@$(BIN)/ruff check src tests benchmarks scripts examples
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@scripts/licences > /dev/null

campaigns: $(STAMP)  ## the long measurements; figures go to benchmarks/*.json
	@$(BIN)/python benchmarks/leak_campaign.py
	@$(BIN)/python benchmarks/bundle_campaign.py
	@$(BIN)/python benchmarks/interval_campaign.py
	@$(BIN)/python benchmarks/fairness_campaign.py
	@$(BIN)/python benchmarks/delay_campaign.py -o benchmarks/delay_campaign.json
	@$(BIN)/python benchmarks/estate.py --seeds 3 -o benchmarks/estate.json
	@$(BIN)/python benchmarks/store_campaign.py -o benchmarks/store_campaign.json
	@$(BIN)/python -m benchmarks.serve_campaign -o benchmarks/serve_campaign.json
	@$(BIN)/python -m pytest -m campaign -n $(WORKERS)

bench: $(STAMP)  ## measure speed beside the peers; figures go to benchmarks/results.json and docs/benchmarks.md
	@$(BIN)/python -m benchmarks.bench

docs: $(STAMP)  ## build the documentation into site/
	@$(BIN)/zensical build

figures: $(STAMP)  ## measure what the README says
	@$(BIN)/python scripts/figures

kernel: $(STAMP)  ## build the native kernel anew, after a change to its C
	@$(BIN)/python scripts/kernel

wheels: $(STAMP)  ## build dist/*.whl for Linux, macOS and Windows, all from here
	@$(BIN)/python scripts/kernel --wheels

lambda: $(STAMP)  ## build build/lambda-ARCH.zip, a serverless function on Linux (BUNDLE=leads.leadrank ARCH=x86_64)
	@$(BIN)/python scripts/lambda $(BUNDLE) --arch $(ARCH)

sbom: $(STAMP)  ## list every package with its version and licence, as CycloneDX, in build/sbom.json
	@mkdir -p build && $(BIN)/cyclonedx-py environment --output-reproducible -o build/sbom.json .venv

lock:  ## renew requirements/*.lock
	@scripts/lock

clean:  ## remove what is made
	@rm -rf site leadrank-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
