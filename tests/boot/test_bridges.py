import pytest

from nameplate.boot.bridges import FOLLOWERS, followers
from nameplate.boot.paths import Paths
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Invalid

OPTIONS = {"base": "dc=x"}


@pytest.mark.parametrize("kind", [BridgeType.LDAP, BridgeType.ACTIVE_DIRECTORY])
def test_a_directory_is_followed(tmp_path, kind):
    made = followers(Paths(tmp_path))(Bridge("b", "s", kind, "ldap://127.0.0.1", options=OPTIONS), b"")
    assert made
    assert made.status()["way"]


def test_who_calls_us_is_not_followed(tmp_path):
    assert followers(Paths(tmp_path))(Bridge("b", "s", BridgeType.SCIM), b"") is None
    assert BridgeType.SCIM not in FOLLOWERS


def test_what_cannot_be_followed_says_why(tmp_path):
    declared = Bridge("b", "s", BridgeType.LDAP, "ldap://127.0.0.1", options=OPTIONS | {"actor_filter": "(("})
    with pytest.raises(Invalid, match="actor_filter"):
        followers(Paths(tmp_path))(declared, b"")
