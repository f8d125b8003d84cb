"""The OpenAPI document, held against the running server by Schemathesis, a client that others wrote.

It sends what the document permits and what it forbids, in every operation, and follows what it was answered. Each
answer must have a status, a type and a body that the document names, and what is permitted must be taken.
"""

import pytest

from nameplate.entry.operations import Who
from tests.entry.document_client import LIMIT_S, complaints, document_of, on_tcp, tried

TOLD_ELSEWHERE = {
    "/v1/apply": "the text of a manifest has a grammar of its own, and names what must be declared",
    "/v1/diff": "as for apply",
    "/v1/contract-tests": "the text of a case has a grammar of its own",
    "/v1/badges/{badge}/number": "there must be as many digits as the bits before the colon say",
    "/v1/credentials": "base64 comes in fours, which `contentEncoding` does not say to the client",
    "/v1/tls/certificate": "a host name has a grammar of its own",
    "/device/token": "there is one grant type, and a code is one that was given before",
    "/v1/rollout": "`after` is taken from the page before",
    "/v1/sites/{site_id}/plan": "a map has a grammar of its own",
    "/access/v1/search/subject": "the token of a page is taken from the page before",
    "/access/v1/search/resource": "as for subjects",
    "/access/v1/search/action": "as for subjects",
}
"""Where a body that fits its schema may be refused with 400, and why a schema cannot say it."""
EXCUSED = {path: {"positive_data_acceptance": why} for path, why in TOLD_ELSEWHERE.items()}


def ours(path, operation):
    """What bridges call has tokens of its own: see `test_openapi_bridges`.

    An export is several YAML documents in one answer: the client's worker dies of that, and leaves out what follows.
    """
    return operation["tags"] != [Who.BRIDGE] and path != "/v1/export"


@pytest.mark.timeout(LIMIT_S + 30)
def test_the_control_socket_does_what_the_document_says(own_world, tmp_path):
    with on_tcp(own_world.server.data / "control.sock") as port:
        done = tried(document_of(own_world, ours), port, tmp_path, own_world.token, EXCUSED)
    assert complaints(done) == ""


@pytest.mark.timeout(LIMIT_S + 30)
def test_the_public_listener_does_what_the_document_says(own_world, tmp_path):
    # A stranger is not even told which methods there are: 401 comes before 405. What each member may be is tried on the
    # control socket, where it is not refused before anybody has looked at it.
    document, port = document_of(own_world, ours), own_world.server.port
    done = tried(document, port, tmp_path, own_world.token, EXCUSED, "unsupported_method", covering=False)
    assert complaints(done) == ""


def test_a_document_that_promises_too_much_is_found_out(world, tmp_path):
    """The same client on such a server: with one status fewer in the document it must fail."""
    document = document_of(world, lambda path, _: path == "/v1/point-tokens")
    del document["paths"]["/v1/point-tokens"]["post"]["responses"]["400"]
    with on_tcp(world.server.data / "control.sock") as port:
        done = tried(document, port, tmp_path, world.token, EXCUSED)
    assert done.returncode == 1
    assert "ndocumented" in done.stdout
