"""What a committee rules for its cells: when they meet, post and send; and its holidays."""

from django.contrib import admin
from django.utils import timezone

from meetings.admin.dated import DatedPage
from meetings.deadlines import rules_at
from meetings.forms.rules import HolidayForm, RulesForm
from meetings.models import Holiday, MeetingRules


@admin.register(MeetingRules)
class MeetingRulesAdmin(DatedPage):
    form = RulesForm
    list_display = ("committee", "document", "meeting_day", "begins_on", "ends_on")

    def get_changeform_initial_data(self, request):
        """The nearest rules hold whole, so new ones start as what holds now."""
        path = request.authority.criteria_paths[0]
        now = rules_at(path, timezone.localdate())
        copied = [name for name in RulesForm._meta.fields if name not in ("committee", "document")]
        return {name: getattr(now, name) for name in copied} if now else {}


@admin.register(Holiday)
class HolidayAdmin(DatedPage):
    form = HolidayForm
    list_display = ("name", "committee", "begins_on", "ends_on")
    search_fields = ("name",)
