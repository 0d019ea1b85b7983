"""Criteria as data: rule documents, sets, groups, criteria and the ordered rows by which a criterion scores."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.fields import CODE, PARAMETER_CODE, PointsField, SignedPointsField, plausible_day
from meetings.models import CellKind, Committee
from meetings.models.fields import CleanLine, CleanText


class SetKind(models.TextChoices):
    FRAME = "FRAME", _("Frame: cited, never scores")
    SHEET = "SHEET", _("Sheet: scores")


class SheetPart(models.TextChoices):
    """What a sheet scores. A combined sitting is regular and thematic at once: it has a sheet of each, where there is a set for each."""

    MONTH = "MONTH", _("The month, by its regular or combined sitting")
    THEMATIC = "THEMATIC", _("A thematic sitting, on a sheet of its own")


class SetState(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    IN_CONSULTATION = "CONSULTATION", _("In consultation")
    PUBLISHED = "PUBLISHED", _("Published")
    SUPERSEDED = "SUPERSEDED", _("Superseded")


# Those whose text binds, or bound: frozen by the product and by the database.
BINDING = (SetState.PUBLISHED, SetState.SUPERSEDED)


class CriterionKind(models.TextChoices):
    COMPUTED = "COMPUTED", _("Computed from logged facts")
    DOCUMENTARY = "DOCUMENTARY", _("Documentary: a dated artefact exists")
    MIXED = "MIXED", _("Judged, where a logged fact allows it")
    JUDGED = "JUDGED", _("Judged by the cell")


class NotApplicable(models.TextChoices):
    """What happens to a criterion's points where it does not apply."""

    FULL = "FULL", _("full marks")
    EXCLUDE = "EXCLUDE", _("left out, the rest rescaled")
    ZERO = "ZERO", _("no points")


class GroupPart(models.TextChoices):
    """What the points of a group are to the total."""

    BASE = "BASE", _("Points of the sheet")
    BONUS = "BONUS", _("Bonus, on top")
    DEDUCTION = "DEDUCTION", _("Deduction, taken off")


class Comparison(models.TextChoices):
    LT = "<", _("less than")
    LE = "<=", _("at most")
    EQ = "=", _("equal to")
    GE = ">=", _("at least")
    GT = ">", _("more than")


class Grade(models.TextChoices):
    GOOD = "GOOD", _("Good")
    FAIR = "FAIR", _("Fair")
    AVERAGE = "AVERAGE", _("Average")
    POOR = "POOR", _("Poor")


class RuleDocument(models.Model):
    """A guidance or regulation. Numbers repeat across terms, so its key is (number, issuer, date)."""

    number = CleanLine(_("number"), max_length=60)
    issuer = CleanLine(_("issuer"), max_length=200)
    issued_on = models.DateField(_("issued on"), validators=[plausible_day])
    title = CleanLine(_("title"), max_length=500)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("replaces"), related_name="replaced_by")

    class Meta:
        verbose_name = _("rule document")
        verbose_name_plural = _("rule documents")
        constraints = [
            models.UniqueConstraint(fields=["number", "issuer", "issued_on"], name="a_document_is_its_number_issuer_and_date"),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="a_document_does_not_replace_itself"),
        ]

    def __str__(self):
        return f"{self.number} ({self.issued_on:%d/%m/%Y})"


class CriteriaSet(models.Model):
    """A frame of the national level, or a sheet that concretises one and scores."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=60, unique=True, validators=[CODE])
    title = CleanLine(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=SetKind.choices)
    part = models.CharField(_("what it scores"), max_length=10, choices=SheetPart.choices, default=SheetPart.MONTH)
    state = models.CharField(_("state"), max_length=12, choices=SetState.choices, default=SetState.DRAFT)
    document = models.ForeignKey(RuleDocument, models.PROTECT, verbose_name=_("document"), related_name="sets")
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("based on"), related_name="derived")
    # The committee whose criteria admin may edit the set; none for those of the national level.
    owner = models.ForeignKey(Committee, models.PROTECT, null=True, blank=True, verbose_name=_("owner"), related_name="+")
    effective_from = models.DateField(_("in force from"), validators=[plausible_day])
    effective_to = models.DateField(_("in force until (exclusive)"), null=True, blank=True, validators=[plausible_day])
    good_from = PointsField(_("Good from"), null=True, blank=True)
    fair_from = PointsField(_("Fair from"), null=True, blank=True)
    average_from = PointsField(_("Average from"), null=True, blank=True)
    note = CleanText(_("note"), default="", blank=True)
    # The set that took its place everywhere it held.
    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, verbose_name=_("superseded by"), related_name="supersedes"
    )

    class Meta:
        verbose_name = _("criteria set")
        verbose_name_plural = _("criteria sets")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SetKind.values), name="set_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=SetState.values), name="set_state_is_known"),
            models.CheckConstraint(condition=Q(part__in=SheetPart.values), name="set_part_is_known"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="a_set_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(state="SUPERSEDED", superseded_by__isnull=False) | (~Q(state="SUPERSEDED") & Q(superseded_by__isnull=True)),
                name="a_superseded_set_says_by_which",
            ),
            models.CheckConstraint(condition=~Q(superseded_by=F("id")), name="a_set_is_superseded_by_another"),
            models.CheckConstraint(
                condition=Q(kind="FRAME") | Q(good_from__gt=F("fair_from"), fair_from__gt=F("average_from")),
                name="a_sheet_has_its_thresholds_in_order",
            ),
        ]

    def __str__(self):
        return self.title


class CriteriaScope(models.Model):
    """Where and when a published sheet applies; filled at publishing. Only equals conflict."""

    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="scopes")
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    # '' is every kind of cell; a set for one kind goes before it.
    cell_kind = models.CharField(max_length=20, choices=CellKind.choices, default="", blank=True)
    # That of the set.
    part = models.CharField(max_length=10, choices=SheetPart.choices, default=SheetPart.MONTH)
    during = DateRangeField()

    class Meta:
        verbose_name = _("scope of a set")
        verbose_name_plural = _("scopes of sets")
        constraints = [
            ExclusionConstraint(
                name="one_set_in_force_per_committee_kind_and_part",
                expressions=[
                    ("committee", RangeOperators.EQUAL),
                    ("cell_kind", RangeOperators.EQUAL),
                    ("part", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self):
        return f"{self.criteria_set} · {self.committee}"


class CriterionGroup(models.Model):
    """Lines that are summed together. What a bonus group adds, or a deduction takes off, is never more than the group's points."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="groups")
    position = models.PositiveSmallIntegerField(_("order"))
    code = CleanLine(_("code"), max_length=10)
    title = CleanLine(_("title"), max_length=300)
    # Empty in a frame that gives no points.
    max_points = PointsField(_("points"), null=True, blank=True)
    part = models.CharField(_("part of the total"), max_length=10, choices=GroupPart.choices, default=GroupPart.BASE)

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(part__in=GroupPart.values), name="group_part_is_known"),
            # Deferred: two groups of a page may swap their codes.
            models.UniqueConstraint(
                fields=["criteria_set", "code"], name="group_codes_do_not_repeat", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                fields=["criteria_set", "position"], name="groups_have_an_order", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self):
        return f"{self.code}. {self.title}"


class Criterion(models.Model):
    """One line of a set. It scores by its rows, in order: the first whose conditions all hold wins."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="criteria")
    group = models.ForeignKey(CriterionGroup, models.CASCADE, verbose_name=_("group"), related_name="criteria")
    position = models.PositiveSmallIntegerField(_("order"))
    code = CleanLine(_("code"), max_length=10)
    title = CleanText(_("title"))
    max_points = PointsField(_("points"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=CriterionKind.choices)
    clause = CleanLine(_("clause"), max_length=200)
    concretises = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("concretises"), related_name="concretised_by"
    )
    not_applicable = models.CharField(
        _("where it does not apply"), max_length=10, choices=NotApplicable.choices, default=NotApplicable.EXCLUDE
    )
    # The computed points are a proposal that the cell confirms.
    needs_confirmation = models.BooleanField(_("the cell confirms the computed points"), default=False)
    # How an unclear place of the printed table was settled: shown wherever the criterion is explained.
    reading = CleanText(_("how the text is read here"), default="", blank=True)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CriterionKind.values), name="criterion_kind_is_known"),
            models.CheckConstraint(condition=Q(not_applicable__in=NotApplicable.values), name="not_applicable_policy_is_known"),
            models.UniqueConstraint(fields=["criteria_set", "code"], name="criterion_codes_do_not_repeat"),
            models.UniqueConstraint(
                fields=["criteria_set", "position"], name="criteria_have_an_order", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.title}"

    @property
    def asks_level(self) -> bool:
        """Whether the cell chooses one of the rows itself."""
        return self.kind in (CriterionKind.JUDGED, CriterionKind.MIXED)

    @property
    def asks_confirmation(self) -> bool:
        """Whether the cell confirms what the log proposes."""
        return self.kind == CriterionKind.DOCUMENTARY or self.needs_confirmation


class Row(models.Model):
    """A row of a criterion: its conditions (all must hold; none always holds) → points. In a judged criterion, a level."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField(_("order"))
    # Below zero in a deduction.
    points = SignedPointsField(_("points"))
    words = CleanText(_("in words"))

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "position"], name="rows_have_an_order", deferrable=models.Deferrable.DEFERRED),
        ]

    def __str__(self):
        return self.words


class Parameter(models.Model):
    """A threshold that the document leaves to a lower committee (a delegated parameter), with its default."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="parameters")
    code = models.CharField(_("code"), max_length=40, validators=[PARAMETER_CODE])
    title = CleanLine(_("title"), max_length=300)
    default = models.DecimalField(_("default"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("delegated parameter")
        verbose_name_plural = _("delegated parameters")
        constraints = [models.UniqueConstraint(fields=["criteria_set", "code"], name="parameter_codes_do_not_repeat")]

    def __str__(self):
        return self.title


class ParameterValue(models.Model):
    """What a committee set a delegated parameter to, for the cells under it of one kind and from one size on."""

    parameter = models.ForeignKey(Parameter, models.PROTECT, verbose_name=_("delegated parameter"), related_name="values")
    committee = models.ForeignKey(Committee, models.PROTECT, verbose_name=_("committee"), related_name="+")
    cell_kind = models.CharField(_("kind of cell"), max_length=20, choices=CellKind.choices, default="", blank=True)
    from_size = models.PositiveSmallIntegerField(_("from how many members on"), default=0)
    value = models.DecimalField(_("value"), max_digits=8, decimal_places=2)
    document = CleanLine(_("document"), max_length=200)
    during = DateRangeField(_("from – to"))

    class Meta:
        verbose_name = _("value of a delegated parameter")
        verbose_name_plural = _("values of delegated parameters")
        constraints = [
            ExclusionConstraint(
                name="a_parameter_has_one_value_at_a_time",
                expressions=[
                    ("parameter", RangeOperators.EQUAL),
                    ("committee", RangeOperators.EQUAL),
                    ("cell_kind", RangeOperators.EQUAL),
                    ("from_size", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self):
        return f"{self.parameter} = {self.value}"


class Condition(models.Model):
    """One comparison of a measure with a value or a delegated parameter: of a row, of when a criterion applies, of a limit of the class.

    Ratios compare in per cent, by cross-multiplication; yes/no compares with 1 or 0.
    """

    row = models.ForeignKey(Row, models.CASCADE, null=True, blank=True, related_name="conditions")
    criterion = models.ForeignKey(Criterion, models.CASCADE, null=True, blank=True, related_name="applies_when")
    limit = models.ForeignKey("evaluations.GradeLimit", models.CASCADE, null=True, blank=True, related_name="conditions")
    measure = models.CharField(_("measure"), max_length=40)
    comparison = models.CharField(_("comparison"), max_length=2, choices=Comparison.choices)
    value = models.DecimalField(_("value"), max_digits=8, decimal_places=2, null=True, blank=True)
    # Restricted, not protected: a whole draft goes with its parameters and the conditions that ask them.
    parameter = models.ForeignKey(
        Parameter, models.RESTRICT, null=True, blank=True, verbose_name=_("delegated parameter"), related_name="+"
    )

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(comparison__in=Comparison.values), name="comparison_is_known"),
            models.CheckConstraint(
                condition=Q(row__isnull=False, criterion__isnull=True, limit__isnull=True)
                | Q(row__isnull=True, criterion__isnull=False, limit__isnull=True)
                | Q(row__isnull=True, criterion__isnull=True, limit__isnull=False),
                name="a_condition_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False, parameter__isnull=True) | Q(value__isnull=True, parameter__isnull=False),
                name="a_condition_compares_with_one_thing",
            ),
        ]

    def __str__(self):
        return f"{self.measure} {self.comparison} {self.parameter or self.value}"
