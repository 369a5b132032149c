# The two commands to know: `make demo` and `make test`. Both make their environment first.
PYTHON ?= python3
STATE ?= demo/state
BIN := .venv/bin

.PHONY: demo test fix check bench ui wheel
.DEFAULT_GOAL := demo

.venv/ready-demo: pyproject.toml .ci/setup.py
	@$(PYTHON) .ci/setup.py demo
.venv/ready-test: pyproject.toml .ci/setup.py
	@$(PYTHON) .ci/setup.py test

demo: .venv/ready-demo ## set-up and main job on the sample shop, offline after the install
	@$(BIN)/shopkeeper demo --out demo

test: .venv/ready-test ## set-up and the whole suite
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile # a thread a worker: more would wait for each other

fix: .venv/ready-test ## what a machine can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: .venv/ready-test ## what must be clean before a commit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ready-test ## every benchmark, results into benchmarks/results
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script --save || exit 1; done

ui: .venv/ready-demo ## the page on the sample shop, http://127.0.0.1:7860
	@$(BIN)/shopkeeper ui --state $(STATE)

wheel: .venv/ready-test
	$(BIN)/python -m build --wheel
