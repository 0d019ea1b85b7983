"""Every URL of the product hangs here; each app names its own."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from evaluations.views.closed_periods import month_of_meeting, month_of_new_meeting, months_since_closed, patterns_telling_moves
from meetings.urls import urlpatterns as pages_of_meetings

# Writing a sitting or a roster tells first which published scores that moves; the pages themselves know nothing of scores.
WRITING = dict.fromkeys(["meeting_prepare", "meeting_hold", "meeting_post", "meeting_not_held"], month_of_meeting)
WRITING["meeting_new"] = month_of_new_meeting
WRITING |= dict.fromkeys(["roster_add", "roster_take_in", "roster_change", "roster_undo"], months_since_closed)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("", include(patterns_telling_moves(pages_of_meetings, WRITING))),
    path("", include("evaluations.urls")),
]
