"""How the web server's requests are read. Nothing here needs Django's apps, which are not loaded yet."""

from django.core.handlers.wsgi import WSGIRequest


class Utf8Request(WSGIRequest):
    """A request read as UTF-8, whatever charset it claims.

    Django decodes the address with the claimed charset while it builds the request, before any middleware could answer;
    `charset=hex` is then an error of the server. The middleware refuses the claim afterwards.
    """

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, claimed: str) -> None:
        pass
