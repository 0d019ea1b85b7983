"""What a person does in a browser: log in, tap, type; and what a page must hold to be fit to be seen."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

from tests.factories import PASSWORD
from tests.site import DESKTOP, PHONE, Site, serious_findings

# For whoever wants to look themselves: the folder that pictures of the pages go to.
PICTURES = Path(os.environ["PICTURES"]) if "PICTURES" in os.environ else None
# The contrast of a kind of page is looked at once: it takes most of axe's time, and neither a width nor other figures change it.
COLOURS_SEEN: set[str] = set()
IDENTIFIERS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
DEVICES = {"phone": PHONE, "desktop": DESKTOP}


class Person:
    """Someone at a browser: counts taps, notes what the console complains of, and looks at pages with axe.

    On a phone (`size`) they touch, at a desk they click. `also` is the other size, in which they look at each page too.
    """

    def __init__(self, page: Page, site: Site, size: str, also: str):
        self.page, self.site, self.size, self.also, self.taps, self.complaints = page, site, size, also, 0, []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def log_in(self, username: str, password: str = PASSWORD) -> None:
        self.go("/login")
        self.page.fill("main [name=username]", username)
        self.page.fill("main [name=password]", password)
        self.tap("main button.btn-primary")

    def touch(self, target: Locator) -> None:
        self.taps += 1
        if self.size == "phone":
            target.tap()
        else:
            target.click()

    def tap(self, what: str | Locator) -> None:
        """Tap what leads to a page: a link or a form's button."""
        with self.page.expect_navigation():
            self.touch(self.page.locator(what).first if isinstance(what, str) else what)

    def press(self, box: Locator) -> None:
        """Tap a radio or checkbox where a finger would: on the label that holds it."""
        self.touch(box.locator("xpath=ancestor::label[1]"))
        assert box.is_checked()

    def choose(self, name: str, value: str) -> None:
        self.press(self.page.locator(f'main input[name="{name}"][value="{value}"]'))

    def tick(self, name: str) -> None:
        """A checkbox whose label stands beside it."""
        box = self.page.locator(f'main input[type=checkbox][name="{name}"]')
        self.touch(box)
        assert box.is_checked()

    def type(self, name: str, text: str) -> None:
        self.taps += 1
        self.page.locator(f'main [name="{name}"]').first.fill(text)

    def save(self) -> None:
        """The form's one main button."""
        self.tap(self.page.locator("main form[method=post] button.btn-primary").last)

    @property
    def says(self) -> str:
        return self.page.locator("main").inner_text()

    def looks(self, name: str = "") -> None:
        """No serious finding of axe, no sideways scrolling, nothing in the console; a picture where PICTURES names a folder."""
        kind_of_page = IDENTIFIERS.sub("…", urlsplit(self.page.url).path)
        self._looks(name, self.size, colours=kind_of_page not in COLOURS_SEEN)
        COLOURS_SEEN.add(kind_of_page)
        self.page.set_viewport_size(DEVICES[self.also]["viewport"])
        self._looks(name, self.also, colours=False)
        self.page.set_viewport_size(DEVICES[self.size]["viewport"])

    def _looks(self, name: str, size: str, *, colours: bool) -> None:
        seen = f"{self.page.url} ({size})"
        findings = serious_findings(self.page, colours=colours)
        assert findings == [], f"{seen}: {findings}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{seen} scrolls sideways by {wide}px"
        assert self.complaints == [], f"{seen}: {self.complaints}"
        if name and PICTURES:
            self.page.screenshot(path=str(PICTURES / f"{name}-{size}.png"), full_page=True)
