# Reprise: everything that is done often, with all of its set-up. `make` alone lists the targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# Recipes run on the Node that the lockfile pins, whatever the system's is.
PINNED := $(CURDIR)/node_modules/.bin
export PATH := $(PINNED):$(PATH)
# npm writes it at the end of every installation, so after `npm install` too nothing is installed twice.
INSTALLED := node_modules/.package-lock.json

.PHONY: help setup demo test up down status reset logs check bench

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## install what the lockfile names, unless it is installed already

$(INSTALLED): package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: sudo apt-get install -y nodejs npm, or brew install node' >&2; exit 1; }
	npm ci --no-audit --no-fund
	@node -e 'process.exit(process.versions.node.split(".")[0] >= 24 ? 0 : 1)' || { \
	  echo 'Node 24 or newer is missing, and npm brings none for this system: brew install node' >&2; exit 1; }
	@touch $@

demo: setup ## set everything up, start it, replay real edits and plays, show what came out
	@./reprise demo $(if $(FULL),--full)

test: setup ## run every test on engines of its own, beside a running demo
	@node infra/run-tests.ts $(ARGS)

up: setup ## start the engines and services
	@./reprise up

down: setup ## stop what was started; data stays
	@./reprise down

status: setup ## ask every engine and service how it is
	@./reprise status || true

reset: setup ## stop everything and delete all data; asks first
	@./reprise reset $(if $(YES),--yes)

logs: setup ## the last lines of the logs; PART=kafka for one, FOLLOW=1 to go on
	@./reprise logs $(PART) $(if $(FOLLOW),--follow)

check: setup ## format, lint, boundaries, types and unit tests, in under a minute
	@npm run -s format:check
	@npm run -s lint
	@npm run -s boundaries
	@npm run -s types
	@npm run -s unit

bench: setup ## measure beside a ceiling in the same run; SECTION=commands for one section
	@node --max-semi-space-size=32 --external-memory-accounted-in-global-limit bench/main.ts $(SECTION)
