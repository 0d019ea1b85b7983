"""What a request carries for every view: the user's authority; and who is sent elsewhere before a view begins."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from meetings.codes import CAME_BY_CODE
from meetings.permissions import authority_of

GetResponse = Callable[[HttpRequest], HttpResponse]
# The one page open to someone who still has to choose a password, beside those open to everyone.
CHOOSING_PASSWORD = "password_change"


def is_closed(view: Callable) -> bool:
    """Whether a view asks for a login (Django's LoginRequiredMiddleware and `login_not_required` decide by the same mark)."""
    return getattr(view, "login_required", True)


class AuthorityMiddleware:
    """Sets `request.authority`, read from the appointments in force today, once, when first asked.

    Someone whose last appointment has ended is logged out at the next request: their session goes with it.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.authority = SimpleLazyObject(lambda: authority_of(request.user, timezone.localdate()))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args, kwargs) -> HttpResponse | None:
        if is_closed(view) and request.user.is_authenticated and not request.authority.appointments:
            logout(request)
            return redirect(f"{reverse('login')}?ended")
        return None


class ForcedPasswordMiddleware:
    """Until a password is chosen in the session that a code opened, every page leads to the page where it is."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args, kwargs) -> HttpResponse | None:
        if (
            is_closed(view)
            and request.user.is_authenticated
            and CAME_BY_CODE in request.session
            and request.resolver_match.view_name != CHOOSING_PASSWORD
        ):
            return redirect(CHOOSING_PASSWORD)
        return None
