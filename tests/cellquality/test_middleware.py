"""Requests that no text column can hold, and whose address a request's is."""

import io

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from cellquality.middleware import client_address
from cellquality.wsgi import application


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    return client


@pytest.mark.django_db
class TestAnUnreadableRequestIsAnsweredWith400:
    def test_nul_in_the_address(self, client):
        assert client.get("/nowhere%00/").status_code == 400

    def test_nul_in_a_filter(self, client):
        assert client.get("/nowhere/?q=a%00b").status_code == 400

    def test_nul_in_the_name_of_a_filter(self, client):
        assert client.get("/nowhere/?q%00=a").status_code == 400

    def test_nul_in_a_form(self, client):
        assert client.post("/nowhere/", {"name": "a\0b"}).status_code == 400

    def test_nul_in_a_cookie(self, client):
        client.cookies.load('sessionid="abcdefghijkl\\000"')
        assert client.get("/nowhere/").status_code == 400

    def test_what_can_be_read_passes(self, client):
        assert client.get("/nowhere/", {"q": "Đảng ủy xã Hòa Thịnh – 10 %"}).status_code != 400


def status_through_wsgi(content_type: str, body: bytes) -> int:
    """The status of a POST that goes through all of the application, as from the web server."""
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/nowhere/", "QUERY_STRING": "q=%FF", "CONTENT_TYPE": content_type}
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO()}
    environ |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http"}
    statuses = []
    application(environ, lambda status, headers: statuses.append(status)).close()
    return int(statuses[0].split()[0])


@pytest.mark.usefixtures("committed_db")  # the application closes its connection after a request
class TestAnotherCharset:
    BODY = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\xfe\r\n--x--\r\n'

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
    def test_is_answered_with_400(self, kind):
        for charset in ("latin-1", "hex", "base64", "no-such-charset", "idna", "utf-16"):
            assert status_through_wsgi(f"{kind}; charset={charset}", self.BODY) == 400, charset

    def test_broken_utf_8_is_no_error_of_the_server(self):
        assert status_through_wsgi("multipart/form-data; boundary=x", self.BODY) < 500

    def test_twin_with_djangos_own_request_it_is_an_error_of_the_server(self, monkeypatch):
        monkeypatch.setattr(application, "request_class", WSGIRequest)
        with pytest.raises(LookupError):
            status_through_wsgi("multipart/form-data; boundary=x; charset=hex", self.BODY)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.9"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (1, "", "10.0.0.9"),
        (3, "203.0.113.7", "203.0.113.7"),
    ],
)
def test_only_what_our_own_proxies_added_is_believed(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert client_address(request) == address


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_answered_with_400(client):
    assert client.get("/nowhere/", headers={"host": "evil.example"}).status_code == 400
