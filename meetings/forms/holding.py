"""The sitting's form: what happened, on one page. `Holding` is the whole; its parts are forms and rows."""

import re
from datetime import date

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from meetings.forms.fields import DayField, HourField, LineField, RecordForm, WordsField, problems_of, typed_before
from meetings.forms.roll import Fields, Reports, Roll
from meetings.models import DecisionKind, Meeting, MeetingKind, MeetingMode, Member, Step
from meetings.recording import Called, Closed, Defaults, NewTask, Refused, Sitting, Vote, steps_seen_in

USUAL_IDEOLOGY = ("15", "20", "30")
MOST_ROWS = 40
MOST_GUESTS = 60
# Where the domain and the page name a field differently.
PAGE_NAMES = {"chair_id": "chair", "minute_taker_id": "minute_taker", "steps_held": "steps"}


class PersonField(forms.TypedChoiceField):
    """A member out of a list that the page knows already; the value is the member's key."""

    def __init__(self, **kwargs):
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)
        self.error_messages["invalid_choice"] = _("Choose a member from the list.")


class SittingForm(RecordForm):
    roster_day = forms.DateField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("Kind of sitting"), choices=MeetingKind.choices, widget=forms.RadioSelect)
    theme = LineField(label=_("Theme"), max_length=300, required=False)
    held_on = DayField(label=_("Held on"), error_messages={"required": _("Say on which day the sitting was held.")})
    starts_at = HourField(label=_("Starts at"), required=False)
    ends_at = HourField(label=_("Ends at"), required=False)
    mode = forms.ChoiceField(label=_("How it was held"), choices=MeetingMode.choices, widget=forms.RadioSelect, required=False)
    place = LineField(label=_("Place"), max_length=200, required=False)
    chair = PersonField(label=_("Chair"))
    minute_taker = PersonField(label=_("Minute-taker"))
    guests = WordsField(label=_("Others present, not on the roster"), help_text=_("One name per line."), max_length=10_000, required=False)
    all_steps = forms.BooleanField(label=_("All steps were held"), required=False)
    steps = forms.MultipleChoiceField(label=_("Steps held"), choices=Step.choices, widget=forms.CheckboxSelectMultiple, required=False)
    ideology = forms.ChoiceField(
        label=_("Minutes on ideology, criticism and self-criticism"),
        choices=[*((minutes, minutes) for minutes in USUAL_IDEOLOGY), ("other", _("other"))],
        widget=forms.RadioSelect,
        required=False,
    )
    ideology_minutes = forms.IntegerField(label=_("minutes"), min_value=0, max_value=600, required=False)
    signed_that_day = forms.BooleanField(label=_("Minutes signed on the day of the sitting"), required=False)
    minutes_signed_on = DayField(label=_("or signed on"), required=False)
    app_outage = forms.BooleanField(label=_("The e-handbook app was out of order, held on paper"), required=False)
    is_secret = forms.BooleanField(label=_("Secret content: only its number is kept here"), required=False)
    reference_number = LineField(label=_("Reference number"), max_length=60, required=False)

    def __init__(self, *args, people: list[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("chair", "minute_taker"):
            self.fields[name].choices = [("", _("Choose")), *people]

    @staticmethod
    def initial_of(meeting: Meeting, stored: Sitting, defaults: Defaults, day: date) -> dict:
        """What is stored; blanks start as last time. Steps that the record shows are proposed until some are recorded."""
        minutes = stored.ideology_minutes
        chair = stored.chair_id or (defaults.chair and defaults.chair.pk)
        return {
            "version": meeting.version,
            "roster_day": day,
            "kind": stored.kind,
            "theme": stored.theme,
            "held_on": stored.held_on or day,
            "starts_at": stored.starts_at or defaults.starts_at,
            "ends_at": stored.ends_at,
            "mode": stored.mode or MeetingMode.IN_PERSON,
            "place": stored.place or defaults.place,
            "chair": chair,
            "minute_taker": stored.minute_taker_id or (defaults.minute_taker and defaults.minute_taker.pk),
            "guests": "\n".join(called.guest_name for called in stored.roll if called.guest_name),
            "all_steps": len(stored.steps_held) == len(Step.values),
            "steps": stored.steps_held or (steps_seen_in(stored) if stored.roll else ()),
            "ideology": "" if minutes is None else str(minutes) if str(minutes) in USUAL_IDEOLOGY else "other",
            "ideology_minutes": None if str(minutes) in USUAL_IDEOLOGY else minutes,
            "signed_that_day": stored.minutes_signed_on is not None and stored.minutes_signed_on == stored.held_on,
            "minutes_signed_on": None if stored.minutes_signed_on == stored.held_on else stored.minutes_signed_on,
            "app_outage": stored.app_outage,
            "is_secret": stored.is_secret,
            "reference_number": stored.reference_number,
        }

    def clean_guests(self) -> tuple[str, ...]:
        names = tuple(line.strip() for line in self.cleaned_data["guests"].split("\n") if line.strip())
        if len(names) > MOST_GUESTS:
            raise forms.ValidationError(_("At most %(most)s names.") % {"most": MOST_GUESTS})
        if any(len(name) > 120 for name in names):
            raise forms.ValidationError(_("A name has at most 120 characters; one name per line."))
        return names

    @property
    def ideology_said(self) -> int | None:
        said = self.cleaned_data
        usual = said.get("ideology") in USUAL_IDEOLOGY
        return int(said["ideology"]) if usual else said.get("ideology_minutes")

    @property
    def signed_on(self) -> date | None:
        said = self.cleaned_data
        return said.get("minutes_signed_on") or (said["held_on"] if said.get("signed_that_day") else None)


class DecisionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=DecisionKind.choices, initial=DecisionKind.CONCLUSION, required=False)
    text = WordsField(label=_("What was decided"), required=False)
    unanimous = forms.BooleanField(label=_("all voted for it"), required=False)
    votes_for = forms.IntegerField(label=_("Votes for it"), min_value=0, max_value=9999, required=False)
    votes_base = forms.IntegerField(label=_("of members voting"), min_value=0, max_value=9999, required=False)

    @property
    def is_empty(self) -> bool:
        said = self.cleaned_data
        return not (said.get("text") or said.get("unanimous") or said.get("votes_for") is not None)

    def vote(self, officials_present: int) -> Vote:
        """Needs a valid form. N is those official members present unless another is given; unanimous is N of N."""
        said = self.cleaned_data
        votes_for, base = said.get("votes_for"), said.get("votes_base")
        if votes_for is None and not said.get("unanimous"):
            base = None
        elif base is None:
            base = officials_present
        if votes_for is None and said.get("unanimous"):
            votes_for = base
        return Vote(said["kind"] or DecisionKind.CONCLUSION, said["text"], votes_for, base)


class TaskForm(forms.Form):
    task_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = WordsField(label=_("Task"), required=False)
    assignee = PersonField(label=_("Who"))
    team = LineField(label=_("or which team"), max_length=120, required=False)
    due_on = DayField(label=_("By"), required=False, help_text=_("Blank: by the next sitting."))

    def __init__(self, *args, people: list[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = [("", _("Choose")), *people]

    @property
    def is_empty(self) -> bool:
        said = self.cleaned_data
        return not (said.get("text") or said.get("assignee") or said.get("team") or said.get("due_on"))

    @property
    def task(self) -> NewTask:
        said = self.cleaned_data
        return NewTask(said["text"], said["assignee"], said["team"], said["due_on"], said["task_id"])


class Rows(BaseFormSet):
    """Rows that are recorded where they say something; an emptied row takes what it held away."""

    def recorded(self) -> list[forms.Form]:
        return [form for form in self.kept() if form.cleaned_data and not form.is_empty]

    def kept(self) -> list[forms.Form]:
        """Rows that were not taken away. (`deleted_forms` forgets them as soon as one row has an error.)"""
        return [form for form in self.forms if not getattr(form, "cleaned_data", {}).get("DELETE")]

    def add_problem(self, place: str, problem: str) -> None:
        """`place` is '' or 'N' or 'N.field', N counting the recorded rows."""
        number, _dot, field = place.partition(".")
        if not number:
            self._non_form_errors.append(problem)
        else:
            form = self.recorded()[int(number)]
            form.add_error(field if field in form.fields else None, problem)


def _rows(form: type[forms.Form], extra: int) -> type[BaseFormSet]:
    return formset_factory(
        form, formset=Rows, extra=extra, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 60, validate_max=True, can_delete=True
    )


DecisionRows = _rows(DecisionForm, extra=1)
TaskRows = _rows(TaskForm, extra=2)


def _kept_rows(form_class: type[forms.Form], prefix: str, fields: Fields, **kwargs) -> list[dict]:
    """The rows of kept raw fields as initial values, those that say something."""
    numbers = {int(found[1]) for name in fields if (found := re.fullmatch(rf"{prefix}-([0-9]{{1,4}})-[a-z_]+", name))}
    rows = [typed_before(form_class(prefix=f"{prefix}-{number}", **kwargs), fields) for number in sorted(numbers)[: MOST_ROWS + 1]]
    return [row for row in rows if any(value for name, value in row.items() if name not in ("kind", "votes_base"))]


class Holding:
    """The page's form. `data` is a submitted form to be judged; `fields`, one kept as a draft, fills it as typed."""

    def __init__(
        self,
        *,
        meeting: Meeting,
        stored: Sitting,
        defaults: Defaults,
        roll: Roll,
        reports: Reports,
        day: date,
        closed: Closed | None = None,
        data=None,
        fields: Fields | None = None,
    ):
        self.roll, self.reports = roll, reports
        typed = dict(data.lists()) if data is not None else fields
        if typed is not None:
            roll.take(typed)
            reports.take(typed)
        people = [(row.member.pk, row.member.full_name) for row in roll.rows]
        absent = {task.assignee_id for task in stored.tasks if task.assignee_id} - {key for key, _name in people}
        people_for_tasks = people + [(member.pk, member.full_name) for member in Member.objects.filter(pk__in=absent)]
        self.main = SittingForm(
            data, closed=closed, fields=fields, initial=SittingForm.initial_of(meeting, stored, defaults, day), people=people
        )
        self.decisions = DecisionRows(
            data,
            prefix="decisions",
            initial=_kept_rows(DecisionForm, "decisions", fields)
            if fields is not None
            else [{name: getattr(vote, name) for name in ("kind", "text", "votes_for", "votes_base")} for vote in stored.decisions],
        )
        self.tasks = TaskRows(
            data,
            prefix="tasks",
            form_kwargs={"people": people_for_tasks},
            initial=_kept_rows(TaskForm, "tasks", fields, people=people_for_tasks)
            if fields is not None
            else [
                {
                    "task_id": task.task_id,
                    "text": task.text,
                    "assignee": task.assignee_id,
                    "team": task.team,
                    "due_on": task.due_on,
                }
                for task in stored.tasks
            ],
        )

    @property
    def speakers(self) -> int:
        return sum(row.called.spoke for row in self.roll.rows)

    @property
    def has_opinions(self) -> bool:
        return any(row.called.opinion for row in self.roll.rows)

    def is_valid(self) -> bool:
        # Each part notes its own errors: none may be left out by a short cut.
        parts = [self.main.is_valid(), self.roll.judge(), self.reports.judge(), self.decisions.is_valid(), self.tasks.is_valid()]
        return all(parts)

    @property
    def sitting(self) -> Sitting:
        """Needs a valid form."""
        said = self.main.cleaned_data
        present = self.roll.officials_present
        return Sitting(
            kind=said["kind"],
            theme=said["theme"],
            held_on=said["held_on"],
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            mode=said["mode"],
            place=said["place"],
            chair_id=said["chair"],
            minute_taker_id=said["minute_taker"],
            roll=(*self.roll.called(), *(Called(guest_name=name) for name in said["guests"])),
            reports=self.reports.reports(),
            decisions=tuple(form.vote(present) for form in self.decisions.recorded()),
            tasks=tuple(form.task for form in self.tasks.recorded()),
            steps_held=tuple(Step.values) if said["all_steps"] else tuple(said["steps"]),
            ideology_minutes=self.main.ideology_said,
            minutes_signed_on=self.main.signed_on,
            app_outage=said["app_outage"],
            is_secret=said["is_secret"],
            reference_number=said["reference_number"],
        )

    def add_problems(self, refused: Refused) -> None:
        """Show each problem where it was typed."""
        for place, problem in refused.problems.items():
            self._add_problem(place, str(problem))

    def _add_problem(self, place: str, problem: str) -> None:
        part, _dot, rest = place.partition(".")
        if part in ("decisions", "tasks"):
            getattr(self, part).add_problem(rest, problem)
        elif part == "roll" and rest:
            number, _dot, field = rest.partition(".")
            rows = self.roll.recorded_rows()
            if int(number) < len(rows):
                rows[int(number)].problems[field or "presence"] = problem
            else:
                self.main.add_error("guests", problem)
        elif part == "reports":
            number, _dot, field = rest.partition(".")
            self.reports.recorded_rows()[int(number)].problems[field or "state"] = problem
        else:
            name = PAGE_NAMES.get(place, place)
            self.main.add_error(name if name in self.main.fields else None, problem)

    def problems(self) -> list[tuple[str, str]]:
        """(id on the page, sentence) of everything that is wrong, in the order of the page."""
        found = list(problems_of(self.main))
        for row in self.roll.rows:
            found += [(f"roll-{row.member.pk}", f"{row.member}: {problem}") for problem in row.problems.values()]
        for row in self.reports.rows:
            found += [(f"report-{row.task.pk}", f"{row.task}: {problem}") for problem in row.problems.values()]
        for rows in (self.decisions, self.tasks):
            found += [(f"{rows.prefix}", problem) for problem in rows.non_form_errors()]
            for form in rows.kept():
                found += problems_of(form)
        return found
