"""A queue as a file: what its page lists, for who may verify."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from evaluations.exporting import EXPORTS
from evaluations.models import Job, ScoreSheet
from evaluations.queue import SHOWN
from evaluations.review import Way, decide
from evaluations.views import jobs
from meetings.models import Role
from meetings.permissions import Authority
from tests.evaluations.exported import NOVEMBER, ask, headings_of, rows_of, top_of, work_on, written
from tests.evaluations.sent_months import LATER, Sent, another, returned, sent_month
from tests.factories import make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = pytest.mark.django_db


def lay() -> Sent:
    sent = sent_month()
    wide, back, done = (another(sent, f"Chi bộ {name}") for name in ("Lệch", "Trả lại", "Xong"))
    ScoreSheet.objects.filter(pk=wide.sheet.pk).update(own_total=wide.sheet.total - 400)
    returned(back)
    decide(committee=sent.committee, sheets={done.sheet.public_id: done.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER, document="")
    return sent


def test_each_part_of_the_queue_holds_what_its_page_lists(sent, exports_folder, english):
    for show, label in SHOWN.items():
        page = browser_of(sent.office).get(reverse("queue", args=[sent.committee.public_id, "2026-11"], query={"show": show}))
        sheet = load_workbook(
            written(ask(sent.office, sent.committee, "sheets", NOVEMBER, query=f"show={show}"), exports_folder, LATER)
        ).active
        rows = rows_of(sheet)
        listed = [row.sheet for row in page.context["rows"]]
        assert [row[0] for row in rows] == [each.cell.name for each in listed]
        assert [(round(row[2] * 100), round(row[3] * 100), row[6]) for row in rows] == [
            (each.own_total, each.total, each.differing) for each in listed
        ]
        assert [row[4] and round(row[4] * 100) for row in rows] == [each.verified_total if each.is_verified else None for each in listed]
        assert f"Shown: {label}" in top_of(sheet)
        assert ("Points from a threshold: at most 1" in top_of(sheet)) is (show == "first"), "it chooses the rows of no other"
        assert sent.office.full_name not in str(rows)
    assert headings_of(sheet)[:4] == ["Cell", "State", "Self-score", "Computed"]


def test_what_needs_a_look_is_the_pages_setting_and_stands_on_top(sent, exports_folder, english):
    for query, count, near, gap in (
        ("show=first&near=1&gap=3", 1, "1", "3"),
        ("show=first&near=1.25&gap=5", 0, "1.25", "5"),
        ("show=first&near=x&gap=5", 1, "1", "3"),
    ):
        sheet = load_workbook(written(ask(sent.office, sent.committee, "sheets", NOVEMBER, query=query), exports_folder, LATER)).active
        assert len(rows_of(sheet)) == count
        assert {f"Points from a threshold: at most {near}", f"Points between self-score and computed: at least {gap}"} <= set(top_of(sheet))


def test_who_may_not_verify_gets_no_queue(sent):
    auditor = make_user("kiem-tra", auditor_of=sent.committee)
    with pytest.raises(Http404):
        ask(auditor, sent.committee, "sheets", NOVEMBER)
    assert ask(auditor, sent.committee, "cells", NOVEMBER)
    page = reverse("exports", args=[sent.committee.public_id, "2026-11"])
    assert b'value="sheets"' not in browser_of(auditor).get(page).content
    assert b'value="sheets"' in browser_of(sent.office).get(page).content


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin that asks for figures only"])
def test_the_file_goes_with_the_right_to_verify(sent, exports_folder, english, monkeypatch, guarded):
    job = ask(sent.office, sent.committee, "sheets", NOVEMBER)
    written(job, exports_folder)
    Job.objects.update(expires_at=timezone.now() + timedelta(days=1))
    sent.office.appointments.update(role=Role.AUDITOR)
    if not guarded:
        monkeypatch.setattr(jobs, "is_open_to", lambda authority, job: authority.sees_figures(job.committee))
    browser = browser_of(sent.office)
    page, file = (browser.get(reverse(name, args=[job.public_id])) for name in ("job", "job_file"))
    assert guarded or b"".join(file.streaming_content)
    assert browser.get(reverse("queue", args=[sent.committee.public_id, "2026-11"])).status_code == 403
    assert (file.status_code, "no longer open to you" in words_of(page)) == ((404, True) if guarded else (200, False))


def test_twin_without_the_guard_they_would(sent, monkeypatch):
    open_to_all = {name: replace(export, is_open=Authority.sees_figures) for name, export in EXPORTS.items()}
    monkeypatch.setattr("evaluations.exporting.EXPORTS", open_to_all)
    assert ask(make_user("kiem-tra", auditor_of=sent.committee), sent.committee, "sheets", NOVEMBER)


def test_who_may_verify_no_more_gets_nothing_written(sent, exports_folder, english):
    job = ask(sent.office, sent.committee, "sheets", NOVEMBER)
    sent.office.appointments.update(during=("2025-07-01", "2026-01-01"))
    work_on(job)
    assert job.error == "The figures of this committee are no longer open to you."
