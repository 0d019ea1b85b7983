"""Walking every URL of the resolver as every actor: what the tables of access are held against. It asks nothing of `permissions`."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy

import pytest
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from meetings.models import User

METHODS = ("GET", "POST")
# {name of the URL, with @ and a word where it is called in more ways than one: {actor: (status of GET, status of POST)}}
Table = dict[str, dict[str, tuple[str, str]]]


def walked(patterns: Iterable | None = None) -> dict[str, str]:
    """Every URL of the product with its pattern, the admin's under `admin:`; one without a name goes by its pattern."""

    def inside(patterns, prefix: str, namespace: str) -> Iterator[tuple[str, str]]:
        for each in patterns:
            whole = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from inside(each.url_patterns, whole, f"{namespace}{each.namespace}:" if each.namespace else namespace)
            elif isinstance(each, URLPattern):
                yield namespace + (each.name or whole), whole

    return dict(inside(get_resolver().url_patterns if patterns is None else patterns, "", ""))


def read_table(text: str) -> Table:
    """A table as text: the first row names the actors; an entry is the status of GET, after a slash of POST, or of both."""
    head, *rows = (line.split() for line in text.strip().splitlines())
    table = {row[0]: dict(zip(head[1:], (_pair(entry) for entry in row[1:]), strict=True)) for row in rows}
    assert len(table) == len(rows), "a URL stands in the table twice"
    return table


def _pair(entry: str) -> tuple[str, str]:
    get, _slash, post = entry.partition("/")
    return get, post or get


def undeclared(names: Iterable[str], table: Table) -> set[str]:
    """The URLs that the table lacks, and those that it has and the product does not."""
    return set(names) ^ {name.partition("@")[0] for name in table}


def sessions_of(users: dict[str, User]) -> dict:
    """For each actor, and for `nobody`, the cookies of their login."""
    sessions = {"nobody": Client().cookies}
    for actor, user in users.items():
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        sessions[actor] = client.cookies
    return sessions


def ask(cookies, method: str, path: str):
    """One request; whatever it did is undone before the next, so that the order of the table says nothing."""
    client = Client()
    client.cookies = copy(cookies)
    point = transaction.savepoint()
    try:
        said = "nothing=asked" if method == "POST" else ""
        response = client.generic(method, path, said, content_type="application/x-www-form-urlencoded")
        if response.streaming:
            response.getvalue()  # a file is closed at its end
        return response
    finally:
        transaction.savepoint_rollback(point)
        translation.activate("vi")


def status_of(response) -> str:
    """The status in a table's words: `in` leads to the login page, `door` to the admin's, which refuses with a reason."""
    if response.status_code == 302 and response.url.startswith(reverse("admin:login")):
        return "door"
    if response.status_code == 302 and response.url.startswith(reverse("login")):
        return "in"
    return str(response.status_code)


@contextmanager
def nothing_drawn() -> Iterator[None]:
    """Views answer as ever, with blank pages: drawing them would take most of a walk's time and says nothing of access."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda *page, **drawn: "")
        yield


@nothing_drawn()
def differences(table: Table, sessions: dict, path_of: Callable[[str], str]) -> list[str]:
    """A sentence for each entry that is not so."""
    wrong = []
    for name, row in table.items():
        path = path_of(name)
        for actor, said in row.items():
            for method, status in zip(METHODS, said, strict=True):
                got = status_of(ask(sessions[actor], method, path))
                if got != status:
                    wrong.append(f"{name} {method} by {actor}: table says {status}, got {got}")
    return wrong


def arguments_in(pattern: str) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", pattern)
