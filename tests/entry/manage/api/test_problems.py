"""Every error is a problem document (RFC 9457) with a stable type, whoever found it."""

import http.client
import json

import pytest


def call(world, method, path, body=None):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "host: x", "connection: close", "content-type: application/json"]
    head = "\r\n".join([*lines, f"content-length: {len(data or b'')}", "", ""]).encode()
    with world.connect(control=True) as line:
        line.sendall(head + (data or b""))
        response = http.client.HTTPResponse(line)
        response.begin()
        return response.status, response.getheader("content-type"), json.loads(response.read())


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("GET", "/v1/actors/nobody", None, 404, "actor"),
        ("GET", "/v1/nothing", None, 404, "not_found"),
        ("GET", "/elsewhere", None, 404, "not_found"),
        ("DELETE", "/v1/actors", None, 405, "http_405"),
        ("GET", "/v1/actors?limit=0", None, 400, "malformed"),
        ("GET", "/v1/export?format=xml", None, 400, "format"),
        ("POST", "/v1/apply", b"{", 400, "malformed"),
        ("POST", "/v1/apply", {"files": [], "extra": 1}, 400, "malformed"),
        ("POST", "/v1/apply", {"files": [{"name": "x", "text": "["}]}, 400, "manifest_invalid"),
        ("POST", "/v1/orders", {"order": "x", "reason": "x"}, 400, "order"),
        ("POST", "/v1/orders", {"order": "retire", "actors": ["nobody"], "reason": "x"}, 404, "actor"),
        ("GET", "/v1/decisions/n-1", None, 404, "decision"),
        ("GET", "/v1/orders", None, 405, "method"),
    ],
)
def test_an_error_says_what_it_is_and_what_to_do(world, method, path, body, status, kind):
    found, content_type, problem = call(world, method, path, body)
    assert (found, content_type) == (status, "application/problem+json")
    assert (problem["type"], problem["status"]) == (f"urn:nameplate:problem:{kind}", status)
    assert problem["title"]
    assert problem["detail"]


def test_what_was_sent_is_not_repeated(world):
    body = {"files": [{"name": "x", "text": {"secret": "do-not-repeat"}}]}
    status, _, problem = call(world, "POST", "/v1/apply", body)
    assert status == 400
    assert problem["errors"][0]["field"] == "files.0.text"
    assert "do-not-repeat" not in json.dumps(problem)


def test_faults_of_manifests_come_with_their_places(world):
    text = "kind: Team\nid: x\nname: X\n---\nkind: Team\nid: y\nnaem: Y"
    _, _, problem = call(world, "POST", "/v1/diff", {"files": [{"name": "t.yaml", "text": text}]})
    assert {(each["file"], each["line"], each["field"]) for each in problem["errors"]} >= {("t.yaml", 7, "naem")}
    assert all(each["remedy"] for each in problem["errors"])


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("OPTIONS", "/ssf/streams", "DELETE, GET, PATCH, POST, PUT"),
        ("DELETE", "/ssf/status", "GET, POST"),
        ("PUT", "/v1/sites/clinic/plan", "GET, POST"),
    ],
)
def test_a_wrong_method_is_told_all_the_right_ones(world, method, path, allow):
    with world.connect(control=True) as line:
        line.sendall(f"{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        response = http.client.HTTPResponse(line)
        response.begin()
        assert (response.status, response.getheader("allow")) == (405, allow)
