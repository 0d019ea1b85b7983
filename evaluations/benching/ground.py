"""A database filled for timing pages: a country of any number of cells with a year and a month of scores, in minutes."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from evaluations.benching.country import Country
from evaluations.benching.months import Months
from evaluations.criteria_files import FOLDER, read_criteria
from evaluations.definition import definition_of
from evaluations.demo.days import days_off
from evaluations.demo.ground import GUIDANCE, SENDING_LAG, SENDING_UNIT, make_holidays, make_sheet
from evaluations.demo.loading import forget_changes
from evaluations.loading import load_criteria
from evaluations.periods import Month
from meetings.models import DemoData, MeetingRules

# The year before, month for month, and the month in progress.
MONTHS = 13
NOTE = "Dữ liệu hư cấu, chỉ để đo tốc độ."


@transaction.atomic
def lay_ground(*, cells: int, now: datetime, is_on_the_way=lambda words: None) -> None:
    """Fill an empty, migrated database. Made level by level and set by set, then scored and summed up by the product's own statements."""
    today = timezone.localdate(now)
    months = [Month.of(today).shifted(back) for back in range(1 - MONTHS, 1)]
    since = months[0].first
    with connection.cursor() as cursor:
        # Foreign keys are checked statement by statement, or millions of checks would wait in memory for the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    DemoData.objects.create(pk=1, note=NOTE, seed=cells, loaded_at=now)
    load_criteria(files=read_criteria(FOLDER))
    make_holidays(days_off(since, months[-1].end))
    is_on_the_way("committees, cells and people")
    centre = Country(cells, since=since, password=make_password(None)).write()
    MeetingRules.objects.create(
        committee=centre,
        during=(since, None),
        document="Đo tốc độ",
        sending_lag_days=SENDING_LAG,
        sending_lag_unit=SENDING_UNIT,
        **GUIDANCE,
    )
    sheet = make_sheet(province=centre, first_month=since, now=now)
    is_on_the_way("sittings, sheets and scores")
    Months(definition_of(sheet), months=months, today=today).write(centre)
    forget_changes()
