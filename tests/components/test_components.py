"""templates/components/: each partial says what it must, in markup that a keyboard and a screen reader can use."""

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import get_template
from django.test import RequestFactory

from cellquality.places import PROJECT
from tests.components.conftest import STYLE, Stand, rendered
from tests.site import serious_findings

PARTIALS = sorted((PROJECT / "templates" / "components").glob("_*.html"))
LONG = "Chi bộ Trường Phổ thông Dân tộc nội trú Trung học cơ sở và Trung học phổ thông Nguyễn Thị Minh Khai"
GRADES = {"GOOD": "Tốt", "FAIR": "Khá", "AVERAGE": "Trung bình", "POOR": "Kém", "": "Chưa xếp loại"}


class SittingForm(forms.Form):
    held_on = forms.DateField(label="Held on")
    kind = forms.ChoiceField(label="Kind", choices=[("R", "Regular"), ("T", "Thematic")], widget=forms.RadioSelect)
    place = forms.CharField(label="Place", required=False)

    def clean(self):
        raise forms.ValidationError("The sitting ends before it begins.")


def include(name: str, request=None, **context) -> str:
    return rendered('{% include "components/' + name + '" %}', request, **context)


@pytest.mark.parametrize("partial", PARTIALS, ids=lambda path: path.stem)
def test_each_partial_opens_with_what_it_takes(partial):
    text = partial.read_text(encoding="utf-8")
    assert text.startswith("{#")
    assert "ontext" in text.partition("#}")[0]
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text)
    get_template(f"components/{partial.name}")


@pytest.mark.parametrize(("grade", "word"), GRADES.items())
def test_a_class_is_told_by_word_and_shape(grade, word):
    mark = include("_class_mark.html", grade=grade, label=word)
    assert f">{word}<" in mark
    assert re.search(rf'class="class ?{grade.lower()}"', mark)
    if grade:
        product = (PROJECT / "static" / "css" / "product.css").read_text(encoding="utf-8")
        assert f".class.{grade.lower()}::before {{" in product


def test_the_shapes_of_the_classes_differ_without_their_colours(stand: Stand):
    page = stand.show("".join(include("_class_mark.html", grade=grade, label=word) for grade, word in GRADES.items()), STYLE)
    shapes = page.eval_on_selector_all(
        ".class",
        """marks => marks.map(mark => {
            const own = getComputedStyle(mark).color, shape = getComputedStyle(mark, "::before");
            return [shape.backgroundColor, shape.backgroundImage, shape.borderStyle, shape.borderWidth].join(" ").replaceAll(own, "C");
        })""",
    )
    assert len(set(shapes)) == len(GRADES)


def test_each_error_on_top_leads_to_its_field():
    form = SittingForm({"held_on": "31/02/2026"})
    body = rendered('{% include "components/_error_summary.html" %}{{ form }}', form=form)
    summary = body.partition("</section>")[0]
    assert 'role="alert"' in summary
    assert "The sitting ends before it begins." in summary
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets == ["id_held_on", "id_kind_0"]
    for target in targets:
        assert f'id="{target}"' in body.partition("</section>")[2]


def test_a_form_without_errors_has_no_summary():
    assert include("_error_summary.html", form=forms.Form({})).strip() == ""
    assert include("_error_summary.html", form=SittingForm()).strip() == ""


def test_an_empty_state_says_what_to_do():
    with_way = include("_empty_state.html", title="Nobody yet", text="Add the members.", url="/add", action="Add a member")
    assert '<a class="btn btn-primary" href="/add">Add a member</a>' in with_way
    assert "<a" not in include("_empty_state.html", title="None", text="No cell is in this state.")


def test_pages_keep_the_rest_of_the_address():
    request = RequestFactory().get("/", {"show": "held", "page": "2"})
    pages = include("_pagination.html", request=request, page=Paginator(range(30), 10).page(2))
    assert re.findall(r'rel="(\w+)" href="([^"]+)"', pages) == [("prev", "?show=held&amp;page=1"), ("next", "?show=held&amp;page=3")]
    assert "Page 2 of 3" in pages
    assert include("_pagination.html", request=request, page=Paginator(range(3), 10).page(1)).strip() == ""


def test_the_save_state_has_all_words_that_its_script_shows():
    script = (PROJECT / "static" / "js" / "autosave.js").read_text(encoding="utf-8")
    state = include("_save_state.html", text="Nothing typed yet")
    names = set(re.findall(r"\bwords\.([a-zA-Z]+)", script))
    assert {"saved", "waiting", "unsaved", "login", "restore"} <= names
    for name in names:
        attribute = "data-" + re.sub("([A-Z])", r"-\1", name).lower()
        assert re.search(rf'{attribute}="[^"]+"', state), attribute


GALLERY = (PROJECT / "tests" / "components" / "gallery.html").read_text(encoding="utf-8")


@pytest.fixture
def gallery(stand: Stand):
    marks = "".join(include("_class_mark.html", grade=grade, label=word) for grade, word in GRADES.items())
    return stand.show(rendered(GALLERY, long=LONG) + marks, STYLE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_components_together_pass_axe(gallery, stand, scheme):
    assert stand.complaints == []  # neither a breach of the policy nor a missing file
    gallery.emulate_media(color_scheme=scheme)
    gallery.set_viewport_size({"width": 390, "height": 844})
    assert serious_findings(gallery) == []


def test_what_axe_should_find_it_finds(stand):
    page = stand.show('<button></button><p><font color="#eeeeee">Pale</font></p>')
    assert [found.partition(":")[0] for found in serious_findings(page)] == ["button-name", "color-contrast"]
    assert [found.partition(":")[0] for found in serious_findings(page, colours=False)] == ["button-name"]


@pytest.mark.parametrize(("width", "large"), [(320, False), (390, True), (640, True), (1440, False)])
def test_nothing_is_wider_than_the_window_and_targets_are_large_enough(gallery, width, large):
    if large:
        gallery.evaluate("document.documentElement.dataset.text = 'large'")
    gallery.set_viewport_size({"width": width, "height": 844})
    assert gallery.evaluate("document.documentElement.scrollWidth") == width
    small = gallery.eval_on_selector_all(
        "a, button, summary, label, input:not([type=radio], [type=checkbox])",
        """all => all.filter(one => !one.closest(".note") && one.getClientRects().length && one.getBoundingClientRect().height < 44)
            .map(one => one.outerHTML)""",
    )
    assert small == []
