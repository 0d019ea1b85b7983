"""The wiring of the product. Nothing is imported here: `python3 -m cellquality` runs before anything is installed."""
