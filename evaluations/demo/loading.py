"""Filling an empty database with the fictional province, in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from django.db import connection, transaction
from django.utils import timezone
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from evaluations import levels, measuring, scoring, summaries
from evaluations.definition import Definition, definition_of
from evaluations.demo import ground, logins
from evaluations.demo.days import DaysOff, days_off
from evaluations.demo.logins import Accounts
from evaluations.demo.province import CommitteePlan, invented_uuid, plan_province
from evaluations.demo.reviews import Reviews
from evaluations.demo.rosters import Rosters
from evaluations.demo.sittings import Log
from evaluations.demo.votes import Votes, freeze_votes, set_deadlines
from evaluations.measuring import Targets
from evaluations.models import ChangedScope
from evaluations.periods import Month
from evaluations.rollup import roll_up
from meetings import tree
from meetings.models import Cell, CellKind, ChangedCell, Committee, DemoData, Level, Meeting, Member
from meetings.statistics import refresh_statistics

# Since when the tree of today stands; a longer log begins with its first month.
TREE_SINCE = date(2025, 7, 1)
NOTE = "Dữ liệu hư cấu, chỉ để minh họa: tỉnh, chi bộ, con người và các kỳ sinh hoạt đều không có thật."
CELLS_AT_A_TIME = 150
# Few: what the planner knows of the facts and scores is still from before they are filled.
CELLS_SCORED_AT_A_TIME = 400

# (what is being done, done, of how many)
Progress = Callable[[str, int, int], None]


class CannotLoad(Exception):
    """The demo can't be loaded here; the message says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How large a demo, and which. Its last month is in progress: nothing in the demo is dated `today` or later."""

    cells: int
    months: int
    until: Month
    seed: int
    today: date

    @property
    def span(self) -> list[Month]:
        return [self.until.shifted(back) for back in range(1 - self.months, 1)]

    @property
    def now(self) -> date:
        """The first day of which the demo knows nothing."""
        return min(self.today, self.until.end)


@dataclass(frozen=True, slots=True)
class Made:
    committees: int
    cells: int
    members: int
    meetings: int


@transaction.atomic
def load_demo(wanted: Wanted, *, progress: Progress) -> Made:
    """Make the province, its log and its scores; all or nothing. Raises `CannotLoad` where the database holds anything of the kind.

    What it writes depends on `wanted` alone, but for the keys that the database gives.
    """
    with connection.cursor() as cursor:
        # Two loads at a time: the second waits, and finds a database that is not empty.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('load_demo', 0))")
        refuse_unless_empty(wanted)
        DemoData.objects.create(
            pk=1,
            note=NOTE,
            seed=wanted.seed,
            loaded_at=_midnight(wanted.today),
        )
        # Foreign keys are checked statement by statement, or millions of checks would wait in memory for the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        made = _Loading(cursor, wanted, progress).load()
        forget_changes()
        refresh_statistics()
    return made


def forget_changes() -> None:
    """Drop the notes of changes that the load itself wrote: what they ask for is done."""
    ChangedCell.objects.all().delete()
    ChangedScope.objects.all().delete()


def refuse_unless_empty(wanted: Wanted) -> None:
    for model in (Cell, Meeting, Member, DemoData):
        if model.objects.exists():
            raise CannotLoad(
                _("This database already holds %(what)s; made-up data goes into an empty one only.")
                % {"what": model._meta.verbose_name_plural}
            )
    if taken := logins.taken_usernames():
        raise CannotLoad(_("The login name %(name)s is taken.") % {"name": taken[0]})
    if ground.sample_set() is None:
        raise CannotLoad(_("The criteria set %(code)s is missing: run load_criteria first.") % {"code": ground.SAMPLE_SET})
    if wanted.cells < 1 or wanted.months < 1:
        raise CannotLoad(_("A demo has at least one cell and one month."))
    if wanted.until.first > wanted.today:
        raise CannotLoad(_("The month %(month)s is still to come.") % {"month": wanted.until.label})


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=get_current_timezone())


class _Loading:
    def __init__(self, cursor, wanted: Wanted, progress: Progress):
        self.cursor, self.wanted, self.progress = cursor, wanted, progress
        self.rng = Random(f"{wanted.seed} province")
        self.first = wanted.span[0].first
        self.since = min(TREE_SINCE, self.first)
        # Committee with cells → key of the account of its office.
        self.offices: dict[Committee, int] = {}

    def load(self) -> Made:
        plans = plan_province(self.wanted.cells, self.rng)
        committees = self.place_committees(plans)
        province = committees[plans[0]]
        off = days_off(self.since, self.wanted.until.end)
        ground.make_holidays(off)
        definition = definition_of(ground.make_sheet(province=province, first_month=self.first, now=timezone.now()))
        members, meetings = self.fill(plans, committees, definition, off)
        # The server counts what is committed; without a count it would join sittings with sittings one by one.
        refresh_statistics()
        self.score(province, definition)
        return Made(len(plans), self.wanted.cells, members, meetings)

    def place_committees(self, plans: list[CommitteePlan]) -> dict[CommitteePlan, Committee]:
        root = Committee.objects.filter(level=Level.CENTRAL).order_by("pk").first()
        if root is None:
            root = Committee.objects.create(
                public_id=invented_uuid(self.rng), name="Ban Chấp hành Trung ương Đảng (minh họa)", level=Level.CENTRAL
            )
            tree.place_committee(committee=root, parent=None, from_=self.since)
        committees = {plan: Committee(public_id=invented_uuid(self.rng), name=plan.name, level=plan.level) for plan in plans}
        Committee.objects.bulk_create(committees.values(), batch_size=1000)
        tree.place_all(
            [(committee, committees[plan.parent] if plan.parent else root) for plan, committee in committees.items()], from_=self.since
        )
        ground.make_rules(central=root, province=committees[plans[0]], since=min(ground.SHEET_SINCE, self.first))
        return committees

    def fill(
        self, plans: list[CommitteePlan], committees: dict[CommitteePlan, Committee], definition: Definition, off: list[DaysOff]
    ) -> tuple[int, int]:
        """People and sittings, some committees' cells at a time, so that memory stays the same however many there are."""
        cursor, wanted = self.cursor, self.wanted
        rosters = Rosters(cursor, since=self.since, first=self.first, end=wanted.now)
        accounts = Accounts(cursor, since=self.since)
        votes = Votes(cursor, definition)
        log = Log(cursor, months=wanted.span, off=off, now=wanted.now, votes=votes)
        done = 0
        for batch in _batches(plans):
            cells = self.place_cells(batch, committees)
            for plan in batch:
                rng = Random(f"{wanted.seed} {plan.name} {plan.cells[0].number}")
                houses = [rosters.house(cell, cells[cell.number], plan.name, rng) for cell in plan.cells]
                rosters.move_some(houses, rng)
                for house in houses:
                    rosters.write_house(house)
                    votes.senders[house.cell.pk] = accounts.secretary(house, rng)
                    log.record(house, rng)
                self.offices[committees[plan]] = accounts.office(houses, committees[plan], rng)
                if plan.cells[0].is_shown:
                    accounts.around_shown(houses, committees[plans[0]], rng)
                done += len(houses)
                self.progress("People and sittings", done, wanted.cells)
            for tables in (rosters, accounts, log):
                tables.write(cursor)
            votes.senders.clear()
        cursor.execute("SELECT (SELECT count(*) FROM meetings_member), (SELECT count(*) FROM meetings_meeting)")
        return cursor.fetchone()

    def place_cells(self, batch: list[CommitteePlan], committees: dict[CommitteePlan, Committee]) -> dict[int, Cell]:
        parents = {cell.number: committees[plan] for plan in batch for cell in plan.cells}
        cells = {
            cell.number: Cell(public_id=invented_uuid(self.rng), name=cell.name, kind=cell.kind, uses_handbook=cell.kind != CellKind.ARMY)
            for plan in batch
            for cell in plan.cells
        }
        Cell.objects.bulk_create(cells.values())
        tree.place_all([(cell, parents[number]) for number, cell in cells.items()], from_=self.since)
        return cells

    def score(self, province: Committee, definition: Definition) -> None:
        """Measure and score every month, freeze what the cells voted, let the committees verify, roll up and sum up."""
        set_deadlines(self.cursor, count=ground.SENDING_LAG, unit=ground.SENDING_UNIT, path=province.scope_path)
        keys = list(Cell.objects.order_by("pk").values_list("pk", flat=True))
        chunks = [keys[start : start + CELLS_SCORED_AT_A_TIME] for start in range(0, len(keys), CELLS_SCORED_AT_A_TIME)]
        span = self.wanted.span
        whole = 2 * len(span) * len(chunks)
        for number, month in enumerate(span):
            for place, chunk in enumerate(chunks):
                self.progress("Scores", number * len(chunks) + place, whole)
                targets = Targets.under(province.scope_path, month.first, chunk[0], chunk[-1])
                measuring.measure(targets, as_of=self.wanted.now)
                scoring.score_sheets(targets)
        freeze_votes(self.cursor, definition)
        Reviews(self.cursor, definition, months=span, now=self.wanted.now).write(self.offices)
        for number, month in enumerate(span, start=len(span)):
            scoring.store_month_scores(Targets.under(province.scope_path, month.first, keys[0], keys[-1]))
            self.progress("Scores", (number + 1) * len(chunks), whole + len(chunks))
        for number, chunk in enumerate(chunks, start=whole + 1):
            roll_up(every_month(chunk[0], chunk[-1]), as_of=self.wanted.now)
            self.progress("Scores", number, whole + len(chunks))
        summaries.summarise(levels.committees_above(every_month(keys[0], keys[-1])))


def every_month(first_cell: int, last_cell: int) -> Targets:
    """All months of these cells that have a score."""
    return Targets("SELECT cell_id, month FROM evaluations_monthscore WHERE cell_id BETWEEN %s AND %s", (first_cell, last_cell))


def _batches(plans: list[CommitteePlan]) -> Iterator[list[CommitteePlan]]:
    """Committees with cells, as many as have about `CELLS_AT_A_TIME` together."""
    batch: list[CommitteePlan] = []
    for plan in plans:
        if plan.cells:
            batch.append(plan)
        if sum(len(one.cells) for one in batch) >= CELLS_AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch
