"""Who may take what away, and for how long: own files, of one's own subtree, for a week."""

import json
import os
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.http import Http404

from evaluations import exporting
from evaluations.exporting import EXPORTS, files
from evaluations.jobs import Cancelled, Work, cancel_job
from evaluations.models import JobState
from evaluations.periods import parse_period
from meetings.models import Appointment
from tests.evaluations.exported import NOVEMBER, NOW, ask, work_on, written
from tests.evaluations.test_board_pages import grow
from tests.factories import make_committee, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    province = make_committee("Tỉnh ủy Minh Họa", "PROVINCE")
    grow(province, 2, 2)
    return province


@pytest.fixture
def board(province):
    return make_user("ban", board_of=province)


def test_a_file_is_its_owners_to_read_and_lies_under_a_name_nobody_guesses(province, board, exports_folder):
    job = ask(board, province, "cells", NOVEMBER)
    path = written(job, exports_folder)
    assert path.parent == exports_folder and len(path.stem) == 32
    assert (path.stat().st_mode & 0o077, exports_folder.stat().st_mode & 0o077) == (0, 0)
    assert job.file_name == "chi-bo-tinh-uy-minh-hoa-2026-11.xlsx"
    assert (job.expires_at, job.done, job.total) == (NOW + timedelta(days=7), 8, 8)


@pytest.mark.parametrize(
    ("name", "period", "form", "query"),
    [
        ("everything", "2026-11", "xlsx", ""),
        ("cells", "2026-11", "exe", ""),
        ("cells", "2026-11", "docx", ""),
        ("cells", "2026-11", "xlsx", "show=hidden"),
        ("cells", "2026-11", "xlsx", "kind=' or 1=1"),
        ("committees", "2026-11", "xlsx", "kind=all"),
        ("monthly", "2026-Q4", "xlsx", ""),
        ("report", "2026-11", "docx", ""),
    ],
)
def test_what_is_not_there_is_404(province, board, name, period, form, query):
    with pytest.raises(Http404):
        ask(board, province, name, parse_period(period), form, query)
    assert not board.jobs.exists()


ODD = {"nul": "\0", "long": "x" * 100_000, "unseen": "\ufffe\u202e", "dash": "-", "huge": "1e400"}
NARROWED_BY = {"cells": ("q", "grade", "state", "verified"), "late": ("q",), "sheets": ("q",)}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("name", "query", "count"), [("cells", "show=", 2), ("late", "show=open", 2), ("sheets", "show=waiting", 0)])
def test_whatever_a_query_holds_a_file_is_made_of_what_its_page_lists(province, exports_folder, name, query, count, odd):
    commune = province.child_placements.filter(committee__isnull=False).first().committee
    office = make_user("office", office_of=commune)
    for field in ("q", "grade", "state", "verified", "order", "near", "gap", "direct", "page"):
        job = ask(office, commune, name, NOVEMBER, query=f"{query}&{urlencode({field: ODD[odd]})}")
        assert len(json.dumps(job.asked)) < 1000
        written(job, exports_folder)
        assert job.total == (0 if field in NARROWED_BY[name] else count), field


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_more_than_one_may_see_is_404(province, board, name):
    other = make_user("other", board_of=make_committee("Tỉnh ủy khác", "PROVINCE"))
    commune = province.child_placements.first().committee
    office = make_user("office", office_of=commune)
    secretary = make_user("secretary", secretary_of=commune.child_placements.first().cell)
    period = parse_period("2026" if name == "report" else "2026-11")
    for user in (other, office, secretary):
        with pytest.raises(Http404):
            ask(user, province, name, period)
    assert ask(office, commune, name, period)


def test_who_lost_the_office_gets_nothing_written(province, board, exports_folder, english):
    job = ask(board, province, "cells", NOVEMBER)
    Appointment.objects.filter(user=board).update(during=("2025-07-01", "2026-01-01"))
    work_on(job)
    assert (job.state, job.error) == (JobState.FAILED, "The figures of this committee are no longer open to you.")
    assert not exports_folder.exists()


def test_a_cancelled_export_leaves_no_file(province, board, exports_folder, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_PER_WORD", 1)
    reach = Work.reach

    def cancelled_on_the_way(work: Work, done: int, part: str = "") -> None:
        reach(work, done, part)
        if done == 2:
            cancel_job(job=work.job, at=NOW)

    monkeypatch.setattr(Work, "reach", cancelled_on_the_way)
    job = work_on(ask(board, province, "cells", NOVEMBER))
    assert (job.state, job.done, job.stored_as) == (JobState.CANCELLED, 2, "")
    assert list(exports_folder.iterdir()) == []


def test_cancelled_at_the_last_moment_it_leaves_none_either(province, board, exports_folder, monkeypatch):
    write = Work.write

    def too_late(work: Work, **columns) -> None:
        if "stored_as" in columns:
            raise Cancelled
        write(work, **columns)

    monkeypatch.setattr(Work, "write", too_late)
    work_on(ask(board, province, "cells", NOVEMBER))
    assert list(exports_folder.iterdir()) == []


def test_rows_are_told_of_while_they_are_written(province, board, exports_folder, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_PER_WORD", 2)
    told: list[int] = []
    reach = Work.reach
    monkeypatch.setattr(Work, "reach", lambda work, done, part="": told.append(done) or reach(work, done, part))
    work_on(ask(board, province, "cells", NOVEMBER))
    assert told == [0, 2, 4, 6, 8]


def test_after_a_week_a_file_is_deleted_and_its_job_says_so(province, board, exports_folder):
    expired, fresh = (ask(board, province, name, NOVEMBER) for name in ("cells", "committees"))
    paths = [written(expired, exports_folder), written(fresh, exports_folder, at=NOW + timedelta(days=1))]
    for path, age in zip(paths, (7, 6), strict=True):
        _written_long_ago(path, age)
    assert files.remove_expired(at=NOW + timedelta(days=7)) == 1
    assert [path.exists() for path in paths] == [False, True]
    expired.refresh_from_db(), fresh.refresh_from_db()
    assert (expired.stored_as, bool(fresh.stored_as)) == ("", True)
    assert not expired.has_file(NOW)


def _written_long_ago(path, days: int) -> None:
    at = (NOW + timedelta(days=7) - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


def test_what_nobody_finished_is_deleted_after_a_day(exports_folder):
    old, new = files.new_file("xlsx"), files.new_file("xlsx")
    os.utime(old, ((NOW - timedelta(days=2)).timestamp(),) * 2)
    os.utime(new, (NOW.timestamp(),) * 2)
    assert files.remove_expired(at=NOW) == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_asking_the_same_list_twice_is_one_job(province, board):
    first = ask(board, province, "cells", NOVEMBER, query="show=held&order=name&page=3")
    assert ask(board, province, "cells", NOVEMBER, query="order=name&show=held") == first
    assert ask(board, province, "cells", NOVEMBER, query="show=sent") != first
