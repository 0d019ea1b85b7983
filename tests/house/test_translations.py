"""The Vietnamese is whole: every message has it, and a page asked for in Vietnamese shows no English."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import django
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cellquality import messages
from evaluations import cloning
from evaluations.models import Criterion, CriterionGroup
from meetings.forms.people import ACTIONS
from meetings.models import Appointment, Committee, Role
from tests.evaluations.month import filled_in, posted, recorded_month
from tests.factories import make_user
from tests.meetings.sittings import NOVEMBER, planned

BORROWED = "cellquality/borrowed_messages.py"
# Words that no Vietnamese sentence holds: they tell English that nobody marked for translation.
ENGLISH = re.compile(r"\b(the|of|and|is|are|was|this|that|with|it|has|been)\b", re.IGNORECASE)
SHOWN = ("title", "placeholder", "alt", "aria-label", "label", "data-label", "data-confirm", "data-saved", "data-waiting", "data-undo")


@pytest.fixture(scope="module")
def said() -> Catalog:
    return messages.extracted()


def test_every_message_has_its_vietnamese(said):
    """Run `python -m cellquality.messages`, then fill in what it lists."""
    assert messages.gaps(messages.read(), said) == []


def test_twin_each_kind_of_gap_is_found(tmp_path):
    said, stored = Catalog(locale="vi"), Catalog(locale="vi")
    for text in ("Whole", "Missing", "Empty", "Unsure", "%(count)s left", "{name} left", "<b>%s</b> left"):
        said.add(text)
    said.add(("%(n)s cell", "%(n)s cells"))
    said.add("Whole", context="page")
    stored.add("Whole", "Trọn")
    stored.add("Empty", "")
    stored.add("Unsure", "Chưa chắc", flags=["fuzzy"])
    stored.add("%(count)s left", "còn %(cuont)s")
    stored.add("{name} left", "{ten} còn")
    stored.add("<b>%s</b> left", "còn %s")
    stored.add(("%(n)s cell", "%(n)s cells"), ("chi bộ",))
    stored.add("Old", "Cũ")
    path = tmp_path / "vi" / "django.po"
    messages.write(stored, path)
    assert sorted(messages.gaps(messages.read(path), said)) == [
        "empty: 'Empty'",
        "missing: 'Missing'",
        "missing: 'Whole'",
        "other placeholders: '%(count)s left'",
        "other placeholders: '<b>%s</b> left'",
        "other placeholders: '{name} left'",
        "other placeholders: ('%(n)s cell', '%(n)s cells')",
        "said no more: 'Old'",
        "unsure: 'Unsure'",
    ]


def test_renewing_takes_new_messages_in_and_lets_old_ones_go(tmp_path, said):
    path = tmp_path / "django.po"
    stored = messages.read()
    stored.delete("Roll call")
    stored.add("Said no more", "Thôi")
    messages.write(stored, path)
    assert messages.renew(path) == ["empty: 'Roll call'"]
    assert "Said no more" not in path.read_text(encoding="utf-8")


def borrowed(catalog: Catalog) -> set:
    return {message.id for message in catalog if any(file == BORROWED for file, _line in message.locations)}


def djangos_own() -> set:
    root = Path(django.__file__).parent
    catalogs = [root / part / "locale" / "en" / "LC_MESSAGES" / "django.po" for part in ("conf", "contrib/admin", "contrib/auth")]
    return {message.id for path in catalogs for message in read_po(io.BytesIO(path.read_bytes()), locale="en")}


def test_what_is_borrowed_stands_as_django_writes_it(said):
    assert borrowed(said)
    assert borrowed(said) - djangos_own() == set()


class VisibleText(HTMLParser):
    """What a reader of a page meets: texts and the attributes that are shown or read out."""

    def __init__(self):
        super().__init__()
        self.texts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("script", "style", "code", "kbd")
        named = dict(attrs)
        self.texts += [named[name] for name in SHOWN if named.get(name)]
        if tag == "input" and named.get("type") in ("submit", "button"):
            self.texts.append(named.get("value") or "")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style", "code", "kbd")

    def handle_data(self, data):
        if not self.hidden and data.strip():
            self.texts.append(" ".join(data.split()))


def visible(page: str) -> list[str]:
    reader = VisibleText()
    reader.feed(page)
    return reader.texts


@dataclass(frozen=True)
class English:
    """The messages of more than a word or two that are put differently in Vietnamese, each with its longest piece between placeholders."""

    messages: tuple[tuple[str, re.Pattern], ...]

    @classmethod
    def of(cls, catalog: Catalog) -> "English":
        found = {}
        for message in catalog:
            said = message.id if isinstance(message.id, str) else message.id[-1]
            literal = messages.PLACEHOLDER.sub("", said)
            translated = message.string if isinstance(message.string, str) else message.string[0]
            if len(literal) > 12 and translated != said:
                pieces = messages.PLACEHOLDER.split(said)
                found[said] = max(pieces, key=len), re.compile(r".+".join(map(re.escape, pieces)))
        return cls(tuple(found.values()))

    def leaks(self, texts: Iterable[str]) -> list[str]:
        """Those of a page's texts that are English. To look for pieces in the whole page first is a hundred times as fast."""
        texts = list(texts)
        page = "\n".join(texts)
        near = [pattern for piece, pattern in self.messages if piece in page]
        return [text for text in texts if ENGLISH.search(text) or any(pattern.search(text) for pattern in near)]


@pytest.fixture(scope="module")
def english() -> English:
    return English.of(messages.read())


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def of_the_secretary(month) -> Iterator[str]:
    cell, meeting = month.people.cell, month.meeting
    for name in ("cell_month", "cell_sheet", "cell_send", "cell_explanation"):
        yield reverse(name, args=[cell.public_id, "2026-11"])
    yield reverse("cell_month", args=[cell.public_id, "2026-10"])
    for name in ("meeting_prepare", "meeting_hold", "meeting_post", "meeting_not_held", "meeting_content"):
        yield reverse(name, args=[meeting.public_id])
    yield reverse("meeting_new", args=[cell.public_id])
    yield reverse("meeting_new", args=[cell.public_id]) + "?held=1"
    yield reverse("roster", args=[cell.public_id])
    yield reverse("roster", args=[cell.public_id]) + "?q=khong-co-ai"
    yield reverse("roster_add", args=[cell.public_id])
    yield reverse("roster_member", args=[cell.public_id, month.people.secretary.public_id])
    for action in ACTIONS:
        yield reverse("roster_change", args=[cell.public_id, month.people.probationary.public_id, action])
    yield reverse("password_change")
    yield "/nowhere/"


def of_the_office(month, committee: Committee) -> Iterator[str]:
    cell = month.people.cell
    held = Appointment.objects.get(cell=cell, role=Role.SECRETARY)
    for period in ("2026-11", "2026-Q4", "2026-H2", "2026", "2031"):
        yield reverse("committee_board", args=[committee.public_id, period])
        yield reverse("committee_cells", args=[committee.public_id, period])
    yield reverse("accounts", args=[committee.public_id])
    yield reverse("accounts_of", args=[committee.public_id, cell.public_id])
    yield reverse("appoint", args=[committee.public_id, cell.public_id, Role.FOLLOWING_MEMBER])
    for name in ("hand_over", "end_appointment"):
        yield reverse(name, args=[committee.public_id, held.public_id])
    yield reverse("meeting_content", args=[month.meeting.public_id])
    yield reverse("parameters", args=[committee.public_id])
    yield reverse("parameter_set", args=[committee.public_id, month.criteria_set.public_id, "speakers-top"])


def of_the_admin(draft) -> Iterator[str]:
    yield reverse("admin:index")
    for model in ("meetings_meetingrules", "meetings_holiday", "evaluations_parametervalue"):
        yield reverse(f"admin:{model}_changelist")
        yield reverse(f"admin:{model}_add")
    for model in ("criteriaset", "ruledocument"):
        yield reverse(f"admin:evaluations_{model}_changelist")
        yield reverse(f"admin:evaluations_{model}_add")
    for name in ("change", "delete", "history"):
        yield reverse(f"admin:evaluations_criteriaset_{name}", args=[draft.pk])
    yield reverse("admin:evaluations_criterion_change", args=[draft.criteria.first().pk])
    yield reverse("admin:evaluations_criterion_add") + f"?set={draft.pk}"
    yield reverse("admin:evaluations_rolluprule_add") + f"?set={draft.pk}"
    yield reverse("admin:evaluations_criteriaset_change", args=[draft.based_on_id])


def found_in(client: Client, paths: Iterable[str], english: English) -> dict[str, list[str]]:
    """The pages that hold English, each with what of it is."""
    found = {}
    for path in paths:
        page = client.get(path)
        assert page.status_code == (404 if path == "/nowhere/" else 200), path
        found[path] = english.leaks(visible(page.content.decode()))
    return {path: texts for path, texts in found.items() if texts}


@pytest.mark.django_db
def test_the_secretarys_pages_hold_no_english(english):
    month = recorded_month()
    client = logged_in(month.people.user)
    assert found_in(client, of_the_secretary(month), english) == {}
    filled_in(month)
    posted(month)
    planned(month.people, for_month=date(2026, 12, 1))
    assert found_in(client, of_the_secretary(month), english) == {}


@pytest.mark.django_db
def test_refused_forms_hold_no_english(english):
    month = recorded_month()
    cell = month.people.cell
    client = logged_in(month.people.user)
    paths = [
        reverse("roster_add", args=[cell.public_id]),
        reverse("password_change"),
        reverse("meeting_new", args=[cell.public_id]),
        reverse("meeting_hold", args=[month.meeting.public_id]),
        *(reverse("roster_change", args=[cell.public_id, month.people.probationary.public_id, action]) for action in ACTIONS),
    ]
    wrong = {"version": "x", "on": "31/02/2026", "from_": "mai", "for_month": "x", "kind": "x", "new_password1": "a", "new_password2": "b"}
    refused = {path: visible(client.post(path, wrong).content.decode()) for path in paths}
    assert {path: found for path, texts in refused.items() if (found := english.leaks(texts))} == {}


@pytest.mark.django_db
def test_the_offices_pages_hold_no_english(english):
    month = recorded_month()
    committee = Committee.objects.get(scope_path=month.people.cell.scope_path.removesuffix(month.people.cell.segment))
    client = logged_in(make_user("van-phong", office_of=committee, full_name="Đồng chí Nhung"))
    assert found_in(client, of_the_office(month, committee), english) == {}
    page = reverse("parameter_set", args=[committee.public_id, month.criteria_set.public_id, "speakers-top"])
    wrong = {"act": "SET", "begins_on": "1/9/2026", "value": "101", "from_size": "-1"}
    assert english.leaks(visible(client.post(page, wrong).content.decode())) == []


@pytest.mark.django_db
def test_the_admins_pages_hold_no_english(english):
    published = recorded_month().criteria_set
    draft = cloning.clone(
        criteria_set=published,
        code="thu-hai",
        title="Bộ thứ hai",
        document=published.document,
        owner=published.owner,
        effective_from=date(2027, 1, 1),
    )
    Criterion.objects.filter(criteria_set=draft).first().rows.all().delete()
    CriterionGroup.objects.filter(criteria_set=draft).update(max_points=None)
    client = logged_in(make_user("tieu-chi", criteria_admin_of=published.owner, full_name="Đồng chí Minh"))
    assert found_in(client, of_the_admin(draft), english) == {}
    wrong = {"issued_on": "31/02/2026", "begins_on": "1/9/2026", "ends_on": "1/8/2026", "meeting_day": "30", "value": "x"}
    for model in ("evaluations_ruledocument", "meetings_meetingrules", "meetings_holiday", "evaluations_parametervalue"):
        refused = client.post(reverse(f"admin:{model}_add"), wrong)
        assert english.leaks(visible(refused.content.decode())) == []


@pytest.mark.django_db
def test_who_is_not_logged_in_meets_no_english(english):
    paths = [reverse("login"), reverse("login_code"), "/nowhere/"]
    assert found_in(Client(), paths, english) == {}
    refused = Client().post(reverse("login"), {"username": "ai-do", "password": ""})
    assert english.leaks(visible(refused.content.decode())) == []


@pytest.mark.django_db
def test_twin_english_shows_once_it_is_chosen(english):
    month = recorded_month()
    client = logged_in(month.people.user)
    path = reverse("cell_month", args=[month.people.cell.public_id, "2026-11"])
    assert "Sinh hoạt tháng 11/2026" in client.get(path).content.decode()
    client.post(reverse("set_language"), {"language": "en", "next": path})
    page = visible(client.get(path).content.decode())
    assert "Meetings of 11/2026" in page
    assert len(english.leaks(page)) > 5


def test_days_and_messages_read_as_an_office_says_them():
    with translation.override("vi"):
        assert translation.gettext("Score sent") == "Đã gửi điểm"
        assert django.utils.dateformat.format(date(2026, 11, 3), "D j/n") == "thứ Ba 3/11"
        assert django.utils.dateformat.format(NOVEMBER, "l") == "Chủ nhật"
