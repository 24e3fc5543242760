# Everything a person types: `make run` and `make test` each do their own set-up from nothing.

BIN := .venv/bin
READY := .venv/.ready
GALLERY := build/gallery
# a store of its own, beside what is bundled already
GALLERY_ENV := POOLSCOPE_HOME=$(CURDIR)/$(GALLERY) POOLSCOPE_GALLERY=$(CURDIR)/assets/gallery
# data sets of the grids and the claims, each in a file of its own
BUNDLED := digits shapes mnist fashion

.DEFAULT_GOAL := help
.PHONY: help setup run test quick screens browser lint bench soak gallery clean
.SILENT:

help:
	echo "make setup     install everything into .venv"
	echo "make run       open the dashboard (ARGS=... goes to streamlit)"
	echo "make test      run all tests, the browser's too (ARGS=... goes to pytest)"
	echo "make quick     test what changed since the last commit, for a minute at most"
	echo "make screens   read every page at eight widths, by axe-core too"
	echo "make lint      ruff and mypy"
	echo "make bench     measure against the budgets"
	echo "make soak      damage stores, kill trainings, let fifty visitors click, then fifty while five attack"
	echo "make gallery   train what is to be bundled and is not yet"
	echo "make clean     remove what was built; .venv and your own runs stay"

setup: $(READY)

# done again only when what is asked for has changed
$(READY): pyproject.toml constraints.txt
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        python=$$candidate; break; \
	    fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Poolscope needs Python 3.11 or newer; found $$(python3 --version 2>&1)." >&2; \
	    echo "Install it, or name it: make setup PYTHON=/path/to/python3.11" >&2; \
	    exit 1; \
	fi; \
	echo "Installing into .venv (torch is large: about 6 GB and some minutes, once)"; \
	$$python -m venv .venv
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check \
	    --editable ".[train,dev,bench]" --constraint constraints.txt
	touch $@

run: $(READY)
	$(BIN)/streamlit run app.py $(ARGS)

# worksteal: what a file sets up for its tests is made once, on one core;
# tests/conftest.py says how many workers there are
test: $(READY) browser
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

quick: $(READY)
	$(BIN)/python -m tests.quick

# a browser of the system, else Debian's (as root), else Playwright's own
browser: $(READY)
	found() { for name in chromium chromium-browser google-chrome; do \
	    command -v $$name >/dev/null && return; done; return 1; }; \
	if ! found && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing chromium for the browser tests"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	        apt-get install -y -qq --no-install-recommends chromium >/dev/null || true; \
	fi; \
	found || $(BIN)/playwright install chromium

# a part of `make test` by itself, after a change of how pages look
screens: $(READY) browser
	$(BIN)/python -m pytest tests/e2e/test_screens.py $(ARGS)

lint: $(READY)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy --no-error-summary

soak: $(READY)
	$(BIN)/python -m tests.fuzz
	$(BIN)/python -m tests.soak

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

# resumable: what is bundled is not trained again, and what else is trained and computed stays in
# build/gallery (`make clean` removes it)
gallery: $(READY)
	mkdir -p $(GALLERY)
	for grid in assets/gallery/*.toml; do \
	    $(GALLERY_ENV) $(BIN)/python -m core sweep $$grid --maps --checkpoints none || exit 1; \
	done
	for grid in assets/gallery/learning/*.toml; do \
	    $(GALLERY_ENV) $(BIN)/python -m core sweep $$grid --maps --checkpoints lowest || exit 1; \
	done
	for grid in assets/gallery/recipes/*.toml; do \
	    $(GALLERY_ENV) $(BIN)/python -m core sweep $$grid --checkpoints none --no-weights || exit 1; \
	done
	$(GALLERY_ENV) $(BIN)/python -m core claims --run
	for name in $(BUNDLED); do \
	    $(GALLERY_ENV) $(BIN)/python -m core export --all --dataset $$name --format db \
	        --weights-of 1 --weights-under 400 --checkpoints-of 1 --output assets/gallery/$$name.db --force || exit 1; \
	done

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
