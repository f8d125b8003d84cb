import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.findings import Severity
from nameplate.exports.sinks.syslog.wire import frame
from nameplate.ports.sink import Event

EVENT = Event("n-7", 7, 1_700_000_000_123_456, Severity.INFO, "authorize_session", '{"a":"é"}'.encode())


def message(event: Event, hostname: str = "node-1", limit: int = 8192) -> bytes:
    length, _, rest = frame(event, hostname, limit).partition(b" ")
    assert int(length) == len(rest)
    return rest


def test_a_message_has_all_parts_of_rfc_5424() -> None:
    expected = (
        "<86>1 2023-11-14T22:13:20.123456Z node-1 nameplate - authorize_session "
        '[nameplate@32473 uid="n-7" seq="7" severity="info"] {"a":"é"}'
    )
    assert message(EVENT) == expected.encode()


@pytest.mark.parametrize(("severity", "priority"), [("critical", 82), ("high", 83), ("medium", 84), ("low", 85)])
def test_the_priority_follows_the_severity(severity: str, priority: int) -> None:
    assert message(EVENT._replace(severity=Severity(severity))).startswith(b"<%d>1 " % priority)


def test_quotes_brackets_and_backslashes_are_escaped_in_structured_data() -> None:
    assert rb'uid="a\"b\]c\\d"' in message(EVENT._replace(uid='a"b]c\\d'))


def test_a_host_name_that_is_none_becomes_the_nil_value() -> None:
    assert b"Z - nameplate - " in message(EVENT, "")
    assert b"Z my_host_ nameplate - " in message(EVENT, "my hosté")


def test_an_event_that_is_too_long_goes_without_its_body_and_says_so() -> None:
    long = message(EVENT._replace(body=b'{"a":"' + b"x" * 9000 + b'"}'))
    assert long.endswith(b'truncated="1"]')
    assert b"xxx" not in long


def test_an_event_of_just_the_limit_goes_whole() -> None:
    size = len(message(EVENT))
    assert message(EVENT, limit=size).endswith(EVENT.body)
    assert message(EVENT, limit=size - 1).endswith(b'truncated="1"]')


@given(
    hostname=st.text(max_size=300), name=st.text(max_size=50), uid=st.text(st.characters(codec="utf-8"), max_size=80)
)
def test_no_name_breaks_the_header(hostname: str, name: str, uid: str) -> None:
    rest = message(EVENT._replace(name=name, uid=uid), hostname)
    fields = rest.decode().split(" ", 6)
    assert fields[0] == "<86>1"
    assert fields[3] == "nameplate"
    assert all("!" <= each <= "~" for field in fields[:6] for each in field)
    assert fields[6].startswith('[nameplate@32473 uid="')
    assert len(fields[2]) <= 255
    assert len(fields[5]) <= 32
