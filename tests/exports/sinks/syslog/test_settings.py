import pytest

from nameplate.domain.errors import Invalid
from nameplate.exports.formats.ocsf import MIN_LIMIT
from nameplate.exports.sinks.syslog import Settings, parse_target


def test_host_and_port_are_read() -> None:
    assert parse_target("syslog+tcp://siem.example:6514") == ("siem.example", 6514, False, False)
    assert parse_target("syslog+tls://[::1]:514/?header=3164") == ("::1", 514, True, True)


def test_the_port_has_a_default() -> None:
    assert parse_target("syslog+tcp://siem.example").port == 601
    assert parse_target("syslog+tls://siem.example").port == 6514


@pytest.mark.parametrize(
    "target",
    [
        "",
        "siem",
        "syslog+udp://a:1",
        "syslog+tcp://",
        "syslog+tcp://a:99999",
        "syslog+tcp://a:x",
        "syslog+tcp://a/b",
        "syslog+tcp://a:1?header=1",
    ],
)
def test_all_else_is_refused_with_the_form_to_use(target: str) -> None:
    with pytest.raises(Invalid, match=r"syslog\+tcp://HOST:PORT"):
        parse_target(target)


def test_credentials_in_an_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(Invalid) as caught:
        parse_target("syslog+tcp://user:hunter2@a:1")
    assert "hunter2" not in str(caught.value)


def test_an_event_of_the_smallest_limit_fits_a_message() -> None:
    assert Settings("h", 1, "n").event_limit >= MIN_LIMIT
