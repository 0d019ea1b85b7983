"""The facts of a cell's month, measured from what the meetings tables hold. Never typed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import CriteriaSet, SheetPart
from evaluations.models.fields import of_sitting_field
from meetings.models import Cell, Meeting


class MonthFacts(models.Model):
    """One row per cell and month that has a regular or combined sitting held, and one per thematic sitting that has a sheet of its own.

    The columns below the line are those of `evaluations.measures`; NULL means that the log holds no such fact.
    """

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="+", db_index=False)
    month = models.DateField()
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
    part = models.CharField(max_length=10, choices=SheetPart.choices, default=SheetPart.MONTH)
    of_sitting = of_sitting_field()
    held_on = models.DateField()
    measured_on = models.DateField()
    # The cell's place and kind on its day: what it is counted under, whatever happens to the tree later.
    counted_path = models.TextField(db_collation="C")
    cell_kind = models.CharField(max_length=20)
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, null=True, related_name="+")
    # Measures whose fact comes only after the sitting and has not come yet.
    pending = ArrayField(models.CharField(max_length=40), default=list)

    minutes = models.IntegerField(null=True)
    is_combined = models.BooleanField()
    roster_size = models.IntegerField()
    expected = models.IntegerField()
    expected_present = models.IntegerField()
    present = models.IntegerField()
    unexcused = models.IntegerField()
    longest_excused_run = models.IntegerField()
    draft_prepared = models.BooleanField()
    sole_secretary = models.BooleanField()
    committee_met = models.BooleanField()
    members_notified = models.BooleanField()
    following_member_notified = models.BooleanField()
    uses_handbook = models.BooleanField()
    app_outage = models.BooleanField()
    is_secret = models.BooleanField()
    files_posted = models.BooleanField()
    files_lead_days = models.IntegerField(null=True)
    steps_missing = models.IntegerField()
    thematic_held = models.BooleanField()
    praise_considered = models.BooleanField()
    speakers = models.IntegerField()
    minutes_signed = models.BooleanField()
    ideology_minutes = models.IntegerField(null=True)
    tasks_due = models.IntegerField()
    tasks_done = models.IntegerField()
    tasks_partly = models.IntegerField()
    conclusion_passed = models.BooleanField()
    minutes_passed = models.BooleanField()
    tasks_assigned = models.IntegerField()
    tasks_unnamed = models.IntegerField()
    conclusion_lag_days = models.IntegerField(null=True)
    # Added later: facts measured before then hold NULL in all of them, until they are measured again.
    expected_not_excused = models.IntegerField(null=True)
    excused = models.IntegerField(null=True)
    opinions = models.IntegerField(null=True)
    agenda_items = models.IntegerField(null=True)
    is_online = models.BooleanField(null=True)
    held_day = models.IntegerField(null=True)
    prepared_lead_days = models.IntegerField(null=True)
    notified_lead_days = models.IntegerField(null=True)
    conclusion_votes_for = models.IntegerField(null=True)
    conclusion_votes_base = models.IntegerField(null=True)
    regular_missed_this_year = models.IntegerField(null=True)
    thematic_this_quarter = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("facts of a month")
        verbose_name_plural = _("facts of months")
        constraints = [models.UniqueConstraint(fields=["cell", "month", "of_sitting"], name="a_cells_month_is_measured_once_a_sheet")]

    def __str__(self):
        return f"{self.cell_id} · {self.month:%m/%Y}"
