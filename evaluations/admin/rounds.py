"""Sending a set round for comments and taking it back, on the page of the set."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations.consulting import invitable, send_round, take_back
from evaluations.editing import to_send_round, to_take_back
from evaluations.forms.lifecycle import SendRoundForm, TakeBackForm


class SetRounds:
    """For the ModelAdmin of sets; needs `SetLife`."""

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site.admin_view
        own = [
            path("<path:object_id>/send-round/", site(self.send_round_view), name="evaluations_criteriaset_send_round"),
            path("<path:object_id>/take-back/", site(self.take_back_view), name="evaluations_criteriaset_take_back"),
        ]
        return own + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        criteria_set = self.read_set(request, object_id)
        is_own = criteria_set.owner is not None and criteria_set.owner.scope_path in request.authority.criteria_paths
        shown = {
            "may_send_round": bool(to_send_round(request.authority, criteria_set)),
            "may_take_back": bool(to_take_back(request.authority, criteria_set)),
            "last_round": criteria_set.consultations.first() if is_own else None,
        }
        return super().change_view(request, object_id, form_url, shown | (extra_context or {}))

    def send_round_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        criteria_set = self._permitted(request, object_id, to_send_round)
        form = SendRoundForm(request.POST or None, invitable=invitable(criteria_set), today=timezone.localdate())

        def act(said: dict) -> str:
            consultation = send_round(criteria_set=criteria_set, **said, by=request.user, at=timezone.now())
            return _("“%(title)s” is sent round (round %(n)s).") % {"title": criteria_set.title, "n": consultation.number}

        return self._acted(request, criteria_set, form, act, title=_("Send round"), faults=[])

    def take_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        criteria_set = self._permitted(request, object_id, to_take_back)
        form = TakeBackForm(request.POST if request.method == "POST" else None)

        def act(said: dict) -> str:
            take_back(criteria_set=criteria_set, **said, by=request.user, at=timezone.now())
            return _("“%(title)s” is a draft again; what was said of it stays.") % {"title": criteria_set.title}

        return self._acted(request, criteria_set, form, act, title=_("Take back"), faults=[])
