"""What every response carries."""

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

EXPECTED = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
UNSAFE = ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "*", "http:", "https:")


def missing_headers(response) -> list[str]:
    """Sentences on security headers that a response lacks or weakens."""
    found = [f"{name} is {response.get(name)}" for name, value in EXPECTED.items() if response.get(name) != value]
    policy = response.get("Content-Security-Policy", "")
    directives = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
    if directives.get("default-src") != ["'none'"]:
        found.append("the content security policy does not begin with nothing")
    found += [f"{name} allows {word}" for name, words in directives.items() for word in words if word.strip("'") in UNSAFE]
    return found + [f"{name} is not limited" for name in ("frame-ancestors", "base-uri", "form-action") if name not in directives]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [reverse("login"), "/nowhere/", "/nowhere/?q=%00"])
def test_every_response_carries_the_security_headers(client, path):
    assert missing_headers(client.get(path)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("middleware", ["csp.middleware.CSPMiddleware", "django.middleware.security.SecurityMiddleware"])
def test_twin_without_its_middleware_a_header_is_missed(client, settings, middleware):
    settings.MIDDLEWARE = [name for name in django_settings.MIDDLEWARE if name != middleware]
    assert missing_headers(client.get(reverse("login")))


@pytest.mark.django_db
def test_twin_a_weaker_policy_is_noticed(client, settings):
    policy = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"script-src": ["'self'", "'unsafe-inline'"]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy}
    assert missing_headers(client.get(reverse("login"))) == ["script-src allows 'unsafe-inline'"]
