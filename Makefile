# The commands of a working day; CONTRIBUTING.md says when to use which. `make` alone lists them.
PYTHON ?= python
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install test test-full lint golden faults fuzz docs docs-serve bench packages release-check ci

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST)

install: ## make .venv with the package as it stands here and everything for tests and checks
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -e ".[dev]"

test: ## run the tests on two cores; `make test ARGS=tests/test_rows.py` runs some
	$(BIN)/python -m pytest -q -n 2 $(ARGS)

test-full: ## the same, every property on three times as many examples; before a release
	$(BIN)/python -m pytest -q -n 2 --hypothesis-profile=full $(ARGS)

lint: ## format, lint, check types, and hold the directions between the rooms
	$(BIN)/ruff format .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

golden: ## write the expected outputs, the profile index and generated pages anew; read the difference before you commit it
	$(BIN)/python -m pytest -q --update-golden $(ARGS)

faults: ## signals, full disks, closed streams, files that change and other faults, each at length; the tests try a few of each
	@failed=; for script in $(filter-out %/conftest.py %/ground.py,$(wildcard tests/faults/*.py)); do \
	  $(BIN)/python $$script --full || failed="$$failed $$script"; done; \
	if [ -n "$$failed" ]; then echo "wrong:$$failed"; exit 1; fi

fuzz: ## an hour of searching for unexpected inputs, guided by coverage; ARGS="--minutes 5 --door where" for less. Needs `pip install -e ".[fuzz]"`
	$(BIN)/python tests/fuzzing/nightly.py $(ARGS)

docs: ## build the documentation site in build/docs/site, and check its links
	$(BIN)/python docs/site.py

docs-serve: docs ## the same, and show it at http://localhost:8000
	$(BIN)/python -m http.server --bind localhost --directory build/docs/site 8000

bench: ## speed beside scripts by hand and other tools, as ratios of one run
	$(BIN)/python tests/benchmark/start_benchmark.py
	$(BIN)/python tests/benchmark/report_benchmark.py
	$(BIN)/python tests/benchmark/read_benchmark.py
	$(BIN)/python tests/benchmark/compare_benchmark.py
	$(BIN)/python tests/benchmark/rivals.py --most 1000000

packages: ## build wheel and sdist, and try the wheel with each Python and the lowest and newest dependencies; takes some minutes
	$(BIN)/python tests/packages/built.py "$$(mktemp -d)"
	$(BIN)/python tests/packages/environments.py $(ARGS)

release-check: ## whether this tree can be released: version, changelog, clean tree, build, checks; ARGS=--quick without the long ones
	$(BIN)/python tests/packages/release.py $(ARGS)

ci: ## everything that must hold before a change is taken
	.ci/run
