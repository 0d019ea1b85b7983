"""The real tree: central committee, 34 provincial and 3,321 commune-level committees. Safe to repeat."""

from django.core.management.base import BaseCommand, CommandError

from meetings.registry import CannotLoad, load_units, read_units
from meetings.tree import CannotPlace


class Command(BaseCommand):
    help = "Make the committees of the provinces and commune-level units in force since 1/7/2025, or update their names."

    def handle(self, **options):
        try:
            units = read_units()
            made, renamed = load_units(units=units)
        except (CannotLoad, CannotPlace) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{len(units)} units: {made} committees made, {renamed} renamed.")
