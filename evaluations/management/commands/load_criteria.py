"""The criteria documents, frames and the sample sheet from evaluations/criteria/. Safe to repeat."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from evaluations.criteria_files import FOLDER, read_criteria
from evaluations.loading import load_criteria
from evaluations.yaml_reader import FaultyFiles


class Command(BaseCommand):
    help = "Load the criteria files: all or nothing. A set that is already there, published or edited, is never overwritten."

    def add_arguments(self, parser):
        parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files lie (default: evaluations/criteria)")

    def handle(self, *, folder: Path, **options):
        try:
            loaded = load_criteria(files=read_criteria(folder))
        except FaultyFiles as refusal:
            raise CommandError(f"Nothing was loaded.\n{refusal}") from refusal
        self.stdout.write(
            f"{len(loaded.documents_made)} documents and {len(loaded.sets_made)} sets made, {len(loaded.unchanged)} sets unchanged."
        )
        for what, why in loaded.kept:
            self.stdout.write(f"{what} was left as it is: {why}.")
