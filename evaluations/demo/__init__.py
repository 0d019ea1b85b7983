"""The fictional province `Tỉnh Minh Họa`: made-up committees, cells, people, sittings and score sheets, for trying the product out."""

from evaluations.demo.loading import CannotLoad, Made, Wanted, load_demo
from evaluations.demo.logins import LOGINS, PASSWORD, demo_logins

__all__ = ["LOGINS", "PASSWORD", "CannotLoad", "Made", "Wanted", "demo_logins", "load_demo"]
