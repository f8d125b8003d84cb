"""Exchanges on the wire: the same answers as over ASGI, in order, and nothing for whoever has left."""

import json
import time
from pathlib import Path

import pytest

from tests.entry.decide.test_authzen_basic import USUAL
from tests.entry.world import question

GOOD = json.dumps(USUAL).encode()
BAD = json.dumps(question("bob", "write", "record-1")).encode()
PATH = "/access/v1/evaluation"


def wire(world, body, *, path=PATH, version="1.1", lines=(), method="POST"):
    head = [f"{method} {path} HTTP/{version}", "host: x", f"authorization: Bearer {world.token}"]
    head += ["content-type: application/json", f"content-length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


def answers(data):
    """Status, headers and document of each answer in a stream of them."""
    found = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        length = int(headers["content-length"])
        found.append((int(status.split()[1]), headers, json.loads(rest[:length])))
        data = rest[length:]
    return found


def closing(world, body, **more):
    return wire(world, body, lines=("connection: close",), **more)


def test_a_plain_question_is_answered_once(world):
    first, second = answers(world.speak(wire(world, GOOD) + closing(world, GOOD)))
    assert first[0] == second[0] == 200
    assert (first[2]["decision"], second[2]["decision"]) == (True, True)
    assert "connection" not in first[1]
    assert second[1]["connection"] == "close"


def test_pipelined_questions_are_answered_in_order(world):
    bodies = [GOOD, BAD] * 10
    data = b"".join(wire(world, body) for body in bodies) + closing(world, BAD)
    told = [document["decision"] for _, _, document in answers(world.speak(data))]
    assert told == [True, False] * 10 + [False]


def test_a_question_behind_a_slower_request_waits_for_its_turn(world):
    listing = b"GET /.well-known/authzen-configuration HTTP/1.1\r\nhost: x\r\n\r\n"
    data = wire(world, GOOD) + listing + wire(world, BAD) + closing(world, GOOD)
    documents = [document for _, _, document in answers(world.speak(data))]
    assert [document.get("decision") for document in documents] == [True, None, False, True]


@pytest.mark.parametrize(
    "more",
    [
        {"version": "1.0"},
        {"lines": ("expect: 100-continue", "connection: close")},
        {"path": f"{PATH}?x=1", "lines": ("connection: close",)},
    ],
)
def test_what_is_not_plain_gets_the_same_answer(world, more):
    data = world.speak(wire(world, GOOD, **more)).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    ((status, _, document),) = answers(data)
    assert (status, document["decision"]) == (200, True)


def test_a_body_in_chunks_gets_the_same_answer(world):
    head = wire(world, b"").replace(b"content-length: 0", b"transfer-encoding: chunked\r\nconnection: close")
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD)
    ((status, _, document),) = answers(world.speak(head + chunks))
    assert (status, document["decision"]) == (200, True)


@pytest.mark.parametrize(
    ("body", "lines", "status"),
    [
        (b"", (), 400),
        (b"{", (), 400),
        (b"[]", (), 400),
        (GOOD, ("content-type: text/plain",), 200),  # the first header of a name counts
        (GOOD, ("authorization: Bearer wrong",), 200),
    ],
)
def test_errors_are_problem_documents(world, body, lines, status):
    ((found, headers, document),) = answers(world.speak(wire(world, body, lines=(*lines, "connection: close"))))
    assert found == status
    if status != 200:
        assert headers["content-type"] == "application/problem+json"
        assert document["status"] == status


def test_without_a_token_there_is_a_challenge_on_a_connection_that_goes_on(world):
    refused = wire(world, GOOD).replace(world.token.encode(), b"wrong")
    first, second = answers(world.speak(refused + closing(world, GOOD)))
    assert (first[0], first[1]["www-authenticate"], second[0]) == (401, "bearer", 200)


def test_the_request_id_comes_back_and_breaks_no_head(world):
    lines = ("x-request-id: r-1\tx", "connection: close")
    ((_, headers, _),) = answers(world.speak(wire(world, GOOD, lines=lines)))
    assert "x-request-id" not in headers
    ((_, headers, _),) = answers(world.speak(wire(world, GOOD, lines=("x-request-id: r-1", "connection: close"))))
    assert headers["x-request-id"] == "r-1"


def test_whoever_hangs_up_before_the_answer_harms_nobody(world):
    for _ in range(50):
        with world.connect() as line:
            line.sendall(wire(world, GOOD) * 5)
    assert world.permits("alice")


def test_a_client_that_reads_nothing_is_sent_no_more_than_it_takes(world):
    before = peak(world)
    with world.connect() as line:
        line.settimeout(0.5)
        sent, until = 0, time.monotonic() + 3
        try:
            while sent < 50_000_000 and time.monotonic() < until:
                sent += line.send(wire(world, BAD) * 50)
        except OSError:
            pass
        assert world.permits("alice")
    assert peak(world) - before < 60_000


def peak(world):
    figures = Path(f"/proc/{world.server.process('decide')}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in figures if line.startswith("VmHWM"))
