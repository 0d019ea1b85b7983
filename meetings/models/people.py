"""Users with their appointments; members with their membership, standing, exemptions and positions. All dated."""

import uuid
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models.committees import Cell, Committee, text_key
from meetings.models.fields import CleanLine


class Role(models.TextChoices):
    SECRETARY = "SECRETARY", _("Cell secretary")
    FOLLOWING_MEMBER = "FOLLOWING_MEMBER", _("Following member")
    COMMITTEE = "COMMITTEE", _("Committee office")
    PROVINCIAL_BOARD = "PROVINCIAL_BOARD", _("Provincial organization board")
    CRITERIA_ADMIN = "CRITERIA_ADMIN", _("Criteria admin")
    AUDITOR = "AUDITOR", _("Auditor")


CELL_ROLES = (Role.SECRETARY, Role.FOLLOWING_MEMBER)


class StandingKind(models.TextChoices):
    OFFICIAL = "OFFICIAL", _("Official")
    PROBATIONARY = "PROBATIONARY", _("Probationary")


class Relation(models.TextChoices):
    HOME = "HOME", _("Home cell")
    TEMPORARY = "TEMPORARY", _("Temporary")


class ExemptionKind(models.TextChoices):
    EXEMPT = "EXEMPT", _("Exempt from duties and meetings")
    SUSPENDED = "SUSPENDED", _("Suspended")
    SPECIAL_DUTY = "SPECIAL_DUTY", _("Armed forces on special duty")


class PositionTitle(models.TextChoices):
    SECRETARY = "SECRETARY", _("Secretary")
    DEPUTY = "DEPUTY", _("Deputy secretary")
    COMMITTEE_MEMBER = "COMMITTEE_MEMBER", _("Member of the cell committee")


class Dated(models.QuerySet):
    """Rows with a half-open `during`."""

    def on(self, day: date):
        return self.filter(during__contains=day)


class User(AbstractBaseUser):
    """Someone who may log in. What they may do comes from appointments alone: there is no superuser."""

    username = models.CharField(
        _("login name"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9._-]{2,59}\Z", _("3 to 60 characters: a–z, 0–9, dot, dash."))],
    )
    full_name = CleanLine(_("full name"), max_length=120)
    # Only if the user wants reminders there too.
    email = models.EmailField(_("e-mail for reminders"), default="", blank=True)
    is_active = models.BooleanField(_("may log in"), default=True)
    created_at = models.DateTimeField()

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self):
        return self.full_name

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name

    # What Django's admin asks a user. The answer is always no: `meetings.admin` asks the request's authority instead, which
    # knows the appointments in force, so that an app which registers itself with the admin opens nothing by doing so.

    def has_perm(self, perm, obj=None) -> bool:
        return False

    def has_perms(self, perm_list, obj=None) -> bool:
        return False

    def has_module_perms(self, app_label) -> bool:
        return False


class Appointment(models.Model):
    """A user's right to act, in one role, for one cell or committee, from–to. Its end ends access."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    cell = models.ForeignKey(Cell, models.PROTECT, null=True, related_name="appointments")
    committee = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="appointments")
    during = DateRangeField(_("from – to"))
    appointed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    appointed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="appointment_role_is_known"),
            models.CheckConstraint(
                condition=Q(role__in=CELL_ROLES, cell__isnull=False, committee__isnull=True)
                | (~Q(role__in=CELL_ROLES) & Q(cell__isnull=True, committee__isnull=False)),
                name="an_appointment_is_for_its_kind_of_body",
            ),
            ExclusionConstraint(
                name="a_user_holds_a_cell_role_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("cell", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="a_user_holds_a_committee_role_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("committee", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="a_cell_has_one_appointed_secretary_at_a_time",
                expressions=[("cell", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(role=Role.SECRETARY),
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()} · {self.cell or self.committee}"


class LoginCode(models.Model):
    """A one-time code with which someone without e-mail logs in the first time, or again after forgetting.

    Only its hash is stored; issuing a new one voids those before.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="login_codes")
    code_hash = models.CharField(max_length=200)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    # Wrong tries from all addresses together: the lock of an address alone would let many addresses guess on.
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("login code")
        verbose_name_plural = _("login codes")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, voided_at__isnull=True),
                name="one_login_code_waits_per_user",
            )
        ]

    def __str__(self):
        return f"{self.user} · {self.issued_at:%d/%m/%Y}"


class Member(models.Model):
    """A party member. Only what meetings need: no address, no birthday, no card number."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    full_name = CleanLine(_("full name"), max_length=120)
    # The number under which the superior's own list knows the member; makes a repeated import find the same person. Nobody types it on
    # a page: being refused for another's code would tell that there is such a member.
    official_code = models.CharField(_("code in the list"), max_length=30, null=True, unique=True)
    fold = text_key("vi_fold", "full_name")
    order_key = text_key("vi_person_order_key", "full_name")

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")

    def __str__(self):
        return self.full_name


class Membership(models.Model):
    """A member belongs to a cell: at home, or for a time as a temporary member (then away from home)."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="memberships")
    relation = models.CharField(_("relation"), max_length=10, choices=Relation.choices, default=Relation.HOME)
    during = DateRangeField(_("from – to"))
    end_reason = CleanLine(_("reason of the end"), default="", blank=True)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="membership_relation_is_known"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="membership_lasts"),
            ExclusionConstraint(
                name="a_member_has_one_cell_per_relation_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("relation", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.member} · {self.cell}"


class Introduction(models.Model):
    """What a home cell's side wrote for a member who goes to a cell out of its sight, for a time or for good.

    Whoever is shown its code takes the member in; only the code's digest is stored.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="introductions")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="+")
    relation = models.CharField(_("relation"), max_length=10, choices=Relation.choices)
    during = DateRangeField(_("from – to"))
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        constraints = [
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="introduction_relation_is_known"),
            models.UniqueConstraint(fields=["member"], condition=Q(used_at__isnull=True), name="one_introduction_waits_per_member"),
        ]

    def __str__(self):
        return f"{self.member} · {self.made_at:%d/%m/%Y}"


class Standing(models.Model):
    """Official or probationary, from–to."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="standings")
    kind = models.CharField(_("standing"), max_length=15, choices=StandingKind.choices)
    during = DateRangeField(_("from – to"))

    objects = Dated.as_manager()

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=StandingKind.values), name="standing_is_known"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="standing_lasts"),
            ExclusionConstraint(
                name="a_member_has_one_standing_at_a_time",
                expressions=[("member", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self):
        return f"{self.member} · {self.get_kind_display()}"


class Exemption(models.Model):
    """Exempt, suspended or on special duty, from–to, under a numbered resolution."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="exemptions")
    kind = models.CharField(_("kind"), max_length=15, choices=ExemptionKind.choices)
    during = DateRangeField(_("from – to"))
    resolution_number = CleanLine(_("number of the resolution"), max_length=60)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ExemptionKind.values), name="exemption_kind_is_known"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="exemption_lasts"),
            ExclusionConstraint(
                name="a_member_has_one_exemption_at_a_time",
                expressions=[("member", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self):
        return f"{self.member} · {self.get_kind_display()}"


class Position(models.Model):
    """A member's position in a cell, from–to. Most holders have no login."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="positions")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="positions")
    title = models.CharField(_("position"), max_length=20, choices=PositionTitle.choices)
    during = DateRangeField(_("from – to"))

    objects = Dated.as_manager()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [
            models.CheckConstraint(condition=Q(title__in=PositionTitle.values), name="position_title_is_known"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="position_lasts"),
            ExclusionConstraint(
                name="a_member_has_one_position_in_a_cell_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("cell", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="a_cell_has_one_secretary_at_a_time",
                expressions=[("cell", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(title=PositionTitle.SECRETARY),
            ),
        ]

    def __str__(self):
        return f"{self.member} · {self.get_title_display()}"
