"""What is done with a whole set beside editing it: published, ended, given out as a file and taken in from one."""

from collections.abc import Callable
from datetime import date

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluations.editing import readable_sets, to_end_set, to_publish_set
from evaluations.forms.lifecycle import EndForm, PublishForm, TakeInForm
from evaluations.models import CriteriaSet
from evaluations.publishing import NotPublishable, end, publish
from evaluations.set_entries import as_entry
from evaluations.set_faults import Fault, faults_of
from evaluations.set_files import write_set
from evaluations.taking_in import take_in
from evaluations.yaml_reader import FaultyFiles
from meetings.models import Committee
from meetings.permissions import Authority, Permit, require
from meetings.refusing import Refused


class SetLife:
    """For the ModelAdmin of sets."""

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site.admin_view
        own = [
            path("take-in/", site(self.take_in_view), name="evaluations_criteriaset_take_in"),
            path("<path:object_id>/publish/", site(self.publish_view), name="evaluations_criteriaset_publish"),
            path("<path:object_id>/end/", site(self.end_view), name="evaluations_criteriaset_end"),
            path("<path:object_id>/file/", site(require_safe(self.file_view)), name="evaluations_criteriaset_file"),
        ]
        return own + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        criteria_set = self.read_set(request, object_id)
        may = {
            "may_publish": bool(to_publish_set(request.authority, criteria_set)),
            "may_end": bool(to_end_set(request.authority, criteria_set)),
        }
        return super().change_view(request, object_id, form_url, may | (extra_context or {}))

    def read_set(self, request: HttpRequest, object_id: str) -> CriteriaSet:
        """The set, or 404 where it can't be read."""
        criteria_set = self.get_queryset(request).filter(pk=key if (key := unquote(object_id)).isdecimal() and len(key) < 18 else None)
        found = criteria_set.first()
        if found is None:
            raise Http404
        return found

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        criteria_set = self._permitted(request, object_id, to_publish_set)
        form = PublishForm(request.POST or None, criteria_set=criteria_set)

        def act(said: dict) -> str:
            kinds = [*dict.fromkeys(said["cell_kinds"])] or [""]
            where = {"committee": said["committee"], "cell_kinds": kinds, "ends_others": said["ends_others"]}
            publish(criteria_set=criteria_set, by=request.user, at=timezone.now(), why=said["why"], **where)
            return _("“%(title)s” is published.") % {"title": criteria_set.title}

        return self._acted(request, criteria_set, form, act, title=_("Publish"), faults=faults_of(criteria_set))

    def end_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        criteria_set = self._permitted(request, object_id, to_end_set)
        form = EndForm(request.POST or None, initial={"on": criteria_set.effective_to})

        def act(said: dict) -> str:
            today: date = timezone.localdate()
            end(criteria_set=criteria_set, on=said["on"], by=request.user, at=timezone.now(), today=today, why=said["why"])
            return _("“%(title)s” ends.") % {"title": criteria_set.title}

        return self._acted(request, criteria_set, form, act, title=_("Set an end"), faults=[])

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The set as a file, as it stands."""
        criteria_set = self.read_set(request, object_id)
        named = {"Content-Disposition": f'attachment; filename="{criteria_set.code}.yaml"'}
        return HttpResponse(write_set(as_entry(criteria_set)), content_type="application/yaml; charset=utf-8", headers=named)

    def take_in_view(self, request: HttpRequest) -> HttpResponse:
        require(request.authority.to_edit_criteria())
        owners = Committee.objects.filter(scope_path__in=request.authority.criteria_paths)
        form = TakeInForm(request.POST or None, request.FILES or None, owners=owners, initial={"owner": owners.first()})
        if form.is_valid():
            try:
                made = take_in(entry=form.entry, owner=form.cleaned_data["owner"], by=request.user, at=timezone.now())
            except FaultyFiles as refusal:
                form.add_error("file", refusal.faults)
            except IntegrityError:
                form.add_error("code", _("Somebody else took this code just now."))
            else:
                self.log_addition(request, made, [{"added": {}}])
                messages.success(request, _("“%(title)s” is taken in as a draft.") % {"title": made.title})
                return self._to_page_of(made)
        return self._act_page(request, form, title=_("Take in a set from a file"))

    def _permitted(self, request: HttpRequest, object_id: str, to_act: Callable[[Authority, CriteriaSet], Permit]) -> CriteriaSet:
        """The set, locked before a write so that the permit holds until the request ends; or 404, or 403 with the reason."""
        criteria_set = self.read_set(request, object_id)
        if request.method == "POST":
            locked = readable_sets(request.authority).select_for_update(of=["self"]).select_related("owner")
            criteria_set = locked.get(pk=criteria_set.pk)
        require(to_act(request.authority, criteria_set))
        return criteria_set

    def _acted(
        self,
        request: HttpRequest,
        criteria_set: CriteriaSet,
        form: forms.Form,
        act: Callable[[dict], str],
        *,
        title: str,
        faults: list[Fault],
    ) -> HttpResponse:
        """Do it and say so on the set's page; or the form again, with every reason against it."""
        if form.is_valid():
            try:
                with transaction.atomic():
                    done = act(form.cleaned_data)
            except NotPublishable as refusal:
                form.add_error(None, [f"{fault.where}: {fault.sentence}" for fault in refusal.faults])
            except Refused as refusal:
                for field, sentence in refusal.problems.items():
                    form.add_error(field or None, sentence)
            except IntegrityError:
                form.add_error(None, _("Another set came into force for the same cells just now. Look at the list and try again."))
            else:
                self.log_change(request, criteria_set, done)
                messages.success(request, done)
                return self._to_page_of(criteria_set)
        return self._act_page(request, form, title=title, original=criteria_set, faults=faults)

    def _act_page(self, request: HttpRequest, form: forms.Form, **context) -> HttpResponse:
        context |= {**self.admin_site.each_context(request), "form": form, "opts": self.opts, "media": self.media + form.media}
        return render(request, "admin/evaluations/criteriaset/act.html", context, status=422 if form.errors else 200)

    def _to_page_of(self, criteria_set: CriteriaSet) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:evaluations_criteriaset_change", args=[criteria_set.pk]))
