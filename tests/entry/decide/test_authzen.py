import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.networks import parse_address
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.entry.decide import authzen
from nameplate.entry.decide.replies import HttpError

BODY = b'{"subject":{"type":"user","id":"a"},"action":{"name":"read"},"resource":{"type":"app","id":"x:y"}%s}'
USERS = frozenset({"user"})


def asked(more=b""):
    return authzen.question(authzen.read_evaluation(BODY % more), USERS, 7)


def test_a_question_becomes_a_request():
    request = asked(b',"context":{"ip":"10.0.0.1","task":"t","distance_m":2,"presence":"reader","reader":"r1"}')
    assert (request.actor, request.action, request.resource, request.at) == ("a", "read", "app:x:y", 7)
    assert (request.ip, request.task, request.distance_m) == (parse_address("10.0.0.1"), "t", 2.0)
    assert (request.presence, request.reader, request.payload) == ("reader", "r1", "none")


def test_another_type_of_subject_is_nobody():
    assert authzen.question(authzen.read_evaluation(BODY % b""), frozenset({"actor"}), 7).actor == ""


@pytest.mark.parametrize(
    ("context", "field", "value"),
    [
        (b'{"ip":"not an address"}', "ip", None),
        (b'{"ip":1}', "ip", None),
        (b'{"environment":["x"]}', "environment", None),
        (b'{"task":""}', "task", None),
        (b'{"presence":"Reader"}', "presence", "remote"),
        (b'{"presence":true}', "presence", "remote"),
        (b'{"payload":null}', "payload", "none"),
        (b'{"payload":7}', "payload", authzen.UNREADABLE),
        (b'{"distance_m":true}', "distance_m", None),
        (b'{"distance_m":-0.5}', "distance_m", None),
        (b'{"distance_m":1e300}', "distance_m", None),
        (b'{"distance_m":0}', "distance_m", 0.0),
    ],
)
def test_what_cannot_be_is_absent_and_never_helps(context, field, value):
    assert getattr(asked(b',"context":' + context), field) == value


CONTEXT = st.dictionaries(
    st.sampled_from(["ip", "environment", "task", "payload", "presence", "reader", "distance_m", "time", "other"]),
    st.none() | st.booleans() | st.integers(-1, 9) | st.sampled_from(["", "x", "reader", "10.0.0.1", "x" * 257]),
)


@given(CONTEXT)
def test_circumstances_that_were_read_before_make_the_same_request(context):
    more = b',"context":' + msgspec.json.encode(context)
    told = authzen.circumstances(context)
    request = authzen.question(authzen.read_evaluation(BODY % more), USERS, 7, told)
    assert request == asked(more) == authzen.request_of(("a", "read", "app:x:y", 7), context)


@given(st.lists(CONTEXT | st.none(), min_size=1, max_size=4), CONTEXT | st.none())
def test_an_item_means_what_it_would_mean_alone(contexts, default):
    alone = msgspec.json.decode(BODY % b"")
    items = [{} if context is None else {"context": context} for context in contexts]
    body = alone | {"evaluations": items} | ({} if default is None else {"context": default})
    batch = authzen.read_evaluations(msgspec.json.encode(body))
    assert isinstance(batch, authzen.Batch)
    for item, own in zip(batch.evaluations or (), contexts, strict=True):
        meant = own if own is not None else default
        whole = alone | ({} if meant is None else {"context": meant})
        same = authzen.read_evaluation(msgspec.json.encode(whole))
        assert authzen.question(item, USERS, 7) == authzen.question(same, USERS, 7)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_question_or_refused(data):
    for read in (authzen.read_evaluation, authzen.read_evaluations):
        assert status_of(read, data) in {200, 400}


def status_of(read, data):
    try:
        read(data)
    except HttpError as error:
        return error.problem.status
    return 200


@given(
    st.dictionaries(
        st.sampled_from(["ip", "environment", "task", "payload", "presence", "reader", "distance_m"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())),
    )
)
def test_any_context_gives_fields_of_the_right_type(context):
    request = authzen.request_of(("a", "read", "app:x", 7), context)
    assert request.ip is None or isinstance(request.ip, int)
    assert all(value is None or isinstance(value, str) for value in (request.environment, request.task, request.reader))
    assert isinstance(request.payload, str)
    assert request.presence in {"reader", "remote"}
    assert request.distance_m is None or request.distance_m >= 0


def test_an_item_is_completed_from_its_defaults():
    defaults = authzen.read_evaluation(BODY % b',"context":{"task":"t"}')
    item = authzen.read_item(msgspec.Raw(b'{"subject":{"id":"b"},"resource":{"type":"api","id":"z"}}'), defaults)
    assert (item.subject, item.resource) == (authzen.Entity("user", "b"), authzen.Entity("api", "z"))
    assert (item.action, item.context) == (authzen.Action("read"), {"task": "t"})


def test_the_properties_of_a_default_do_not_leak_into_an_item():
    defaults = authzen.read_evaluation(b'{"subject":{"type":"user","id":"a","properties":{"role":"admin"}}}')
    item = authzen.read_item(msgspec.Raw(b'{"subject":{"id":"b"}}'), defaults)
    assert item.subject == authzen.Entity("user", "b", None)


@pytest.mark.parametrize(
    ("time", "at"),
    [("1970-01-01T00:00:01Z", 1_000_000), ("1970-01-01T01:00", None), ("", None), (5, None), (None, None)],
)
def test_a_time_counts_only_with_an_offset(time, at):
    assert authzen.simulated_time({"time": time}) == at


def test_an_answer_holds_the_reason_and_where_to_look():
    verdict = Verdict(False, Reason.RATE, ("rate",), "c@2")
    answer = msgspec.json.decode(msgspec.json.encode(authzen.answer(Decision(verdict, "n-9", 0, 1))))
    why = {"reason": "rate", "reasons": ["rate"], "decision_id": "n-9", "contract_revision": "c@2"}
    assert answer == {"decision": False, "context": why}


def test_an_answer_says_what_a_permit_asks_of_its_caller():
    permit = Decision(Verdict(True, Reason.GRANTED, ("granted",)), "n-9", 0, 1, "amr-1", {"pass_s": 25.0})
    assert msgspec.json.decode(msgspec.json.encode(authzen.answer(permit)))["context"]["obligations"] == {
        "pass_s": 25.0
    }


def test_a_fault_is_a_denial():
    assert authzen.faulty(HttpError(400, "missing", "No subject.")).decision is False
