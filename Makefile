# Thin on purpose: without make, the same is done by `python3 -m cellquality run` (test, clean-data).
PYTHON ?= python3

.PHONY: run test clean-data
run test clean-data:
	@$(PYTHON) -m cellquality $@
