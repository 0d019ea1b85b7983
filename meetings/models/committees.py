"""Committees and cells, and their dated place in the tree."""

import uuid
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, GeneratedField, Q
from django.utils.translation import gettext_lazy as _

from meetings.models.fields import CleanLine


class Level(models.TextChoices):
    CENTRAL = "CENTRAL", _("Central")
    PROVINCE = "PROVINCE", _("Province")
    UPPER_GRASSROOTS = "UPPER_GRASSROOTS", _("Commune level or equal")
    GRASSROOTS = "GRASSROOTS", _("Grassroots committee")
    SECTION = "SECTION", _("Section committee")


class CellKind(models.TextChoices):
    VILLAGE = "VILLAGE", _("Village or residential group")
    OFFICE = "OFFICE", _("Office")
    SCHOOL = "SCHOOL", _("School")
    PUBLIC_UNIT = "PUBLIC_UNIT", _("Hospital or public-service unit")
    STATE_ENTERPRISE = "STATE_ENTERPRISE", _("State enterprise")
    PRIVATE_ENTERPRISE = "PRIVATE_ENTERPRISE", _("Private or foreign-invested enterprise")
    ARMY = "ARMY", _("Army")
    POLICE = "POLICE", _("Police")
    STUDENTS = "STUDENTS", _("Students")
    ABROAD = "ABROAD", _("Abroad")


def path_end(path: str) -> str:
    """The first path after every path that starts with `path`: '/' is followed by '0' in byte order."""
    return path[:-1] + "0"


def path_prefixes(path: str) -> list[str]:
    """The paths of what stands above, from the root down, and the path itself."""
    return [path[: place + 1] for place, letter in enumerate(path) if letter == "/"]


def text_key(function: str, source: str) -> GeneratedField:
    """A stored column that `source` fills through one of the SQL functions of the first migration."""
    return GeneratedField(
        expression=Func(F(source), function=function),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )


class InTree(models.QuerySet):
    def under(self, path: str):
        """Those whose place today lies in the subtree of `path`, itself included."""
        return self.filter(scope_path__gte=path, scope_path__lt=path_end(path))

    def in_vietnamese_order(self):
        return self.order_by("order_key", "pk")


class Committee(models.Model):
    """A party committee above cells: from a section committee up to the Central Committee."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = CleanLine(_("name"))
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    official_code = models.CharField(_("official code"), max_length=20, null=True, unique=True)
    scope_path = models.TextField(db_collation="C", default="", editable=False)
    fold = text_key("vi_fold", "name")
    order_key = text_key("vi_order_key", "name")

    objects = InTree.as_manager()

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="committee_level_is_known"),
        ]
        indexes = [models.Index(fields=["scope_path"], name="committee_by_scope")]

    def __str__(self):
        return self.name

    @property
    def segment(self) -> str:
        return f"{self.pk:06d}/"

    def is_within(self, path: str) -> bool:
        return self.scope_path.startswith(path)


class Cell(models.Model):
    """A party cell: the basic unit that meets."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = CleanLine(_("name"))
    kind = models.CharField(_("kind of cell"), max_length=20, choices=CellKind.choices)
    official_code = models.CharField(_("official code"), max_length=20, null=True, unique=True)
    # Some cells, the army's for instance, may not put files on the e-handbook app.
    uses_handbook = models.BooleanField(_("posts its files in the e-handbook app"), default=True)
    scope_path = models.TextField(db_collation="C", default="", editable=False)
    fold = text_key("vi_fold", "name")
    order_key = text_key("vi_order_key", "name")

    objects = InTree.as_manager()

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CellKind.values), name="cell_kind_is_known"),
        ]
        indexes = [models.Index(fields=["scope_path"], name="cell_by_scope")]

    def __str__(self):
        return self.name

    @property
    def segment(self) -> str:
        # The letter keeps a cell's number apart from a committee's under the same parent.
        return f"c{self.pk:06d}/"

    def is_within(self, path: str) -> bool:
        return self.scope_path.startswith(path)


class PlacementQuerySet(models.QuerySet):
    def on(self, day: date):
        return self.filter(during__contains=day)

    def under(self, path: str):
        return self.filter(path__gte=path, path__lt=path_end(path))


class Placement(models.Model):
    """Where a committee or a cell stands in the tree, from–to (half-open).

    `path` is the chain of segments from the root down to the child, so that a subtree is a range of paths.
    """

    committee = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="placements")
    cell = models.ForeignKey(Cell, models.PROTECT, null=True, related_name="placements")
    parent = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="child_placements")
    path = models.TextField(db_collation="C")
    during = DateRangeField(_("from – to"))

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints = [
            models.CheckConstraint(
                condition=Q(committee__isnull=False, cell__isnull=True) | Q(committee__isnull=True, cell__isnull=False),
                name="placement_is_of_one_child",
            ),
            models.CheckConstraint(condition=Q(cell__isnull=True) | Q(parent__isnull=False), name="a_cell_has_a_parent"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="placement_lasts"),
            ExclusionConstraint(
                name="a_committee_has_one_place_at_a_time",
                expressions=[("committee", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="a_cell_has_one_place_at_a_time",
                expressions=[("cell", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
        ]
        indexes = [models.Index(fields=["path"], name="placement_by_path")]

    def __str__(self):
        return f"{self.cell or self.committee} · {self.during}"
