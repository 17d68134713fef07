# Everything happens in .venv, made from `python3`, or from the Python that PYTHON names: make test PYTHON=python3.13
export PYTHON

help: ## what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 16

demo: ## set up, build, and see plait run asyncio programs
	@scripts/build
	@.venv/bin/python scripts/demo

test: ## the tests, on plait compiled
	@scripts/test

test-all: ## the tests on every supported Python, compiled, and on one interpreted
	@scripts/test-all

ecosystem: ## real libraries at real jobs, on plait and on asyncio; installs PostgreSQL and Redis with apt-get if need be
	@scripts/ecosystem

peer-suites: ## the suites of anyio, aiohttp and tornado on plait and on asyncio, compared
	@scripts/peer-suites

check: ## format, lint, types, layers, spelling
	@scripts/check

bench: ## speed beside the peers that install here
	@scripts/build --peers
	@PYTHON=.venv/bin/python scripts/bench core
	@PYTHON=.venv/bin/python scripts/bench net
	@PYTHON=.venv/bin/python scripts/bench bridge

bench-http: ## speed of frameworks beside the peers; installs PostgreSQL, Redis and wrk with apt-get if need be
	@scripts/ecosystem --set-up
	@PYTHON=build/venv/ecosystem/bin/python scripts/bench http

clean: ## remove what was built, and the environments
	rm -rf build .venv src/*.egg-info .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help demo test test-all ecosystem peer-suites check bench bench-http clean
