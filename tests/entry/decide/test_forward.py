"""What reaches the managing process: nothing of strangers, and never under another name than the kernel's."""

import asyncio
import json

import pytest

from nameplate.entry.decide.forward import MAX_BODY, Forward
from nameplate.entry.decide.replies import HttpError
from tests.entry.world import heard

LOCAL = [
    ("GET", "/v1/actors"),
    ("GET", "/v1/actors/alice"),
    ("GET", "/v1/export"),
    ("GET", "/v1/points"),
    ("GET", "/v1/sinks"),
    ("GET", "/v1/openapi.json"),
    ("GET", "/v1/decisions/n-1"),
    ("GET", "/v1/decisions/n-1/explanation"),
    ("POST", "/v1/apply"),
    ("POST", "/v1/diff"),
    ("POST", "/v1/check"),
    ("POST", "/v1/orders"),
    ("POST", "/v1/point-tokens"),
    ("POST", "/v1/actors/alice/enrolment"),
    ("POST", "/v1/points/pep/install"),
]
STOP = json.dumps({"order": "suspend", "actors": ["alice"], "reason": "Smuggled."}).encode()
APPLY = json.dumps({"files": [{"name": "x", "text": "{kind: Team, id: smuggled, name: X}"}]}).encode()
CLAIMS = [
    "x-nameplate-caller: uid:0",
    "X-Nameplate-Caller: uid:0",
    "x-nameplate-caller: uid:0\r\nx-nameplate-caller: uid:0",
]
TARGETS = [
    "/v1/apply",
    "//v1/apply",
    "/./v1/apply",
    "/access/../v1/apply",
    "/access/v1/../../v1/apply",
    "/%76%31/apply",
    "/v1%2fapply",
    "/v1/apply/",
    "/V1/apply",
    "/v1/apply?x=1",
    "/v1/apply;x",
    "/v1/apply#x",
    "http://localhost/v1/apply",
    "http://manage/v1/apply",
    "http:///v1/apply",
    "*",
    "v1/apply",
    "/healthz/../v1/apply",
    "/\\v1\\apply",
    "/v1/./apply",
]


def request(target, body=b"", *lines, method="POST"):
    head = [
        f"{method} {target} HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        "connection: close",
        *lines,
    ]
    return "\r\n".join([*head, f"content-length: {len(body)}", "", ""]).encode() + body


def status(answer):
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def untouched(world):
    return "smuggled" not in world.run("export").out and world.permits("alice")


@pytest.mark.parametrize(("method", "path"), LOCAL)
@pytest.mark.parametrize("claim", ["x-harmless: 1", *CLAIMS, "authorization: Bearer {token}"])
def test_nothing_of_the_management_is_answered_over_tcp(world, method, path, claim):
    answer = world.speak(
        request(path, STOP if method == "POST" else b"", claim.format(token=world.token), method=method)
    )
    assert status(answer) == 401
    assert b"application/problem+json" in answer


@pytest.mark.parametrize(("method", "path"), LOCAL)
def test_the_same_is_answered_on_the_control_socket(world, method, path):
    with world.connect(control=True) as line:
        line.sendall(request(path, b"{}" if method == "POST" else b"", method=method))
        answer = heard(line)
    assert status(answer) in {200, 400, 404} or b"no_unit" in answer


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "claim", ["x-harmless: 1", "x-nameplate-caller: uid:0", "x-nameplate-caller : uid:0", "x-nameplate_caller: uid:0"]
)
def test_no_way_of_writing_the_target_gets_through(world, target, claim):
    assert status(world.speak(request(target, APPLY, claim))) in {0, 400, 401, 403, 404, 405}
    assert untouched(world)


@pytest.mark.parametrize("method", ["CONNECT", "OPTIONS", "TRACE", "HEAD", "PATCH", "PUT", "DELETE", "BREW", "post"])
def test_no_method_gets_through(world, method):
    assert status(world.speak(request("/v1/apply", APPLY, *CLAIMS[:1], method=method))) in {0, 400, 401, 404, 405}
    assert untouched(world)


INNER = request("/v1/orders", STOP, "x-nameplate-caller: uid:0")
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n"


def chunked(target, data, *lines):
    head = [f"POST {target} HTTP/1.1", "host: localhost", "content-type: application/json", *lines, "", ""]
    return "\r\n".join(head).encode() + data


@pytest.mark.parametrize("target", ["/nowhere", "/access/v1/evaluation", "/v1/apply", "/v1/enrolments"])
@pytest.mark.parametrize(
    "data",
    [
        chunked("{}", b"0\r\n\r\n" + INNER, "transfer-encoding: chunked"),
        chunked("{}", b"0\r\n\r\n" + INNER, "transfer-encoding: chunked", f"content-length: {5 + len(INNER)}"),
        chunked("{}", b"0\r\n\r\n" + INNER, "content-length: 5", "transfer-encoding: chunked"),
        chunked("{}", b"0\r\n\r\n" + INNER, "transfer-encoding: chunked", "transfer-encoding: identity"),
        chunked("{}", b"0\r\n\r\n" + INNER, "transfer-encoding: xchunked", "content-length: 5"),
        chunked("{}", b"0\r\n\r\n" + INNER, "transfer-encoding:\x0bchunked", "content-length: 5"),
        chunked("{}", CHUNKED % (len(INNER), INNER), "transfer-encoding: chunked"),
        chunked("{}", b"5;x=\r\n" + INNER + b"\r\n0\r\n\r\n", "transfer-encoding: chunked"),
        chunked("{}", b"-1\r\n" + INNER, "transfer-encoding: chunked"),
        chunked("{}", b"ffffffffffffffffff\r\n" + INNER, "transfer-encoding: chunked"),
        chunked("{}", b"{}" + INNER, "content-length: 2", "content-length: 2"),
        chunked("{}", b"{}" + INNER, "content-length: 2", f"content-length: {2 + len(INNER)}"),
        chunked("{}", b"{}" + INNER, "content-length: +2"),
        chunked("{}", b"{}" + INNER, "content-length: 2", "upgrade: h2c", "connection: upgrade"),
    ],
    ids=lambda data: repr(data[50:120]),
)
def test_no_request_is_smuggled_inside_another(world, target, data):
    answer = world.speak(data.replace(b"{}", target.encode(), 1))
    assert b" 200 " not in answer
    assert b" 500 " not in answer
    assert untouched(world)


@pytest.mark.parametrize(
    "line",
    [
        "x-a: b\r\n folded: x",
        "x-a: \x00",
        "x-a: \x7f",
        "x a: b",
        ": b",
        "x-a",
        "x-a: caf\xe9",
        "host: two",
        "expect: 100-continue",
    ],
)
def test_odd_headers_never_end_in_an_internal_error(world, line):
    for control in (True, False):
        answer = world.speak(request("/v1/actors", b"", line, method="GET"), control=control)
        assert status(answer) in {0, 100, 200, 400, 401}


def test_the_headers_between_our_processes_cannot_be_brought_along(world):
    """A record from far in the future would make the answer wait, another name would change who applied."""
    lines = ("x-nameplate-caller: uid:4711", "x-nameplate-seq: 999999999999", "connection: x-nameplate-caller")
    assert status(world.speak(request("/v1/actors", b"", *lines, method="GET"), control=True)) == 200
    applied = json.dumps({"files": [{"name": "x", "text": "{kind: Team, id: forwarded, name: X}"}]}).encode()
    assert status(world.speak(request("/v1/apply", applied, *lines), control=True)) == 200
    exported = world.tail().splitlines()
    declared = [json.loads(line) for line in exported if "forwarded" in line]
    assert [record["by"] for record in declared] == ["uid:0"] or not declared[0]["by"].endswith("4711")


def test_an_answer_knows_what_was_ordered_a_moment_ago(world):
    actor = world.actor("read-at-once")
    for order, state in (("suspend", "suspended"), ("activate", "active")) * 5:
        world.order(order, actor)
        assert world.server.client.get(f"/v1/actors/{actor}")["state"] == state


def test_a_large_answer_comes_whole(world):
    with world.connect(control=True) as line:
        line.sendall(request("/v1/openapi.json", b"", method="GET"))
        head, _, body = heard(line).partition(b"\r\n\r\n")
    assert status(head) == 200
    assert len(body) > 5_000


def test_without_the_managing_process_the_answer_is_503(app_without_manage):
    with pytest.raises(HttpError) as failed:
        app_without_manage("/v1/actors", {"uid": 0})
    assert failed.value.problem.status == 503


def test_a_stranger_is_refused_before_anything_is_passed_on(app_without_manage):
    for path in ("/v1/actors", "/v1/", "/v1/nothing"):
        with pytest.raises(HttpError) as failed:
            app_without_manage(path, {})
        assert failed.value.problem.status == 401


@pytest.fixture(name="app_without_manage")
def app_without_manage_fixture(tmp_path):
    async def nothing(*_):
        raise AssertionError("nothing must be read or sent")

    forward = Forward(tmp_path / "none.sock", lambda: 0)

    def ask(path, state):
        scope = {"path": path, "raw_path": path.encode(), "query_string": b"", "method": "GET", "headers": []}
        asyncio.run(forward(scope | {"state": state}, nothing, nothing))

    return ask


def test_a_body_without_end_is_cut_off(world):
    piece = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20))
    with world.connect(control=True) as line:
        line.sendall(chunked("/v1/apply", b"", "transfer-encoding: chunked"))
        try:
            for _ in range(MAX_BODY // (1 << 20) + 2):
                line.sendall(piece)
            answer = line.recv(4096)
        except OSError:
            answer = b""
    assert status(answer) in {0, 413, 502}
