"""Show the whole line of one cell's month with its numbers, and make every link of it again another way."""

from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluations.checking.links import line_of, scored_month, waiting_changes
from evaluations.periods import Month
from meetings.models import Cell


class Command(BaseCommand):
    help = (
        "Print the line of one cell's month – set in force, facts, points with their clauses, total, what was decided, month, each "
        "committee above, where points are lost, the same of its quarter, half-year and year, the editions of closed periods – and make "
        "each link again another way. "
        "Ends with an error that names the links where the two ways differ."
    )

    def add_arguments(self, parser):
        parser.add_argument("--cell", type=UUID, help="public id of the cell; without it, the first that is scored")
        parser.add_argument("--month", help="the month as YYYY-MM; without it, the latest that is scored")

    def handle(self, *, cell: UUID | None, month: str | None, **options):
        try:
            first = Month.parse(month).first if month else None
        except ValueError as error:
            raise CommandError(str(error)) from error
        asked = Cell.objects.filter(public_id=cell).first() if cell else None
        if cell and not asked:
            raise CommandError(f"No cell has the public id {cell}.")
        found = (asked, first) if asked and first else scored_month(asked, first)
        if found is None:
            raise CommandError("No month is scored yet: send one, or load made-up data with load_demo.")
        self.show(*found)

    def show(self, cell: Cell, first) -> None:
        self.stdout.write(f"{cell} ({cell.public_id}), {first:%m/%Y}")
        broken = []
        for link in line_of(cell, first, today=timezone.localdate()):
            self.stdout.write(f"\n{link.name}")
            for words in link.words:
                self.stdout.write(f"    {words}")
            if not link.differences:
                self.stdout.write("    the same, made another way")
                continue
            broken.append(link.name)
            for difference in link.differences:
                self.stdout.write(self.style.ERROR(f"    DIFFERS  {difference}"))
        if broken:
            self.complain(cell, broken)
        self.stdout.write(self.style.SUCCESS("\nEvery link agrees."))

    def complain(self, cell: Cell, broken: list[str]) -> None:
        waiting = waiting_changes(cell.scope_path.split("/")[0] + "/")
        hint = f" {waiting} noted changes wait to be measured; run it again when a worker has taken them." if waiting else ""
        raise CommandError(f"The two ways differ at: {'; '.join(broken)}.{hint}")
