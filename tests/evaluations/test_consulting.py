"""Rounds of consultation: sent, commented on, answered, taken back; each refusal is a sentence."""

from datetime import date, datetime, timedelta
from unicodedata import normalize

import pytest
from django.db import IntegrityError, transaction

from evaluations.consulting import answer, comment, invitable, lines_of, take_back
from evaluations.editing import to_edit_set
from evaluations.models import AnswerKind, Comment, Consultation, Criterion, CriterionGroup, Notice, NoticeKind, SetAct, SetState
from evaluations.notices import notices_of, words_of
from evaluations.publishing import NotPublishable, publish
from meetings.models import Appointment, Committee, Level, Role
from meetings.permissions import authority_of
from meetings.refusing import Refused
from tests.evaluations.rounds import AFTER, AT, CLOSES_ON, TODAY, TOMORROW, Ground, make_ground, sent
from tests.factories import make_committee, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def lay() -> Ground:
    return make_ground()


@pytest.fixture
def ground(laid) -> Ground:
    return laid


def said(ground: Ground, line: int = 1, text: str = "Nên tăng điểm", whose: int = 0, at: datetime = TOMORROW, **seen) -> Comment | None:
    whose = {"committee": ground.communes[whose], "by": ground.speakers[whose]}
    return comment(consultation=ground.consultation, line=line, text=text, **whose, at=at, **seen)


def answered(ground: Ground, to: Comment, kind: str = AnswerKind.ACCEPTED, why: str = "", seen: int | None = None) -> Comment:
    return answer(comment=to, kind=kind, why=why, seen=to.version if seen is None else seen, by=ground.admin, at=TOMORROW)


class TestSending:
    def test_a_draft_goes_round_locked_with_its_text_and_tells_those_asked(self, ground):
        consultation = sent(ground, invitation="Đề nghị các đảng ủy góp ý.")
        assert (consultation.number, ground.draft.state) == (1, SetState.IN_CONSULTATION)
        assert set(consultation.invited.all()) == set(ground.communes)
        version = ground.draft.versions.get(act=SetAct.SENT_ROUND)
        assert (consultation.sent, version.by, version.why) == (version, ground.admin, "round 1, 5/11/2026 – 20/11/2026")
        codes = [line.criterion.code for line in lines_of(consultation)]
        assert codes == list(ground.draft.criteria.order_by("position").values_list("code", flat=True)) and len(codes) > 20
        assert [line.number for line in lines_of(consultation)] == list(range(1, len(codes) + 1))
        assert "sent round" in str(to_edit_set(authority_of(ground.admin, TODAY), ground.draft).reason)
        told = Notice.objects.filter(kind=NoticeKind.CONSULTED)
        assert {notice.user for notice in told} == set(ground.speakers)
        words = "Tỉnh ủy Minh Họa asks for comments on “Bộ tiêu chí để thử” until 20/11/2026"
        assert {(words_of(notice), notice.text) for notice in told} == {(words, "Đề nghị các đảng ủy góp ý.")}

    def test_one_who_speaks_twice_for_a_committee_is_told_once_and_no_other_is(self, ground):
        speaker = ground.speakers[0]
        role = {"role": Role.CRITERIA_ADMIN, "committee": ground.communes[0], "during": (date(2026, 1, 1), None)}
        Appointment.objects.create(user=speaker, **role)
        make_user("cuu", auditor_of=ground.communes[0])
        make_user("duoi", office_of=make_committee("Đảng ủy cơ sở", Level.GRASSROOTS, parent=ground.communes[0]))
        sent(ground, committees=ground.communes[:1])
        assert [notice.user for notice in Notice.objects.all()] == [speaker]

    def test_who_no_longer_speaks_for_the_committee_is_told_no_more(self, ground):
        sent(ground)
        speaker = ground.speakers[0]
        assert notices_of(authority_of(speaker, TODAY)).count() == 1
        speaker.appointments.update(during=(date(2026, 1, 1), TODAY))
        assert notices_of(authority_of(speaker, TODAY)).count() == 0

    def test_faults_do_not_hinder_it(self, ground):
        ground.draft.criteria.filter(code="1").first().rows.all().delete()
        CriterionGroup.objects.filter(criteria_set=ground.draft, code="2").update(max_points=None)
        Criterion.objects.filter(criteria_set=ground.draft, code="4.7").update(max_points=None)
        assert len(lines_of(sent(ground))) == ground.draft.criteria.count()

    @pytest.mark.parametrize(("code", "sentence"), [("nhap", "no criteria"), ("Nhap_1", "cannot be read as a file yet: .*dashes")])
    def test_a_set_that_nobody_could_read_is_not_sent_and_nothing_of_it_is_kept(self, ground, code, sentence):
        ground.draft.code = code
        ground.draft.save()
        if code == "nhap":
            ground.draft.criteria.all().delete()
        with pytest.raises(Refused, match=sentence):
            sent(ground)
        ground.draft.refresh_from_db()
        assert (ground.draft.state, ground.draft.versions.count(), Notice.objects.count()) == (SetState.DRAFT, 0, 0)

    @pytest.mark.parametrize(
        ("days", "field", "sentence"),
        [
            ({"opens_on": TODAY - timedelta(days=1)}, "opens_on", "has passed"),
            ({"opens_on": CLOSES_ON, "closes_on": TODAY}, "closes_on", "before the first"),
            ({"closes_on": TODAY + timedelta(days=367)}, "closes_on", "within a year"),
            ({"closes_on": date.max}, "closes_on", "within a year"),
        ],
    )
    def test_on_days_that_cannot_be(self, ground, days, field, sentence):
        with pytest.raises(Refused, match=sentence) as refusal:
            sent(ground, **days)
        assert list(refusal.value.problems) == [field] and not Consultation.objects.exists()

    def test_only_those_right_below_are_asked(self, ground):
        deeper = make_committee("Đảng ủy cơ sở", Level.GRASSROOTS, parent=ground.communes[0])
        for elsewhere in (deeper, ground.province, make_committee("Khác", Level.PROVINCE)):
            with pytest.raises(Refused, match="right below the owner"):
                sent(ground, committees=[ground.communes[0], elsewhere])
        assert list(sent(ground, committees=ground.communes[1:]).invited.all()) == ground.communes[1:]

    def test_with_nobody_below_nobody_is_asked(self, ground):
        alone = make_committee("Không có ai", Level.PROVINCE)
        type(ground.draft).objects.filter(pk=ground.draft.pk).update(owner=alone)
        with pytest.raises(Refused, match="nobody to ask"):
            sent(ground)

    def test_a_national_or_central_set_asks_the_provinces(self, ground):
        other = make_committee("Tỉnh ủy Khác", Level.PROVINCE, parent=Committee.objects.get(level=Level.CENTRAL))
        for owner in (None, Committee.objects.get(level=Level.CENTRAL)):
            ground.draft.owner = owner
            assert set(invitable(ground.draft)) == {ground.province, other}

    def test_a_set_in_a_round_or_in_force_is_not_sent(self, ground):
        sent(ground)
        with pytest.raises(Refused, match="Only a draft"):
            sent(ground)
        take_back(criteria_set=ground.draft, by=ground.admin, at=TOMORROW)
        publish(criteria_set=ground.draft, committee=ground.province, by=ground.admin, at=TOMORROW)
        with pytest.raises(Refused, match="Only a draft"):
            sent(ground)


class TestTakingBack:
    def test_the_set_is_a_draft_again_the_comments_stay_and_a_second_round_may_follow(self, ground):
        first = sent(ground)
        said(ground, text="Nên giảm")
        take_back(criteria_set=ground.draft, by=ground.admin, at=TOMORROW, why="Sửa theo góp ý")
        first.refresh_from_db()
        ground.draft.refresh_from_db()
        assert (ground.draft.state, first.ended_by, first.ended_at) == (SetState.DRAFT, ground.admin, TOMORROW)
        assert ground.draft.versions.get(act=SetAct.TAKEN_BACK).why == "Sửa theo góp ý"
        # The draft changes; the first round still speaks of its own text.
        title = str(lines_of(first)[0])
        Criterion.objects.filter(criteria_set=ground.draft, code="1").delete()
        second = sent(ground, at=AFTER, opens_on=AFTER.date(), closes_on=date(2026, 12, 1))
        assert (second.number, len(lines_of(second))) == (2, len(lines_of(first)) - 1)
        first = Consultation.objects.get(pk=first.pk)
        assert str(lines_of(first)[0]) == title != str(lines_of(second)[0])
        assert [each.text for each in first.comments.all()] == ["Nên giảm"] and not second.comments.exists()

    def test_what_is_not_sent_round_is_not_taken_back(self, ground):
        with pytest.raises(Refused, match="not being sent round"):
            take_back(criteria_set=ground.draft, by=ground.admin, at=AT)
        sent(ground)
        take_back(criteria_set=ground.draft, by=ground.admin, at=AT)
        with pytest.raises(Refused, match="not being sent round"):
            take_back(criteria_set=ground.draft, by=ground.admin, at=AT)

    def test_a_set_that_was_sent_round_is_not_deleted(self, ground):
        sent(ground)
        take_back(criteria_set=ground.draft, by=ground.admin, at=AT)
        with pytest.raises(IntegrityError), transaction.atomic():
            ground.draft.delete()


class TestPublishing:
    def test_is_refused_while_comments_may_come(self, ground):
        sent(ground, opens_on=TODAY + timedelta(days=2))
        for at in (AT, AFTER - timedelta(days=1)):
            with pytest.raises(NotPublishable, match=r"asked for until 20/11/2026 \(round 1\)"):
                publish(criteria_set=ground.draft, committee=ground.province, by=ground.admin, at=at)
        assert ground.draft.scopes.count() == 0

    def test_after_the_last_day_it_ends_the_round(self, ground):
        consultation = sent(ground)
        publish(criteria_set=ground.draft, committee=ground.province, by=ground.admin, at=AFTER)
        consultation.refresh_from_db()
        assert (consultation.ended_at, consultation.ended_by) == (AFTER, ground.admin)
        ground.draft.refresh_from_db()
        assert ground.draft.state == SetState.PUBLISHED

    def test_after_it_was_taken_back(self, ground):
        sent(ground)
        take_back(criteria_set=ground.draft, by=ground.admin, at=AT)
        publish(criteria_set=ground.draft, committee=ground.province, by=ground.admin, at=AT)


class TestCommenting:
    @pytest.fixture(autouse=True)
    def sent(self, ground):
        return sent(ground)

    def test_each_committee_says_one_thing_of_a_line_and_may_change_it(self, ground):
        first = said(ground)
        said(ground, whose=1, text="Ý kiến khác")
        said(ground, line=0, text="Về toàn văn")
        again = said(ground, text="Nên tăng lên 10 điểm", seen=first.version)
        assert (again.pk, again.version) == (first.pk, 2)
        told = sorted(ground.consultation.comments.values_list("line", "committee", "text"))
        mine, other = (commune.pk for commune in ground.communes)
        assert told == sorted([(0, mine, "Về toàn văn"), (1, mine, "Nên tăng lên 10 điểm"), (1, other, "Ý kiến khác")])

    def test_it_is_taken_back_by_saying_nothing(self, ground):
        first = said(ground)
        assert said(ground, text=" \u200b", seen=first.version) is None
        assert not Comment.objects.exists()
        assert said(ground, text="") is None and not Comment.objects.exists()

    def test_the_same_words_twice_are_one(self, ground):
        first = said(ground, text=normalize("NFD", "Tiêu chí này chưa rõ"))
        assert first.text == normalize("NFC", "Tiêu chí này chưa rõ")
        second = said(ground, text="Tiêu chí này chưa rõ")
        assert (second.pk, second.version, Comment.objects.count()) == (first.pk, 1, 1)

    @pytest.mark.parametrize("text", ["=HYPERLINK(1)", "<script>1</script>", "ý" * 20_000, "a\n\nb"])
    def test_any_words_are_kept_as_they_are(self, ground, text):
        assert Comment.objects.get(pk=said(ground, text=text).pk).text == text

    def test_what_somebody_else_of_the_office_wrote_is_not_overwritten_unseen(self, ground):
        said(ground, text="Của người thứ nhất")
        for seen in (0, 7):
            with pytest.raises(Refused, match="changed this comment meanwhile"):
                said(ground, text="Của người thứ hai", seen=seen)
        assert Comment.objects.get().text == "Của người thứ nhất"

    def test_what_is_answered_stays(self, ground):
        first = answered(ground, said(ground))
        for text in ("Khác", ""):
            with pytest.raises(Refused, match="answered already"):
                said(ground, text=text, seen=first.version)
        assert Comment.objects.get().text == "Nên tăng điểm"

    @pytest.mark.parametrize("line", [-1, 29, 10**6])
    def test_of_no_line_that_was_sent(self, ground, line):
        assert len(lines_of(ground.consultation)) == 28
        with pytest.raises(Refused, match="no such line"):
            said(ground, line=line)

    def test_by_nobody_who_was_not_asked(self, ground):
        late = make_committee("Đảng ủy xã mới", parent=ground.province)
        with pytest.raises(Refused, match="not asked in this round"):
            comment(consultation=ground.consultation, line=1, committee=late, text="Tôi", by=ground.admin, at=AT)

    def test_to_the_last_day_and_not_after(self, ground):
        said(ground, line=1, at=AFTER - timedelta(hours=9))
        with pytest.raises(Refused, match="has ended"):
            said(ground, line=2, at=AFTER)

    def test_not_once_it_was_taken_back(self, ground):
        take_back(criteria_set=ground.draft, by=ground.admin, at=AT)
        with pytest.raises(Refused, match="has ended"):
            said(ground)

    def test_not_before_it_opens(self, ground):
        take_back(criteria_set=ground.draft, by=ground.admin, at=AT)
        sent(ground, opens_on=TODAY + timedelta(days=3))
        with pytest.raises(Refused, match="opens on 8/11/2026"):
            said(ground)
        said(ground, at=AT + timedelta(days=3))


class TestAnswering:
    @pytest.fixture
    def first(self, ground) -> Comment:
        sent(ground)
        return said(ground)

    @pytest.mark.parametrize(
        ("kind", "why"), [("ACCEPTED", ""), ("ACCEPTED", "Đúng"), ("PARTLY", "Chỉ câu đầu"), ("NOT", "Trái hướng dẫn")]
    )
    def test_says_how_by_whom_and_when(self, ground, first, kind, why):
        answered(ground, first, kind, why)
        first.refresh_from_db()
        told = (first.answer, first.why, first.answered_by, first.answered_at, first.text)
        assert told == (kind, why, ground.admin, TOMORROW, "Nên tăng điểm")

    @pytest.mark.parametrize(
        ("kind", "why", "field"), [("NOT", " ", "why"), ("PARTLY", "", "why"), ("", "Vì", "kind"), ("MAYBE", "Vì", "kind")]
    )
    def test_not_without_a_kind_and_where_asked_a_reason(self, ground, first, kind, why, field):
        with pytest.raises(Refused) as refusal:
            answered(ground, first, kind, why)
        assert list(refusal.value.problems) == [field]
        first.refresh_from_db()
        assert first.answer == ""

    def test_may_be_given_and_changed_after_the_round(self, ground, first):
        take_back(criteria_set=ground.draft, by=ground.admin, at=AT)
        first = answered(ground, first)
        answered(ground, first, "NOT", "Xem lại")
        first.refresh_from_db()
        assert (first.answer, first.version) == ("NOT", 3)

    def test_is_of_the_words_that_were_read(self, ground, first):
        now = said(ground, text="Nên giảm điểm", seen=1)
        with pytest.raises(Refused, match="changed meanwhile"):
            answered(ground, first, seen=1)
        answered(ground, now)
        with pytest.raises(Refused, match="changed meanwhile"):
            answered(ground, now, "NOT", "Người khác", seen=2)
        assert answered(ground, now, seen=2).version == 3, "the same answer twice is one"
