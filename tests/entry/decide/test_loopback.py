import pytest

from nameplate.domain.errors import Invalid
from nameplate.entry.decide.loopback import require_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_alone_may_be_listened_to(host):
    require_loopback(host)


ANY = "0.0.0.0"  # noqa: S104 - refused, which is the point


@pytest.mark.parametrize("host", [ANY, "::", "10.0.0.1", "example.org", "", "127.0.0.1 ", "localhost.example.org"])
def test_whatever_others_can_reach_is_refused(host):
    with pytest.raises(Invalid, match="TLS"):
        require_loopback(host)
