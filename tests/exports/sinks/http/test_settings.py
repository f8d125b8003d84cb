import pytest

from nameplate.domain.errors import Invalid
from nameplate.exports.sinks.http.settings import Settings


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings("u", "n"), {}),
        (Settings("u", "n", secret=b"t\n"), {"authorization": "Bearer t"}),
        (Settings("u", "n", "splunk-hec", secret=b"t"), {"authorization": "Splunk t"}),
        (Settings("u", "n", "elastic-bulk", secret=b"t"), {"authorization": "ApiKey t"}),
        (Settings("u", "n", user="me", secret=b"t"), {"authorization": "Basic bWU6dA=="}),
        (Settings("u", "n", header="X-Api-Key", secret=b"t"), {"x-api-key": "t"}),
    ],
)
def test_a_credential_goes_where_the_receiver_wants_it(settings: Settings, expected: dict[str, str]) -> None:
    assert settings.authorization() == expected


@pytest.mark.parametrize("secret", [b"hunter2\nx-evil: 1", "hunter2\u00e9".encode(), b"hunter2\x00"])
def test_a_credential_that_no_header_can_hold_is_refused_and_not_shown(secret: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        Settings("u", "n", secret=secret).authorization()
    assert "hunter2" not in str(caught.value)
