# make demo    install what is needed and show the main job on a head that ships with the package
# make test    install what tests need and run them
# make check   ruff, mypy and the tests: the one habit before a commit
# The virtual environment is made in .venv; choose another with VENV=..., another Python with PYTHON=...

VENV ?= .venv
DEMO ?= demo
BIN = $(VENV)/bin
ENV = OMP_WAIT_POLICY=PASSIVE

.PHONY: demo test check format clean

demo: $(VENV)/.lego
	$(ENV) $(BIN)/lego stylize --demo -o $(DEMO) --force

test: $(VENV)/.lego-test
	$(ENV) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.lego-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(ENV) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

format: $(VENV)/.lego-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(DEMO) build dist *.egg-info

$(VENV)/.lego: pyproject.toml
	.ci/install $(VENV)
	@touch $@

$(VENV)/.lego-test: pyproject.toml
	.ci/install $(VENV) test
	@touch $(VENV)/.lego $@

$(VENV)/.lego-dev: pyproject.toml
	.ci/install $(VENV) test,dev
	@touch $(VENV)/.lego $(VENV)/.lego-test $@
