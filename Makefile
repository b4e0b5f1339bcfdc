# make demo    install what is needed and show the main job on a head that ships with the package
# make test    install what tests need and run them
# make coverage  the same, and which lines no test runs (what is left out, and why: CONTRIBUTING.md)
# make check   ruff, mypy and the quick tests: the one habit before a commit
# make fuzz    damaged files for every reader, for MINUTES=5; READERS=ply,mat chooses some, SEED=2 other files,
#              RUN=1000000017 repeats one run of a reader, GUIDED=1 lets atheris lead (pip install atheris)
# make kill    ends commands at random moments, TIMES=20 by each of three signals, and looks at what is left
# make test-blender   import our files in Blender; installs it (1 GB) into .venv-blender, needs Python 3.11
# make viewer  bundle the page of `lego view` again (needs Node.js); what it makes is checked in
# make docs    write docs/cli.md and docs/hooks.md again, from the code
# The virtual environment is made in .venv; choose another with VENV=..., another Python with PYTHON=...

VENV ?= .venv
DEMO ?= demo
BIN = $(VENV)/bin
ENV = OMP_WAIT_POLICY=PASSIVE
WEB = tests/web/node_modules/.lego
BLENDER_VENV ?= .venv-blender
BLENDER_PYTHON ?= python3.11

.PHONY: demo test coverage fuzz kill test-blender check viewer docs format clean

demo: $(VENV)/.lego
	$(ENV) $(BIN)/lego stylize --demo -o $(DEMO) --force

test: $(VENV)/.lego-test $(WEB)
	$(ENV) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

# Coverage cannot see into compiled kernels: their tests run once more as plain Python.
coverage: $(VENV)/.lego-test $(WEB)
	$(ENV) OMP_NUM_THREADS=1 NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest tests/renderers/test_numba_renderer.py \
	--cov --cov-report=
	$(ENV) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-append --cov-report=term:skip-covered

fuzz: $(VENV)/.lego-test
	PYTHONPATH=tests $(ENV) $(BIN)/python -m fuzz --minutes $(or $(MINUTES),5) --seed $(or $(SEED),1) \
	$(if $(READERS),--readers $(READERS)) $(if $(RUN),--run $(RUN)) $(if $(OUT),--out $(OUT)) $(if $(GUIDED),--guided)

kill: $(VENV)/.lego-test
	$(ENV) $(BIN)/python tests/kills/kill_runs.py --times $(or $(TIMES),20)

test-blender: $(VENV)/.lego-test $(BLENDER_VENV)/.lego
	$(ENV) OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/blender/blender_checks.py --blender $(BLENDER_VENV)/bin/python

check: $(VENV)/.lego-dev $(WEB)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(ENV) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

format: $(VENV)/.lego-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.lego
	$(ENV) $(BIN)/python docs/reference.py

viewer:
	npm ci --prefix web/viewer
	npm run build --prefix web/viewer

clean:
	rm -rf $(VENV) $(BLENDER_VENV) $(DEMO) tests/web/node_modules build dist *.egg-info

$(VENV)/.lego: pyproject.toml
	.ci/install $(VENV)
	@touch $@

$(VENV)/.lego-test: pyproject.toml
	.ci/install $(VENV) test
	@touch $(VENV)/.lego $@

$(VENV)/.lego-dev: pyproject.toml
	.ci/install $(VENV) test,dev
	@touch $(VENV)/.lego $(VENV)/.lego-test $@

# Without npm, or without a network, the tests that need node skip and say so.
$(WEB): tests/web/package.json tests/web/package-lock.json
	@if command -v npm >/dev/null && npm ci --prefix tests/web; then touch $@; \
	else echo "note: no npm packages in tests/web: tests that ask the glTF validator and three.js will skip" >&2; fi

$(BLENDER_VENV)/.lego:
	$(BLENDER_PYTHON) -m venv $(BLENDER_VENV)
	$(BLENDER_VENV)/bin/python -m pip install --quiet bpy
	@touch $@
