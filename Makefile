# Every target sets up what it needs; see scripts/setup.sh for what that is.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint format bench weights lock clean

BIN := .venv/bin
SETUP := sh scripts/setup.sh
# Programs of the system that Cermat can do without.
FOR_DEMO := tesseract
FOR_TEST := tesseract chromium

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: .venv/.installed  ## make sample sheets, read them, serve the desk on http://127.0.0.1:8000
	@$(SETUP) optional $(FOR_DEMO)
	@$(BIN)/cermat demo

test: .venv/.installed  ## style, types and all tests
	@$(SETUP) optional $(FOR_TEST)
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -rs
	@$(SETUP) missing $(FOR_TEST)

lint: .venv/.installed  ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/.installed  ## let ruff lay out the code and mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.installed  ## time and memory of a reading; accuracy too with DATA=folder
	@$(BIN)/python bench/speed.py $(if $(DATA),--data "$(DATA)")
	@if [ -n "$(DATA)" ]; then $(BIN)/python bench/score.py --data "$(DATA)" \
		$(if $(SCORE),--score "$(SCORE)"); fi

# The landmark network learns to find forms on drawn pages and on photos that the last one placed;
# the readers of boxes and bubbles learn from digits, cells of photos and drawn ones.
weights: .venv/.train  ## make the networks of ocr/weights again, in hours; DATA=folder
	@[ -n "$(DATA)" ] || { echo "usage: make weights DATA=folder (with sheets/ and digits/)" >&2; exit 2; }
	$(BIN)/python -m pipeline.training_pages drawn build/pages --digits "$(DATA)/digits/mnist.npz"
	$(BIN)/python -m ocr.training.landmarks build/pages --minutes 20 --out ocr/weights --keep build/first.pt
	$(BIN)/python -m pipeline.training_pages photos "$(DATA)" build/photos
	$(BIN)/python -m ocr.training.landmarks build/pages --photos build/photos/pages \
		--start build/first.pt --minutes 45 --out ocr/weights
	$(BIN)/python -m ocr.training.boxes --data "$(DATA)" --out ocr/weights
	$(BIN)/python -m ocr.training.bubbles --data "$(DATA)" --out ocr/weights

lock:  ## pin the packages of pyproject.toml anew, hashes included
	@sh scripts/lock.sh

.venv/.installed: requirements.lock pyproject.toml scripts/setup.sh
	@$(SETUP) venv

.venv/.train: .venv/.installed
	$(BIN)/python -m pip install -q --no-build-isolation -e '.[train]'
	@touch $@

clean:  ## remove what the targets made; photos and databases stay
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
