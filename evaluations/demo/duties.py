"""What an invented sitting decides, whom it gives which task, and what comes of the tasks."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from evaluations.demo import phrases
from evaluations.demo.province import invented_uuid
from evaluations.demo.roll import Roll
from evaluations.demo.rosters import House
from evaluations.demo.tables import Keys, Table
from meetings.models import CellKind, Decision, Task, TaskReport


@dataclass(slots=True)
class OpenTask:
    key: int
    due_on: date | None
    given_on: date
    is_secret: bool = False
    reported: bool = False


class Duties:
    def __init__(self, cursor):
        self.keys = Keys(cursor, Task, 5000)
        self.decisions = Table(Decision, "meeting_id", "number", "kind", "text", "votes_for", "votes_base")
        self.tasks = Table(Task, "id", "public_id", "meeting_id", "number", "text", "assignee_id", "team", "due_on")
        self.reports = Table(TaskReport, "task_id", "meeting_id", "state", "done_on", "note")

    def report(self, house: House, meeting: int, day: date, waiting: list[OpenTask], rng: Random) -> None:
        """Report on what fell due; what was not done is mostly reported once more, and then let go."""
        for task in [task for task in waiting if task.due_on is None or task.due_on <= day]:
            waiting.remove(task)
            if rng.random() < 0.03:
                continue  # nobody asked
            draw = rng.random()
            if draw < house.temper.done:
                done_on = task.given_on + timedelta(days=rng.randrange(0, max(1, (min(day, task.due_on or day) - task.given_on).days) + 1))
                self.reports.add(task.key, meeting, "DONE", done_on, "")
                continue
            partly = draw < house.temper.done + (1 - house.temper.done) * 0.6
            note = rng.choice(phrases.PARTLY_NOTES if partly else phrases.NOT_DONE_NOTES)
            self.reports.add(task.key, meeting, "PARTLY" if partly else "NOT_DONE", None, "" if task.is_secret else note)
            if not task.reported and rng.random() < 0.6:
                task.reported = True
                waiting.append(task)

    def decide(self, house: House, meeting: int, roll: Roll, *, kind: str, thematic: bool, is_secret: bool, rng: Random) -> bool:
        """Pass a conclusion, sometimes something else too. Returns whether one was put to the vote at all."""
        if rng.random() > 0.9 + house.temper.care * 0.1:
            return False
        against = rng.choice((1, 1, 2)) if rng.random() < 0.06 else 0
        text = phrases.THEMATIC_CONCLUSION if thematic else rng.choice(phrases.CONCLUSIONS)
        if not house.temper.varied and not thematic:
            text = phrases.SAME_CONCLUSION
        self.decisions.add(meeting, 1, kind, "" if is_secret else text, max(0, roll.votes - against), roll.votes)
        if not thematic and not is_secret and rng.random() < 0.12:
            self.decisions.add(meeting, 2, "OTHER", rng.choice(phrases.OTHER_DECISIONS), roll.votes, roll.votes)
        return True

    def assign(
        self, house: House, meeting: int, day: date, roll: Roll, *, fewest: int, most: int, is_secret: bool, rng: Random
    ) -> list[OpenTask]:
        fit = [person for person, _key in roll.present if not person.exemption] or [roll.present[0][0]]
        known = (*phrases.TASKS[CellKind(house.plan.kind)], *phrases.TASKS_ANYWHERE)
        if not house.temper.varied:
            known = known[: most + 1]
        given = []
        for number, text in enumerate(rng.sample(known, min(len(known), rng.randint(fewest, most))), start=1):
            unnamed = rng.random() < (1 - house.temper.care) * 0.25
            due_on = None if rng.random() < 0.15 else day + timedelta(days=rng.choice((12, 17, 22, 25, 26, 27)))
            task = OpenTask(self.keys.next(), due_on, day, is_secret)
            self.tasks.add(
                task.key,
                invented_uuid(rng),
                meeting,
                number,
                "" if is_secret else text,
                None if unnamed else rng.choice(fit).key,
                rng.choice(phrases.TEAMS) if unnamed and not is_secret else "",
                due_on,
            )
            given.append(task)
        return given

    def write(self, cursor) -> None:
        for table in (self.decisions, self.tasks, self.reports):
            table.write(cursor)
