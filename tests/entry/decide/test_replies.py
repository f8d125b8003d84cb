import asyncio
import json

import msgspec
import pytest

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable
from nameplate.entry.decide import replies
from nameplate.entry.decide.replies import HttpError, Problem


class Body(msgspec.Struct, forbid_unknown_fields=True):
    name: str


def receiving(*messages):
    waiting = list(messages)

    async def receive():
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def piece(body, *, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


def refused(coroutine):
    with pytest.raises(HttpError) as caught:
        asyncio.run(coroutine)
    return caught.value.problem.status


def test_a_body_is_put_together():
    receive = receiving(piece(b"a", more=True), piece(b"", more=True), piece(b"b"))
    assert asyncio.run(replies.read_body(receive)) == b"ab"


def test_half_a_body_and_too_much_of_one_are_refused():
    gone = {"type": "http.disconnect"}
    assert refused(replies.read_body(receiving(piece(b"a", more=True), gone))) == 400
    assert refused(replies.read_body(receiving(gone))) == 400
    assert refused(replies.read_body(receiving(piece(b" " * (replies.MAX_BODY + 1))))) == 413
    assert refused(replies.read_body(receiving(*[piece(b" " * 300_000, more=True)] * 4))) == 413


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(replies, "BODY_S", 0.01)
    assert refused(replies.read_body(receiving(piece(b"a", more=True)))) == 408


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"name":1}', b'{"name":"a","b":1}', b"\xff", b'{"name":"\xff"}', b"[" * 100_000]
)
def test_a_document_of_another_form_is_refused(body):
    assert refused(replies.read_json(receiving(piece(body)), Body)) == 400


def test_a_document_is_read():
    assert asyncio.run(replies.read_json(receiving(piece(b'{"name":"a"}')), Body)) == Body("a")


@pytest.mark.parametrize(
    ("family", "status"),
    [(Invalid, 400), (Refused, 403), (NotFound, 404), (Conflict, 409), (Unavailable, 503), (NameplateError, 500)],
)
def test_each_family_of_errors_has_its_status(family, status):
    problem = replies.problem_of(family("some_code", "What.", "How."))
    assert problem == Problem("urn:nameplate:problem:some_code", "some code", status, "What.", "How.")


def sent(coroutine_of):
    messages = []

    async def send(message):
        messages.append(message)

    asyncio.run(coroutine_of(send))
    start, body = messages
    return start["status"], dict(start["headers"]), body["body"]


def test_a_problem_is_told_as_rfc_9457_asks():
    problem = HttpError(401, "unauthenticated", "Who?", "Say so.").problem
    status, headers, body = sent(lambda send: replies.reply_problem(send, problem, [(b"x-request-id", b"1")]))
    assert (status, headers[b"content-type"]) == (401, b"application/problem+json")
    assert (headers[b"www-authenticate"], headers[b"x-request-id"]) == (b"Bearer", b"1")
    assert json.loads(body).keys() == {"type", "title", "status", "detail", "remedy"}


def test_an_answer_says_how_long_it_is():
    status, headers, body = sent(lambda send: replies.reply_json(send, {"ä": 1}))
    assert (status, headers[b"content-length"], json.loads(body)) == (200, str(len(body)).encode(), {"ä": 1})


def test_the_first_header_of_a_name_counts():
    scope = {"headers": [(b"a", b"1"), (b"a", b"2")]}
    assert (replies.header(scope, b"a"), replies.header(scope, b"b")) == (b"1", b"")
