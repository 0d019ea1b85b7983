"""A cell's months: what it prepared, when it sat, what it issued and posted."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from evaluations.demo import phrases
from evaluations.demo.days import A_DAY, DaysOff, sitting_day, thematic_day, thematic_plan
from evaluations.demo.duties import Duties, OpenTask
from evaluations.demo.province import invented_uuid
from evaluations.demo.roll import Roll, RollCalls
from evaluations.demo.rosters import House, Person
from evaluations.demo.tables import Keys, Table
from evaluations.demo.votes import Votes
from evaluations.periods import Month
from meetings.models import (
    AgendaItem,
    CellKind,
    CommitteePreparation,
    Meeting,
    MeetingKind,
    MeetingMode,
    MeetingState,
    Posting,
    PostingKind,
    Step,
)

LARGE_CELL = 30
OFTEN_LEFT_OUT = (Step.FEES, Step.SELF_CRITICISM, Step.PRAISE_AND_REMINDERS, Step.IDEOLOGY, Step.AGENDA, Step.MINUTES_PASSED)


@dataclass(slots=True)
class Habits:
    """What stays the same from month to month."""

    starts_at: int  # minutes after midnight
    place: str
    minute_taker: Person
    document_kind: str  # CONCLUSION or RESOLUTION
    thematic: dict[Month, str]
    waiting: list[OpenTask] = field(default_factory=list)
    last_day: date = date.min
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A sitting that took place, as far as its sheet needs it."""

    meeting: int
    day: date
    roll: Roll
    posted_on: date | None


class Log:
    """Draws and writes the months of one cell after the other. Nothing is dated `now` or later."""

    def __init__(self, cursor, *, months: list[Month], off: list[DaysOff], now: date, votes: Votes):
        self.months, self.off, self.now, self.votes = months, off, now, votes
        self.keys = Keys(cursor, Meeting, 2000)
        self.meetings = Table(
            Meeting,
            *("id", "public_id", "cell_id", "for_month", "kind", "state", "state_reason", "version", "planned_on", "theme"),
            *(
                "members_notified_on",
                "following_member_notified_on",
                "draft_prepared_on",
                "held_on",
                "starts_at",
                "ends_at",
                "mode",
                "place",
            ),
            *("chair_id", "minute_taker_id", "steps_held", "ideology_minutes", "minutes_signed_on", "app_outage", "is_secret"),
            *("reference_number", "concluded_at"),
        )
        self.preparations = Table(CommitteePreparation, "meeting_id", "met_on", "has_minutes")
        self.agenda = Table(AgendaItem, "meeting_id", "number", "title")
        self.postings = Table(Posting, "meeting_id", "kind", "document_number", "issued_on", "posted_on")
        self.rolls = RollCalls(cursor)
        self.duties = Duties(cursor)

    def write(self, cursor) -> None:
        for table in (self.meetings, self.preparations, self.agenda, self.postings, self.rolls, self.duties, self.votes):
            table.write(cursor)

    def record(self, house: House, rng: Random) -> None:
        habits = self.habits(house, rng)
        for month in self.months:
            is_last = month == self.months[-1]
            if house.plan.is_shown and is_last:
                return  # left for the secretary to begin
            if rng.random() < house.temper.skips and not house.plan.is_shown:
                self.skip(house, month, rng)
            else:
                self.month(house, habits, month, is_last, rng)

    def habits(self, house: House, rng: Random) -> Habits:
        kind = CellKind(house.plan.kind)
        in_the_evening = kind in (CellKind.VILLAGE, CellKind.PRIVATE_ENTERPRISE, CellKind.ABROAD)
        return Habits(
            starts_at=rng.choice((1140, 1170, 1170, 1180, 480) if in_the_evening else (450, 480, 840, 870, 960)),
            place=rng.choice(phrases.PLACES.get(kind, phrases.PLACES_ELSEWHERE)),
            minute_taker=house.belongings[min(2, len(house.belongings) - 1)].person,
            document_kind="RESOLUTION" if rng.random() < 0.3 else "CONCLUSION",
            thematic=thematic_plan(self.months, house.temper, rng),
        )

    def skip(self, house: House, month: Month, rng: Random) -> None:
        """Often a month without a sitting leaves no trace at all."""
        if month.end <= self.now and rng.random() < 0.4:
            self.bare(house, month, MeetingKind.REGULAR, MeetingState.NOT_HELD, None, rng.choice(phrases.REASONS_NOT_HELD), rng)

    def month(self, house: House, habits: Habits, month: Month, is_last: bool, rng: Random) -> None:
        thematic = habits.thematic.get(month)
        kind = MeetingKind.COMBINED if thematic == MeetingKind.COMBINED else MeetingKind.REGULAR
        day = max(sitting_day(month, house.temper, self.off, rng), habits.last_day + A_DAY)
        waits = is_last and rng.random() < 0.05
        if day >= self.now or waits:
            if rng.random() < 0.5:
                self.bare(house, month, kind, MeetingState.PLANNED, max(day, self.now), "", rng)
            return
        sent_at = self.votes.sending_time(house.temper, day, is_last=is_last, now=self.now, rng=rng)
        if house.plan.is_shown and sent_at is None:
            sent_at = self.votes.at(day + 2 * A_DAY, rng)
        held = self.hold(house, habits, month, kind, day, sent_at, rng)
        if sent_at is not None:
            self.votes.vote(house, month, held.meeting, held.day, held.roll, held.posted_on, sent_at, rng)
        if thematic == MeetingKind.THEMATIC:
            apart = max(thematic_day(month, rng), day + 3 * A_DAY)
            if apart < self.now:
                # Sent up is the month's own sitting only.
                self.hold(house, habits, month, MeetingKind.THEMATIC, apart, None, rng)
            else:
                self.bare(house, month, MeetingKind.THEMATIC, MeetingState.PLANNED, apart, "", rng)

    def bare(self, house: House, month: Month, kind: str, state: str, planned_on: date | None, reason: str, rng: Random) -> None:
        """A sitting that is only planned, or known not to have been held."""
        self.meetings.add_named(
            id=self.keys.next(),
            public_id=invented_uuid(rng),
            cell_id=house.cell.pk,
            for_month=month.first,
            kind=kind,
            state=state,
            state_reason=reason,
            planned_on=planned_on,
            theme=rng.choice(phrases.THEMES) if kind == MeetingKind.THEMATIC else "",
        )

    def hold(self, house: House, habits: Habits, month: Month, kind: str, day: date, concluded_at: str | None, rng: Random) -> Held:
        key, is_thematic = self.keys.next(), kind == MeetingKind.THEMATIC
        care = min(0.99, house.temper.care + (0.05 if is_thematic else 0))
        is_secret = house.plan.kind in (CellKind.ARMY, CellKind.POLICE) and rng.random() < 0.04
        has_outage = house.cell.uses_handbook and rng.random() < 0.006

        roll = self.rolls.call(house, key, day, rng)
        self.rolls.let_speak(house, key, roll, is_secret=is_secret, rng=rng)
        if not is_thematic:
            self.duties.report(house, key, day, habits.waiting, rng)
            if house.deputy is not None and rng.random() < care + 0.03:
                self.preparations.add(key, day - rng.randint(1, 4) * A_DAY, rng.random() < 0.96)
        passed = self.duties.decide(house, key, roll, kind=habits.document_kind, thematic=is_thematic, is_secret=is_secret, rng=rng)
        fewest, most = (0, 1) if is_thematic else (2, 6)
        given = self.duties.assign(house, key, day, roll, fewest=fewest, most=most, is_secret=is_secret, rng=rng)
        habits.waiting += given
        self.write_agenda(key, kind, is_secret)
        posted_on = self.post(house, habits, key, day, care, passed, has_outage, is_secret, rng)

        ideology = rng.choice((15, 15, 20, 20, 25, 30)) if rng.random() < care + 0.03 else rng.choice((None, 5, 10))
        told_on = day - rng.randint(2, 4) * A_DAY
        signed_on = day + rng.choice((0, 0, 0, 1)) * A_DAY
        self.meetings.add_named(
            id=key,
            public_id=invented_uuid(rng),
            cell_id=house.cell.pk,
            for_month=month.first,
            kind=kind,
            state=MeetingState.CONCLUDED if concluded_at else MeetingState.HELD,
            version=4 if concluded_at else 3,
            planned_on=day,
            theme=rng.choice(phrases.THEMES) if kind != MeetingKind.REGULAR and not is_secret else "",
            members_notified_on=told_on if rng.random() < care + 0.05 else day,
            following_member_notified_on=told_on if rng.random() < care + 0.03 else None,
            draft_prepared_on=day - rng.randint(0, 3) * A_DAY if rng.random() < care + 0.03 else None,
            held_on=day,
            starts_at=clock(habits.starts_at),
            ends_at=clock(habits.starts_at + self.length(house, kind, roll, rng)),
            mode=MeetingMode.HYBRID if house.plan.kind == CellKind.ABROAD else MeetingMode.IN_PERSON,
            place=habits.place,
            chair_id=(house.secretary if roll.holds(house.secretary) else house.deputy).key,
            minute_taker_id=(habits.minute_taker if roll.holds(habits.minute_taker) else rng.choice(roll.present)[0]).key,
            steps_held=self.steps(care, ideology, passed, bool(given), rng),
            ideology_minutes=ideology,
            minutes_signed_on=signed_on if rng.random() < care + 0.06 and signed_on < self.now else None,
            app_outage=has_outage,
            is_secret=is_secret,
            reference_number=f"{rng.randint(1, 90):02d}-BB/CB" if is_secret else "",
            concluded_at=concluded_at,
        )
        if not is_thematic:
            habits.last_day = day
        return Held(key, day, roll, posted_on)

    def length(self, house: House, kind: str, roll: Roll, rng: Random) -> int:
        """Minutes pile up at 90, the least that is asked of most cells; and at 120, asked of large cells and of combined sittings."""
        if not house.temper.varied:
            return 90
        asked = 120 if kind == MeetingKind.COMBINED or roll.called >= LARGE_CELL else 90
        if rng.random() < max(0.03, (0.9 - house.temper.care) * 1.2):
            return asked - rng.choice((5, 10, 15, 20, 25, 30, 40, 50))
        if asked == 120:
            return rng.choices((120, 90, 100, 105, 110, 125, 130), (58, 16, 4, 8, 5, 5, 4))[0]
        return rng.choices((90, 95, 100, 105, 110, 120, 85), (62, 10, 9, 6, 4, 7, 2))[0]

    def steps(self, care: float, ideology: int | None, passed: bool, assigned: bool, rng: Random) -> list[str]:
        missing = set()
        if rng.random() > 0.65 + 0.35 * care:
            missing = set(rng.sample(OFTEN_LEFT_OUT, rng.randint(1, 2)))
        if ideology is None:
            missing.add(Step.IDEOLOGY)
        if not passed:
            missing.add(Step.CONCLUSION_VOTED)
        if not assigned and rng.random() < 0.5:
            missing.add(Step.TASKS_ASSIGNED)
        return [step for step in Step.values if step not in missing]

    def write_agenda(self, meeting: int, kind: str, is_secret: bool) -> None:
        if is_secret:
            return
        titles = {
            MeetingKind.REGULAR: phrases.AGENDA,
            MeetingKind.THEMATIC: phrases.THEMATIC_AGENDA,
            MeetingKind.COMBINED: phrases.AGENDA + phrases.THEMATIC_AGENDA,
        }[MeetingKind(kind)]
        for number, title in enumerate(titles, start=1):
            self.agenda.add(meeting, number, title)

    def post(
        self, house: House, habits: Habits, meeting: int, day: date, care: float, passed: bool, outage: bool, secret: bool, rng: Random
    ) -> date | None:
        """Files and conclusion in the e-handbook app, in time or not. Returns the day on which the conclusion was posted."""
        on_app = house.cell.uses_handbook and not secret
        files_on = day - rng.randint(1, 3) * A_DAY if rng.random() < care + 0.02 else day + rng.choice((0, 0, 1)) * A_DAY
        if outage:
            files_on = day + 2 * A_DAY
        if on_app and files_on < self.now and rng.random() < 0.6 + 0.4 * care:
            self.postings.add(meeting, PostingKind.FILES, "", None, files_on)
        in_time = rng.random() < care
        posted_on = day + (rng.choice((0, 1, 1, 2)) if in_time else rng.randint(3, 12)) * A_DAY
        issued_on = min(posted_on, day + A_DAY)
        is_forgotten = not in_time and rng.random() < 0.25
        if not passed or issued_on >= self.now:
            return None
        shown_on = posted_on if on_app and not is_forgotten and posted_on < self.now else None
        habits.documents += 1
        number = f"{habits.documents:02d}-{'NQ' if habits.document_kind == 'RESOLUTION' else 'KL'}/CB"
        self.postings.add(meeting, PostingKind.CONCLUSION, number, issued_on, shown_on)
        return shown_on


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
