"""A stand for components: pages of our templates, scripts and styles on a server that is a function."""

import mimetypes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from threading import Thread
from urllib.parse import parse_qsl

import pytest
from django.template import engines
from django.utils.translation import override
from playwright.sync_api import Page

from cellquality.places import PROJECT

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'"
# Scripts are tried without the style, which takes longer to load than they to run.
STYLE = "".join(
    f'<link rel="stylesheet" href="/static/{file}.css">'
    for file in ("vendor/bootstrap/bootstrap.min", "css/fonts", "css/tokens", "css/product")
)
SHELL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stand</title>
<meta name="viewport" content="width=device-width, initial-scale=1">%s
<script src="/static/js/page.js" defer></script><script src="/static/js/autosave.js" defer></script>
<script src="/static/js/rows.js" defer></script><script src="/static/js/rollcall.js" defer></script></head>
<body data-user="%s"><main><h1>Stand</h1>%s</main></body></html>"""


def rendered(source: str, request=None, **context) -> str:
    """A template's text rendered in English, whatever the product's default language is."""
    with override("en"):
        return engines["django"].from_string(source).render(context, request)


def shell(body: str, user: str = "7", style: str = "") -> str:
    return SHELL % (style, user, body)


@dataclass
class Answer:
    body: str | bytes = ""
    status: int = 200
    type: str = "text/html"
    location: str = ""


@dataclass
class Request:
    method: str
    path: str
    fields: dict[str, str]
    headers: Mapping[str, str]


Server = Callable[[Request], Answer | None]


@dataclass
class Stand:
    """`server` answers what is no static file; None for an answer breaks the connection."""

    page: Page
    server: Server = lambda request: Answer(status=404)
    posts: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    address: str = ""

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def answer(self, request: Request) -> Answer | None:
        if request.path.startswith("/static/"):
            file = PROJECT / request.path.removeprefix("/")
            return Answer(file.read_bytes(), type=mimetypes.guess_type(file.name)[0] or "font/woff2")
        if request.path == "/favicon.ico":
            return Answer(status=204)
        if request.method == "POST":
            self.posts.append(request)
        return self.server(request)

    def open(self, path: str = "/form") -> Page:
        self.page.goto(self.address + path)
        return self.page

    def show(self, body: str, style: str = "") -> Page:
        """Open a page with this body; every other address is missing."""
        self.server = lambda request: Answer(shell(body, style=style)) if request.path == "/form" else Answer(status=404)
        return self.open()

    def kept(self) -> list[str]:
        """The keys of what this device keeps."""
        return self.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft '))")


def handler_of(stand: Stand) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            request = Request(self.command, self.path.partition("?")[0], dict(parse_qsl(body, keep_blank_values=True)), self.headers)
            answer = stand.answer(request)
            if answer is None:
                self.connection.shutdown(SHUT_RDWR)
                return
            content = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            self.send_header("Content-Type", f"{answer.type}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Referrer-Policy", "same-origin")
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *said) -> None:
            """Nobody reads it."""

    return Handler


@pytest.fixture
def stand(page_desktop: Page) -> Iterator[Stand]:
    stand = Stand(page_desktop)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(stand)) as server:
        stand.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield stand
        stand.page.close()
        server.shutdown()


@pytest.fixture
def quiet_stand(stand: Stand) -> Iterator[Stand]:
    """A stand on which neither a script's error nor a breach of the policy may happen."""
    yield stand
    assert stand.complaints == []
