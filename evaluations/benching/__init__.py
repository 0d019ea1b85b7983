"""Measuring how fast the product is, for `manage.py bench_pages`."""
