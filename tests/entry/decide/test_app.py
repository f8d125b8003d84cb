"""Hostile bodies at the app: never an internal error, never a permit that was not granted."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from nameplate.entry.decide.app import App, request_id
from nameplate.entry.decide.replies import MAX_BODY
from tests.entry.decide.asgi import TOKEN, process
from tests.entry.decide.test_authzen_basic import USUAL

EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
DENIED = {"subject": {"type": "user", "id": "bob"}, "action": {"name": "write"}, "resource": USUAL["resource"]}
GRANTED = {
    (who, what)
    for who, whats in {"alice": ("read", "write", "delete"), "bob": ("read", "write")}.items()
    for what in whats
}

numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.just(10**4000))
texts = st.one_of(
    st.text(max_size=20), st.sampled_from(["alice", "bob", "user", "actor", "read", "write", "record-1", "x" * 600])
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
entities = st.one_of(
    values, st.fixed_dictionaries({}, optional={"type": values, "id": values, "name": values, "properties": values})
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "subject": entities,
        "action": entities,
        "resource": entities,
        "context": st.one_of(
            values,
            st.fixed_dictionaries({}, optional={"ip": values, "time": values, "distance_m": values, "payload": values}),
        ),
        "options": st.one_of(values, st.fixed_dictionaries({"evaluations_semantic": values})),
        "evaluations": st.one_of(
            values, st.lists(st.one_of(values, st.fixed_dictionaries({"subject": entities})), max_size=4)
        ),
    },
)


@pytest.fixture(scope="module", name="app")
def app_fixture(tmp_path_factory):
    with process(tmp_path_factory.mktemp("decide")) as found:
        yield found


def permits(answer):
    """Every decision that was answered; the status must be one that a client can be to blame for."""
    assert answer.status in {200, 400, 413}, answer
    if answer.status != 200:
        assert answer.headers[b"content-type"] == b"application/problem+json"
        return []
    return [each["decision"] for each in answer.json.get("evaluations", [answer.json])]


@given(body=bodies, path=st.sampled_from([EVALUATION, EVALUATIONS]))
def test_any_document_gets_a_decision_or_400_and_only_what_is_granted(app, body, path):
    answer = app.post(path, [json.dumps(body).encode()])
    if any(permits(answer)):
        said = json.dumps(body)
        assert any(json.dumps(who) in said and json.dumps(what) in said for who, what in GRANTED)


@given(data=st.binary(max_size=300), path=st.sampled_from([EVALUATION, EVALUATIONS, "/v1/enrolments"]))
def test_any_bytes_are_refused(app, data, path):
    assert not any(permits(app.post(path, [data])))


@given(at=st.integers(0, 200), byte=st.integers(0, 255), path=st.sampled_from([EVALUATION, EVALUATIONS]))
def test_a_denied_question_with_one_byte_changed_stays_denied(app, at, byte, path):
    body = bytearray(json.dumps(DENIED).encode())
    body[at % len(body)] = byte
    assert not any(permits(app.post(path, [bytes(body)])))


@given(cuts=st.lists(st.integers(0, 150), max_size=6))
def test_a_body_may_come_in_any_pieces(app, cuts):
    body = json.dumps(USUAL).encode()
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    pieces = [body[start:end] for start, end in pairwise(edges)]
    assert permits(app.post(EVALUATION, pieces)) == [True]


@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS, "/v1/enrolments"])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"subject":' * 50_000,
        b'{"context":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"subject":{"type":"user","id":"\\ud800"}}',
        b'{"subject":{"type":"user","id":"\xed\xa0\x80"}}',
        b'{"context":{"distance_m":NaN}}',
        b'{"context":{"distance_m":Infinity}}',
        b'{"context":{"distance_m":1e999}}',
        b'{"context":{"distance_m":' + b"9" * 100_000 + b"}}",
        b'\xef\xbb\xbf{"subject":{"type":"user","id":"alice"}}',
        b"\x00" * 1000,
    ],
)
def test_documents_made_to_break_parsers_are_refused(app, path, body):
    answer = app.post(path, [body])
    assert answer.status == 400
    assert len(answer.body) < 1000


def deep(levels):
    return b'{"context":{"deep":' + b"[" * levels + b"]" * levels + b"}," + json.dumps(USUAL).encode()[1:]


def test_a_deep_context_is_ignored_or_refused(app):
    assert permits(app.post(EVALUATION, [deep(100)])) == [True]
    assert app.post(EVALUATION, [deep(100_000)]).status == 400


@pytest.mark.parametrize("order", [("alice", "bob"), ("bob", "alice")])
def test_of_a_name_given_twice_the_last_counts_and_goes_on_record(app, order):
    text = '{{"subject":{{"type":"user","id":"{}","id":"{}"}},"action":{{"name":"write"}},"resource":{}}}'
    answer = app.post(EVALUATION, [text.format(*order, json.dumps(USUAL["resource"])).encode()])
    assert permits(answer) == [order[-1] == "alice"]
    assert answer.json["context"]["contract_revision"] == {"alice": "author@1", "bob": "reader@1"}[order[-1]]


def test_a_body_of_the_greatest_size_is_read_and_one_byte_more_is_not(app):
    body = json.dumps(USUAL).encode()
    assert permits(app.post(EVALUATION, [body + b" " * (MAX_BODY - len(body))])) == [True]
    assert app.post(EVALUATION, [body + b" " * (MAX_BODY - len(body) + 1)]).status == 413
    assert app.post(EVALUATION, [b" " * 4096] * 300).status == 413


def test_more_of_a_body_than_is_allowed_is_not_even_read(app):
    pieces = [b" " * 65_536] * 1_000
    assert app.post(EVALUATION, pieces).status == 413
    assert app.left > 900


def test_half_a_body_is_no_question(app):
    before = app.parts.authorizer.tally.permits
    answer = app.call("POST", EVALUATION, [], [(b"content-type", b"application/json")])
    assert (answer.status, answer.json["type"]) == (400, "urn:nameplate:problem:incomplete")
    assert app.parts.authorizer.tally.permits == before


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 100_000, b'{"code":1}', b'{"code":"x"}'])
def test_an_enrolment_that_is_none_is_refused(app, data):
    assert app.post("/v1/enrolments", [data]).status == 400


@pytest.mark.parametrize(
    "path", ["/v1/check", "/v1/orders", "/v1/point-tokens", "/v1/actors/alice/enrolment", "/v1/points/pep/install"]
)
def test_without_a_uid_nothing_local_is_done(app, path):
    assert app.post(path, [b"{}"]).status == 401
    assert app.post(path, [b"{}"], uid=65534).status == 403
    assert app.post(path, [b"{}"], uid=0).status != 401


@given(data=st.one_of(st.binary(max_size=80), values.map(lambda value: json.dumps(value).encode())))
def test_the_control_socket_breaks_on_nothing_either(app, data):
    for path in ("/v1/check", "/v1/orders", "/v1/point-tokens", "/v1/points/pep/install"):
        assert app.post(path, [data], uid=0).status in {400, 404}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", EVALUATION), ("DELETE", EVALUATIONS), ("PUT", "/v1/orders"), ("POST", "/metrics")]
)
def test_a_known_path_with_another_method_is_405(app, method, path):
    assert app.call(method, path, [b"{}"], []).status == 405


def test_an_error_inside_is_an_answer_without_details(app):
    async def broken(scope, receive, send):
        raise RuntimeError("a secret of the inside")

    routes = {("POST", "/broken"): broken}
    answer = app.serving(App(routes, broken, {})).post("/broken", [b"{}"], headers=[(b"x-request-id", b"r1")])
    assert (answer.status, answer.json["type"]) == (500, "urn:nameplate:problem:internal")
    assert b"secret" not in answer.body
    assert answer.headers[b"x-request-id"] == b"r1"


def test_only_what_fits_a_header_comes_back_as_request_id():
    assert request_id([(b"x-request-id", b"a-1")]) == [(b"x-request-id", b"a-1")]
    for value in (b"x" * 129, b"caf\xc3\xa9"):
        assert request_id([(b"x-request-id", value)]) == []


def test_a_request_that_fails_inside_is_logged_with_its_id_and_without_its_secrets(app):
    async def broken(_scope, _receive, _send):
        raise RuntimeError("out of order")

    serving = app.serving(App({("GET", "/broken"): broken}, broken, {}))
    with capture_logs() as said:
        answer = serving.call("GET", "/broken", [], [(b"x-request-id", b"r-17"), (b"cookie", b"s3cret")])
    assert (answer.status, answer.headers[b"x-request-id"]) == (500, b"r-17")
    (line,) = said
    assert (line["event"], line["path"], line["request_id"]) == ("request failed", "/broken", "r-17")
    assert "s3cret" not in str({key: value for key, value in line.items() if key != "exc_info"})
    assert TOKEN.decode() not in str(said)
