import pytest

from nameplate.domain.errors import Invalid
from nameplate.exports.sinks.mail import parse_target


def test_a_target_says_where_from_and_to_whom() -> None:
    settings = parse_target("smtp+tls://mx.example?from=a+b@x.example&to=c@y.example,d@z.example", "n", "u", b"p")
    assert (settings.scheme, settings.host, settings.port) == ("smtp+tls", "mx.example", 587)
    assert (settings.sender, settings.recipients) == ("a+b@x.example", ("c@y.example", "d@z.example"))
    assert parse_target("smtps://[::1]:4650/?from=a@b&to=c@d", "n").port == 4650
    assert parse_target("smtps://mx?from=a@b&to=c@d", "n").port == 465


@pytest.mark.parametrize(
    "target",
    [
        "",
        "smtp://",
        "smtps://mx",
        "smtps://mx?from=a@b",
        "smtps://mx?to=a@b",
        "http://mx?from=a@b&to=c@d",
        "smtps://[x",
    ],
)
def test_all_else_is_refused(target: str) -> None:
    with pytest.raises(Invalid, match="from=BOX"):
        parse_target(target, "n")


def test_a_password_in_a_target_is_refused_and_not_repeated() -> None:
    with pytest.raises(Invalid) as caught:
        parse_target("smtps://u:hunter2@mx?from=a@b&to=c@d", "n")
    assert "hunter2" not in str(caught.value)


def test_a_password_that_no_login_can_send_is_refused_and_not_shown() -> None:
    with pytest.raises(Invalid) as caught:
        parse_target("smtps://mx?from=a@b&to=c@d", "n", "u", "hunter2\u00e9".encode())
    assert "hunter2" not in str(caught.value)
