"""Where each person begins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from evaluations.consulted import open_invitations
from evaluations.months import month_to_begin_with
from evaluations.periods import Month
from evaluations.queue import returned_to, to_propose, waiting_for
from meetings.models import Role


def home(request: HttpRequest) -> HttpResponse:
    """The one place a person works in; a choice where there are several."""
    authority = request.authority
    now = timezone.now()
    this_month = Month.of(timezone.localdate(now))
    recorded, followed = authority.cells, [held.cell for held in authority.of_role(Role.FOLLOWING_MEMBER)]
    committees = [held.committee for held in authority.of_role(Role.COMMITTEE, Role.PROVINCIAL_BOARD, Role.AUDITOR)]
    if len(recorded) == 1 and not (followed or committees):
        return redirect("cell_month", cell=recorded[0].public_id, month=month_to_begin_with(recorded[0], now=now))
    if len(committees) == 1 and not (recorded or followed):
        return redirect("committee_board", committee=committees[0].public_id, period=this_month)
    asked = list(open_invitations(authority, timezone.localdate(now)))
    if authority.criteria_paths and not (recorded or followed or committees or asked):
        return redirect("admin:index")
    return render(
        request,
        "evaluations/home.html",
        {
            "cells": recorded,
            "followed": followed,
            "committees": committees,
            "month": this_month,
            "edits_criteria": authority.criteria_paths,
            "returned": returned_to(recorded),
            "to_propose": to_propose(followed),
            "asked": asked,
            "waiting": waiting_for(authority.offices, today=timezone.localdate(now)),
        },
    )
