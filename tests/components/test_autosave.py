"""static/js/autosave.js: a typed word is never lost, and never shown to someone else."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.components.conftest import Answer, Stand, rendered, shell

FORM = """<form method="post" data-autosave data-autosave-url="/save">
<input type="hidden" name="csrfmiddlewaretoken" value="{{ token }}"><input type="hidden" name="version" value="{{ version }}">
<input type="hidden" name="form_key" value="{{ form_key }}">
<label>Words <textarea name="words">{{ words }}</textarea></label>
<label><input type="radio" name="level" value="0"> Met</label><label><input type="radio" name="level" value="1"> Not met</label>
{% include "components/_save_state.html" with text="Nothing typed yet" %}<button>Record</button></form>
<form method="post" action="/logout" data-forget data-confirm="Lose it?"><button>Log out</button></form>"""


class Server:
    """What the product's server does for such a form, as far as the script can see it."""

    def __init__(self):
        self.token, self.version, self.form_key, self.words = "first-token", 3, "key-1", ""
        self.user = "7"
        self.reachable = True
        self.refusal: Answer | None = None

    def __call__(self, request):
        path = request.path
        if path == "/login":
            return Answer(shell("<p>Log in</p>", user=""))
        if not self.reachable:
            return None
        if self.user == "":
            return Answer(status=302, location="/login")
        if path == "/logout":
            return Answer(status=302, location="/login")
        if request.method == "GET":
            return Answer(shell(self.form(), self.user) if path == "/form" else shell("<p>Recorded</p>", self.user))
        if request.headers.get("X-CSRFToken", self.token) != self.token:
            return Answer(status=403)
        if self.refusal:
            return self.refusal
        if path == "/save":
            self.version += 1
            return Answer(json.dumps({"saved_at": "09:41", "version": self.version}), type="application/json")
        return Answer(status=302, location="/month")

    def form(self) -> str:
        return rendered(FORM, token=self.token, version=self.version, form_key=self.form_key, words=self.words)


@pytest.fixture
def server() -> Server:
    return Server()


# What the script waits for, it waits for a fifth as long: the pause after typing, the time between two tries.
HASTE = "const later = window.setTimeout; window.setTimeout = (work, delay, ...rest) => later(work, delay / 5, ...rest);"


@pytest.fixture
def form(stand: Stand, server: Server) -> Page:
    stand.server = server
    stand.page.add_init_script(HASTE)
    stand.page.on("dialog", lambda dialog: dialog.accept())
    return stand.open()


def state(page: Page):
    return page.locator("[data-save-state]")


def saves(stand: Stand) -> list[dict[str, str]]:
    return [request.fields for request in stand.posts if request.path == "/save"]


def test_what_is_typed_is_saved_once_typing_stops(form, stand):
    form.get_by_label("Words").press_sequentially("Đồng chí Ổn", delay=30)
    expect(state(form)).to_have_text("Saved 09:41")
    assert [fields["words"] for fields in saves(stand)] == ["Đồng chí Ổn"]
    assert stand.posts[0].headers["X-Autosave"] == "1"
    assert stand.posts[0].headers["X-CSRFToken"] == "first-token"
    assert form.input_value("[name=version]") == "4"
    assert stand.kept() == []


def test_without_a_network_it_is_kept_and_offered_again_but_never_put_over_the_page(form, stand, server):
    server.reachable = False
    form.fill("[name=words]", "Chưa gửi được")
    form.get_by_label("Not met", exact=True).check()
    expect(state(form)).to_have_text("Waiting for the network")
    assert len(stand.kept()) == 1

    server.reachable, server.words, server.form_key = True, "Từ máy khác", "key-2"
    form.reload()
    assert form.input_value("[name=words]") == "Từ máy khác"
    form.get_by_role("button", name="Bring it back").click()
    assert form.input_value("[name=words]") == "Chưa gửi được"
    expect(form.get_by_label("Not met", exact=True)).to_be_checked()
    # The page's own key stays: with the old one a repeated deed would be taken for one already done.
    assert form.input_value("[name=form_key]") == "key-2"
    expect(state(form)).to_have_text("Saved 09:41")
    assert saves(stand)[-1]["words"] == "Chưa gửi được"
    assert stand.kept() == []


def test_dropping_the_offer_forgets_it(form, stand, server):
    server.reachable = False
    form.fill("[name=words]", "Bỏ đi")
    expect(state(form)).to_have_text("Waiting for the network")
    server.reachable = True
    form.reload()
    form.get_by_role("button", name="Drop it").click()
    assert stand.kept() == []
    form.reload()
    expect(form.get_by_role("button", name="Bring it back")).to_have_count(0)


def test_it_tries_again_when_the_network_is_back(form, stand, server):
    server.reachable = False
    form.fill("[name=words]", "Chờ mạng")
    expect(state(form)).to_have_text("Waiting for the network")
    server.reachable = True
    form.evaluate("window.dispatchEvent(new Event('online'))")
    expect(state(form)).to_have_text("Saved 09:41")


def test_an_ended_session_asks_to_log_in_elsewhere_and_goes_on_here(form, stand, server):
    server.user = ""
    form.fill("[name=words]", "Giữ lại")
    link = form.get_by_role("link", name="Log in in a new window")
    expect(link).to_have_attribute("target", "_blank")
    assert len(stand.kept()) == 1

    server.user, server.token = "7", "second-token"  # logging in makes a new token
    form.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(state(form)).to_have_text("Saved 09:41")
    expect(link).to_have_count(0)
    assert stand.posts[-1].headers["X-CSRFToken"] == "second-token"
    assert form.input_value("[name=words]") == "Giữ lại"


def test_recording_after_the_session_ended_renews_the_token_first(form, stand, server):
    server.user = ""
    form.fill("[name=words]", "Giữ lại")
    expect(form.get_by_role("link", name="Log in in a new window")).to_be_visible()
    server.user, server.token = "7", "second-token"
    form.get_by_role("button", name="Record").click()
    form.wait_for_url("**/month")
    assert stand.posts[-1].fields["csrfmiddlewaretoken"] == "second-token"
    assert stand.kept() == []


def test_someone_else_who_logs_in_meanwhile_does_not_get_the_words(form, stand, server):
    server.user = ""
    form.fill("[name=words]", "Của người khác")
    expect(form.get_by_role("link", name="Log in in a new window")).to_be_visible()
    sent = len(saves(stand))
    server.user, server.token = "8", "their-token"
    form.evaluate("window.dispatchEvent(new Event('focus'))")
    form.wait_for_timeout(300)
    assert len(saves(stand)) == sent
    form.reload()
    expect(form.get_by_role("button", name="Bring it back")).to_have_count(0)


def test_a_newer_version_is_shown_beside_this_one(form, stand, server):
    server.refusal = Answer("<html><body><main><h1>Changed meanwhile</h1><a href='/form'>Take theirs</a></main></body></html>", 409)
    form.fill("[name=words]", "Của tôi")
    dialog = form.get_by_role("dialog", name="Changed meanwhile")
    expect(dialog).to_be_visible()
    assert len(stand.kept()) == 1
    server.refusal = None
    dialog.get_by_role("link", name="Take theirs").click()
    expect(dialog).to_have_count(0)
    assert stand.kept() == []


def test_a_refusal_says_why_and_keeps_the_words(form, stand, server):
    server.refusal = Answer(json.dumps({"error": "The record is closed."}), 409, "application/json")
    form.fill("[name=words]", "Muộn rồi")
    expect(state(form)).to_have_text("Not saved, kept on this device. The record is closed.")
    assert len(stand.kept()) == 1


def test_a_half_typed_answer_is_saved_once_it_is_right(form, stand, server):
    server.refusal = Answer(json.dumps({"errors": {"words": ["Too short."]}}), 422, "application/json")
    form.fill("[name=words]", "M")
    expect(state(form)).to_have_text("Not saved, kept on this device. Too short.")
    server.refusal = None
    form.fill("[name=words]", "Một câu")
    expect(state(form)).to_have_text("Saved 09:41")


def test_what_was_recorded_is_not_kept(form, stand, server):
    form.fill("[name=words]", "Xong")
    form.get_by_role("button", name="Record").click()
    form.wait_for_url("**/month")
    assert stand.kept() == []


def test_what_could_not_be_recorded_is_kept(form, stand, server):
    server.refusal = Answer(shell("<p>Server error</p>"), 500)
    form.fill("[name=words]", "Chưa xong")
    form.get_by_role("button", name="Record").click()
    form.wait_for_selector("text=Server error")
    assert len(stand.kept()) == 1


def test_what_was_refused_for_its_old_token_is_offered_again(form, stand, server):
    form.fill("[name=words]", "Trang mở quá lâu")
    expect(state(form)).to_have_text("Saved 09:41")
    form.get_by_label("Words").press_sequentially(".")
    server.refusal = Answer(shell("<p>The page was open too long</p>"), 403)
    form.get_by_role("button", name="Record").click()
    form.wait_for_selector("text=The page was open too long")
    server.refusal = None
    form.go_back()
    form.reload()
    form.get_by_role("button", name="Bring it back").click()
    assert form.input_value("[name=words]") == "Trang mở quá lâu."


def test_a_refused_form_is_the_page_to_go_on_with_not_one_to_bring_back(form, stand, server):
    server.words = "Máy chủ hiện lại"  # what the server shows may differ in form from what was typed
    server.refusal = Answer(shell('<section data-focus tabindex="-1">Not recorded yet</section>' + server.form()), 422)
    form.fill("[name=words]", "Máy chủ  hiện lại")
    form.get_by_role("button", name="Record").click()
    form.wait_for_selector("text=Not recorded yet")
    expect(form.get_by_role("button", name="Bring it back")).to_have_count(0)
    assert len(stand.kept()) == 1
    server.refusal = None
    form.get_by_label("Words").press_sequentially(".")
    expect(state(form)).to_have_text("Saved 09:41")
    assert stand.kept() == []


def test_recording_waits_for_the_save_on_its_way(form, stand, server):
    form.fill("[name=words]", "Nhanh tay")
    form.evaluate("document.querySelector('form').dispatchEvent(new Event('input'))")
    with form.expect_request("**/save"):
        pass
    form.get_by_role("button", name="Record").click()
    form.wait_for_url("**/month")
    assert stand.posts[-1].fields["version"] == "4"


def test_logging_out_wipes_what_a_shared_phone_keeps(form, stand, server):
    server.reachable = False
    form.fill("[name=words]", "Riêng của chi bộ")
    expect(state(form)).to_have_text("Waiting for the network")
    server.reachable = True
    form.get_by_role("button", name="Log out").click()
    form.wait_for_url("**/login")
    assert stand.kept() == []


def test_leaving_asks_only_when_something_is_not_saved(stand, server):
    asked = []
    stand.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    stand.server = server
    page = stand.open()
    page.get_by_label("Words").press_sequentially("a")
    expect(state(page)).to_have_text("Saved 09:41")
    stand.open("/elsewhere")
    assert asked == []
    stand.open()
    server.reachable = False
    page.get_by_label("Words").press_sequentially("b")
    expect(state(page)).to_have_text("Waiting for the network")
    server.reachable = True
    page.reload()
    assert asked == ["beforeunload"]
