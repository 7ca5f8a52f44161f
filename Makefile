# make install · lab · demo · check · quick · test · course · site · bench · soak: each makes .venv first if it is missing
# or stale. make wheel: the package in dist/, without .venv.
# Another Python: make lab PYTHON=python3.12    Options for the command behind a target: make lab ARGS="--port 9000"

PYTHON ?= python3
ARGS ?=
GRADING_ARGS ?= --sizes 50,200,500
BIN := .venv/bin
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)

# What make quick tests: the check from a spec to a verdict, what a notebook calls, one unit's references, and how this
# project is set up. Under two minutes on two cores, make check included.
QUICK := tests/autograder/checking tests/autograder/spec tests/autograder/student tests/lib/feedforward \
	tests/test_readme.py tests/test_repository.py tests/test_setup.py

.PHONY: install lab demo check quick test course site bench soak wheel

install: $(READY)
	@echo "The course is set up. To have its commands in this shell: . $(BIN)/activate"

lab: $(READY)
	$(BIN)/gradschool lab $(ARGS)

demo: $(READY)
	$(BIN)/gradschool demo $(ARGS)

check: $(READY)
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

quick: check
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist worksteal -m "not soak" $(QUICK) $(ARGS)

test: check  # many processes import the course: it is compiled once
	@$(DATABASE)
	OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 2 --dist worksteal -m "not soak" $(ARGS)

course: $(READY)
	$(BIN)/gradschool publish $(ARGS)

site: $(READY)  # the course as a website, in build/site/html
	$(BIN)/gradschool site $(ARGS)

bench: $(READY)  # GRADING_ARGS: options of the second
	$(BIN)/gradschool bench $(ARGS)
	$(BIN)/gradschool bench-grading $(GRADING_ARGS)

soak: $(READY)  # more threads than cores sleep while they wait; pytest ends with 5 where no test carries the mark
	OMP_WAIT_POLICY=PASSIVE $(BIN)/pytest -m soak $(ARGS) || [ $$? -eq 5 ]

wheel:
	$(PYTHON) -m pip wheel --no-deps --wheel-dir dist .

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -c constraints.txt -e '.[test]'
	@$(BIN)/python -c 'import matplotlib.pyplot'  # builds its font cache, which it would announce in the first notebook
	@$(SYSTEM)
	@touch $@

# What Debian has for us: bubblewrap, in which student code is graded, and Chromium, for the tests in a real browser.
# Learning needs neither, so their absence stops nothing here.
define SYSTEM
missing=""; command -v bwrap >/dev/null || missing="bubblewrap"; \
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$$missing chromium"; \
[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	apt-get update -qq && apt-get install -y -qq $$missing; } || \
	echo "To grade a class (bubblewrap) and to test in a browser (chromium): sudo apt-get install $$missing"
endef

# A gradebook may lie in PostgreSQL; only the tests of that need a server, and they start one of their own.
define DATABASE
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { [ "$$(id -u)" = 0 ] && \
	command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } || \
	echo "Tests of gradebooks in PostgreSQL are skipped; they need: sudo apt-get install postgresql"
endef
