"""`python3 -m cellquality run|test|clean-data`: what the Makefile calls, with nothing but Python itself.

This file must be readable for older versions of Python, so that they can say that they are too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  that is the point
    sys.exit(
        "CellQuality needs Python 3.11 or newer, and this is {}.{}: install a newer one and name it, "
        "for example: make run PYTHON=python3.11".format(*sys.version_info)
    )
if sys.platform == "win32":
    sys.exit("CellQuality runs on Linux and macOS: on Windows use it inside WSL.")

from cellquality.bootstrap import main

main()
