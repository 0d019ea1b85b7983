"""Committees, cells, members and appointments from official lists (docs/registry.md)."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from meetings.registry import import_registry

FAULTS_SHOWN = 200


class Command(BaseCommand):
    help = (
        "Import committees.csv, cells.csv, members.csv and appointments.csv, all or nothing; safe to repeat. "
        "The columns are in docs/registry.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", type=Path, metavar="DIR_OR_FILE")
        parser.add_argument("--check", action="store_true", help="only report what would be done or is wrong")

    def handle(self, *, paths, check, **options):
        result = import_registry(paths=paths, at=timezone.now(), only_check=check)
        if result.faults:
            for fault in result.faults[:FAULTS_SHOWN]:
                self.stderr.write(str(fault))
            if len(result.faults) > FAULTS_SHOWN:
                self.stderr.write(f"… and {len(result.faults) - FAULTS_SHOWN} more.")
            raise CommandError(f"{len(result.faults)} faults; nothing was imported.")
        for what, made in result.made.items():
            self.stdout.write(f"{what}: {made} rows {'would be ' * check}made, {result.changed[what]} changed.")
