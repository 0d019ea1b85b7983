"""The fictional province, into an empty database."""

import argparse
import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluations.demo import CannotLoad, Wanted, load_demo
from evaluations.periods import Month


def month(words: str) -> Month:
    try:
        return Month.parse(words)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault


class Bar:
    """A progress bar on a terminal; elsewhere a line now and then."""

    WIDTH = 30

    def __init__(self, out):
        self.out = out
        self.on_terminal = out.isatty()
        self.shown_at = 0.0
        self.stage = ""

    def show(self, stage: str, done: int, total: int) -> None:
        ended = done == total
        if not (ended or stage != self.stage or time.monotonic() - self.shown_at > (0.1 if self.on_terminal else 5)):
            return
        self.shown_at, self.stage = time.monotonic(), stage
        if self.on_terminal:
            filled = self.WIDTH * done // total
            bar = "█" * filled + "·" * (self.WIDTH - filled)
            self.out.write(f"\r{stage:<22} {bar} {done}/{total} ", ending="\n" if ended else "")
        else:
            self.out.write(f"{stage}: {done}/{total}")
        self.out.flush()


class Command(BaseCommand):
    help = "Fill an empty database with a fictional province: committees, cells, invented people, months of sittings, scores."

    def add_arguments(self, parser):
        parser.add_argument("--cells", type=int, default=300, help="how many cells (default: 300)")
        parser.add_argument("--months", type=int, default=13, help="how many months of sittings (default: 13)")
        parser.add_argument(
            "--until", type=month, default=None, metavar="YYYY-MM", help="the last month, in progress (default: this month)"
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed makes another province (default: 1)")

    def handle(self, *, cells, months, until, seed, **options):
        today = timezone.localdate()
        wanted = Wanted(cells=cells, months=months, until=until or Month.of(today), seed=seed, today=today)
        began = time.monotonic()
        try:
            made = load_demo(wanted, progress=Bar(self.stdout).show)
        except CannotLoad as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{made.committees} committees, {made.cells} cells, {made.members} members, {made.meetings} sittings "
            f"in {time.monotonic() - began:.0f} s."
        )
