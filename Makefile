# `make` alone says what there is. Python packages go into .venv; nothing outside this folder is touched but for
# libfluidsynth, which the system's package manager installs if it is missing.

PYTHON ?=
STYLES := piano-ballad orchestral lofi rock
SONG   := examples/paper-comet.mid
BIN    := .venv/bin
STAMP  := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test check docs format bench clean

help:  ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP)  ## virtual environment, Python packages, libfluidsynth
	@sh tools/libfluidsynth.sh

$(STAMP): pyproject.toml tools/venv.sh
	@PYTHON="$(PYTHON)" sh tools/venv.sh .venv
	@touch $@

demo: setup  ## an example song in all four styles, MIDI and WAV, in out/
	@mkdir -p out
	@cd out && ../$(BIN)/remixkit cover ../$(SONG) $(foreach style,$(STYLES),--style $(style))

test: setup  ## the tests
	@$(BIN)/python -m pytest -n auto

check: $(STAMP)  ## ruff (format and lint) and mypy --strict
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

docs: $(STAMP)  ## the documentation's site, in build/site
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@$(BIN)/mkdocs build --quiet

format: $(STAMP)  ## mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup  ## how long covers take, and how much memory
	@$(BIN)/python benchmarks/speed.py

clean:  ## remove the virtual environment, caches and out/
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
