"""What stands in the fictional province before any cell sits: rules, holidays, and the sheet in force."""

from datetime import date, datetime

from evaluations import cloning, publishing
from evaluations.demo.days import DaysOff
from evaluations.demo.province import PROVINCE_NAME
from evaluations.models import CriteriaSet, RuleDocument, SetKind
from meetings.models import Committee, DayUnit, Holiday, MeetingRules

SAMPLE_SET = "an-phu-2025"
DEMO_SET = "minh-hoa-2025"
# The guidance that the sample concretises, and from which day it holds.
GUIDANCE_SINCE = date(2025, 10, 28)
SHEET_SINCE = date(2025, 11, 1)

SENDING_LAG = 3
SENDING_UNIT = DayUnit.WORKING
# 42-HD/BTCTW: on the third, within the first week; files a day before; the conclusion posted within two days.
GUIDANCE = {
    "meeting_day": 3,
    "last_day": 7,
    "files_lead_days": 1,
    "conclusion_lag_days": 2,
    "conclusion_lag_unit": DayUnit.CALENDAR,
}


def sample_set() -> CriteriaSet | None:
    return CriteriaSet.objects.filter(code=SAMPLE_SET, kind=SetKind.SHEET).first()


def make_sheet(*, province: Committee, first_month: date, now: datetime) -> CriteriaSet:
    """The province's sheet: a copy of the sample, published for its cells. In force before the first month, if need be."""
    since = min(SHEET_SINCE, first_month)
    document, _made = RuleDocument.objects.get_or_create(
        number="01-HD/BTCTU (minh họa)",
        issuer=f"Ban Tổ chức {PROVINCE_NAME}",
        issued_on=since,
        defaults={"title": "Hướng dẫn chấm điểm chất lượng sinh hoạt chi bộ (văn bản hư cấu, chỉ để minh họa)"},
    )
    copy = cloning.clone(
        criteria_set=CriteriaSet.objects.get(code=SAMPLE_SET),
        code=DEMO_SET,
        title="Bộ tiêu chí của tỉnh Minh Họa (minh họa)",
        document=document,
        owner=province,
        effective_from=since,
        note="Bộ tiêu chí của một tỉnh hư cấu, sao từ bản mẫu; chỉ để minh họa.",
    )
    return publishing.publish(criteria_set=copy, committee=province, by=None, at=now)


def make_rules(*, central: Committee, province: Committee, since: date) -> None:
    """The day, window and lags of the guidance for the country; the province repeats them, for the nearest rules hold whole, and adds one.

    Rules that already stand at the central committee are left alone.
    """
    if not MeetingRules.objects.filter(committee=central).exists():
        MeetingRules.objects.create(committee=central, during=(GUIDANCE_SINCE, None), document="42-HD/BTCTW (28/10/2025)", **GUIDANCE)
    MeetingRules.objects.create(
        committee=province,
        during=(since, None),
        document="01-HD/BTCTU (minh họa), mục III",
        sending_lag_days=SENDING_LAG,
        sending_lag_unit=SENDING_UNIT,
        **GUIDANCE,
    )


def make_holidays(off: list[DaysOff]) -> None:
    known = set(Holiday.objects.filter(committee=None).values_list("during", flat=True))
    Holiday.objects.bulk_create(
        Holiday(during=(holiday.first, holiday.end), name=holiday.name)
        for holiday in off
        if not any(during.lower == holiday.first for during in known)
    )
