"""What every request must pass before a view sees it."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


def client_address(request: HttpRequest) -> str:
    """The address a request comes from, as far as our own proxies vouch for it.

    Anyone can send X-Forwarded-For; only the entries that our TRUSTED_PROXIES added, at its right end, are believed.
    """
    chain = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), request.META.get("REMOTE_ADDR", "")]
    return chain[-1 - min(settings.TRUSTED_PROXIES, len(chain) - 1)].strip() or request.META.get("REMOTE_ADDR", "")


class ReadableRequestMiddleware:
    """Answers 400 where a request carries what no text column can hold, which would else be an error of the server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Until the session is read nobody is here; the pages that answer such a request ask.
        request.user = AnonymousUser()
        if request.content_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise BadRequest("The request is not in UTF-8.")
        if any("\0" in text for text in texts_of(request)):
            raise BadRequest("The request holds a NUL character.")
        return self.get_response(request)


def texts_of(request: HttpRequest) -> Iterator[str]:
    """Every text that a view could take from the request."""
    yield request.path_info
    for key, value in request.COOKIES.items():
        yield key
        yield value
    for fields in (request.GET, request.POST):
        for key, values in fields.lists():
            yield key
            yield from values
