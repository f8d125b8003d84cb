# The one front door: every verb here works on a fresh checkout.

BIN := .venv/bin
# Counterparts that the tests speak to. Without them those tests skip, or fail under NAMEPLATE_REQUIRE_PEERS=1.
# Playwright's own Node needs libatomic1.
DEBIAN_PEERS := chromium libatomic1 rsyslog rsyslog-gnutls strace curl openssl systemd maven slapd samba-ad-dc \
	samba-ad-provision samba-dsdb-modules winbind
BENCHMARKS := decisions http journal stop door panel sinks

# What was compiled is kept: without it each of the hundreds of processes of the tests would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv setup demo test counterparts peers lint bench docs clean

help: ## what can be done here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 8

venv:
	@scripts/venv

setup: venv ## make .venv with everything; quick when nothing has changed
	@scripts/setup

demo: setup ## run a small site with everything real but the hardware; ARGS="--headless --for 30s --json"
	@$(BIN)/nameplate demo $(ARGS)

test: ## lint, then all tests; ARGS=tests/domain for a part
	@$(MAKE) --no-print-directory --jobs=2 lint peers
	$(BIN)/pytest $(ARGS)

# After `venv`, which may install a Debian package itself: two apt-get at once do not wait for each other.
counterparts: venv
	@scripts/debian $(DEBIAN_PEERS)
	@scripts/keycloak

peers: setup counterparts
	@scripts/canaille

lint: setup ## ruff, mypy and the import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## figures beside this machine's floors; ARGS=--json
	@for name in $(BENCHMARKS); do $(BIN)/nameplate bench $$name $(ARGS) || exit 1; done

docs: setup ## the manual as a site in build/site, without anything from elsewhere
	@$(BIN)/python scripts/site.py build/site

clean: ## remove what the verbs above made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
