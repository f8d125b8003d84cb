import http.server
import threading
from contextlib import contextmanager

import pytest

from nameplate.bridges.keycloak.api import Api
from nameplate.bridges.keycloak.settings import read_settings
from nameplate.domain.errors import Unavailable
from tests.bridges.keycloak.test_settings import bridge

TOKEN = b'{"access_token": "t0ken", "expires_in": 60}'


@contextmanager
def answering(*answers):
    """Something that is no Keycloak: it gives these answers (status, body, headers) in turn, then the last again."""
    left, seen = list(answers), []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            seen.append((self.command, self.path))
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, body, *headers = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - as the standard library calls it

        def log_message(self, format, *args):  # noqa: A002
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Api(read_settings(bridge(f"http://127.0.0.1:{server.server_port}", realm="clinic"), b"s3cret")), seen
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((403, b""), "does not let us read"),
        ((500, b"oops"), "answers 500"),
        ((200, b"<html>"), "not what the admin API promises"),
        ((302, b"", ("location", "http://127.0.0.1:1/")), "answers 302"),
    ],
)
def test_what_is_not_the_answer_that_was_asked_for_is_told_as_it_is(answer, says):
    with answering((200, TOKEN), answer) as (api, _), pytest.raises(Unavailable, match=says) as error:
        api.realm()
    assert "t0ken" not in str(error.value)
    assert "s3cret" not in str(error.value)


def test_a_secret_that_is_refused_is_told_without_it():
    with answering((401, b'{"error": "unauthorized_client"}')) as (api, _), pytest.raises(Unavailable) as error:
        api.realm()
    assert "does not sign in" in str(error.value)
    assert "s3cret" not in str(error.value)


def test_one_token_serves_until_it_is_refused():
    with answering((200, TOKEN), (200, b"{}"), (200, b"{}"), (401, b""), (200, TOKEN), (200, b"{}")) as (api, seen):
        api.realm()
        api.realm()
        with pytest.raises(Unavailable):
            api.realm()
        api.realm()
        assert [command for command, _ in seen] == ["POST", "GET", "GET", "GET", "POST", "GET"]


def test_nobody_there_is_unavailable():
    api = Api(read_settings(bridge("http://127.0.0.1:9", realm="clinic"), b"s3cret"))
    with pytest.raises(Unavailable, match="does not answer"):
        api.realm()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, b'{"nativelyEmittedEvents": ["CaepSessionRevoked"], "other": {}}'), ["CaepSessionRevoked"]),
        ((200, b"{}"), []),
        ((404, b"{}"), None),
        ((403, b"{}"), None),
        ((200, b"<html>"), None),
        ((200, b'{"nativelyEmittedEvents": {"a": 1}}'), None),
    ],
)
def test_signals_are_looked_at_and_nothing_rests_on_them(answer, told):
    with answering((200, TOKEN), answer) as (api, seen):
        found = api.signals()
    assert (found and found.told) == told
    assert seen[-1][1].endswith("/admin/realms/clinic/ssf/config")
