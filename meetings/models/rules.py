"""Dated, scoped data that say when a cell should meet, post and send; and holidays. Where none is set, no deadline is shown."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models.committees import Committee
from meetings.models.fields import CleanLine, CleanText
from meetings.models.people import Dated, User


class DayUnit(models.TextChoices):
    CALENDAR = "CALENDAR", _("calendar days")
    WORKING = "WORKING", _("working days")


class MeetingRules(models.Model):
    """What one committee rules for the cells under it. The nearest committee above a cell that has rules on the day decides."""

    committee = models.ForeignKey(Committee, models.PROTECT, verbose_name=_("committee"), related_name="meeting_rules")
    during = DateRangeField(_("from – to"))
    document = CleanLine(_("document and clause"), max_length=200)
    meeting_day = models.PositiveSmallIntegerField(
        _("day of the month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    last_day = models.PositiveSmallIntegerField(
        _("last day of the window"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    files_lead_days = models.PositiveSmallIntegerField(_("files posted, days before"), null=True, blank=True)
    conclusion_lag_days = models.PositiveSmallIntegerField(_("conclusion posted, days after"), null=True, blank=True)
    conclusion_lag_unit = models.CharField(_("counted in"), max_length=10, choices=DayUnit.choices, default=DayUnit.CALENDAR)
    sending_lag_days = models.PositiveSmallIntegerField(_("score sent, days after"), null=True, blank=True)
    sending_lag_unit = models.CharField(_("counted in"), max_length=10, choices=DayUnit.choices, default=DayUnit.WORKING)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = _("meeting rules")
        verbose_name_plural = _("meeting rules")
        constraints = [
            ExclusionConstraint(
                name="a_committee_has_one_set_of_rules_at_a_time",
                expressions=[("committee", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(meeting_day__isnull=True) | Q(meeting_day__gte=1, meeting_day__lte=28),
                name="meeting_day_is_in_every_month",
            ),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=models.F("meeting_day")),
                name="the_window_ends_after_the_day",
            ),
        ]

    def __str__(self):
        return f"{self.committee} · {self.document}"


class Holiday(models.Model):
    """Days off, for the whole country (no committee) or under one committee."""

    committee = models.ForeignKey(Committee, models.PROTECT, null=True, blank=True, verbose_name=_("committee"), related_name="holidays")
    during = DateRangeField(_("from – to"))
    name = CleanLine(_("name"), max_length=100)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [models.CheckConstraint(condition=Q(during__isempty=False), name="holiday_lasts")]

    def __str__(self):
        return self.name


class RecordingLock(models.Model):
    """Months whose record a committee has closed for the cells under it: what is written there from now on needs a reason.

    Writers of a meeting read these rows `FOR SHARE`; who locks takes the table in exclusive mode, and so waits for those that began before.
    """

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="recording_locks")
    # Firsts of months, half-open.
    during = DateRangeField(_("from – to"))
    reason = CleanText(_("reason"))
    locked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    locked_at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lock of recorded months")
        verbose_name_plural = _("locks of recorded months")
        constraints = [models.CheckConstraint(condition=Q(during__isempty=False), name="recording_lock_lasts")]

    def __str__(self):
        return f"{self.committee} · {self.during}"
