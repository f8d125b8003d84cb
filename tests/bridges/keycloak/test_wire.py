import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.keycloak.wire import AdminEvent, Client, Garbled, Group, Realm, Token, User, read, read_list

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "time", "enabled", "x"]), inner),
    max_leaves=12,
)


def test_what_is_not_asked_for_and_what_is_null_are_passed_over():
    user = read(b'{"id": "u", "email": null, "access": {"manage": true}, "attributes": {"nameplate": ["amr-1"]}}', User)
    assert (user.id, user.email, user.enabled, user.attributes) == ("u", "", True, {"nameplate": ["amr-1"]})
    (client,) = read_list(
        b'[{"id": "c", "clientId": "amr-1", "enabled": false, "serviceAccountsEnabled": true}]', Client
    )
    assert (client.client_id, client.enabled, client.service_accounts) == ("amr-1", False, True)


def test_a_token_is_not_printed():
    assert "abc" not in repr(read(b'{"access_token": "abc", "expires_in": 60}', Token))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"<html>", b'"x"', b'{"id": 7}', b'{"id": "' + b"x" * 5000 + b'"}', b"[" * 9000]
)
def test_odd_bytes_are_garbled(body):
    with pytest.raises(Garbled):
        read(body, User)


@given(st.binary(max_size=200) | JSON.map(lambda value: __import__("json").dumps(value).encode()))
def test_any_bytes_are_read_or_garbled(body):
    for kind in (User, Client, Group, Realm, AdminEvent, Token):
        for reading in (read, read_list):
            try:
                reading(body, kind)
            except Garbled as error:
                assert len(str(error)) < 100  # noqa: PT017 - either of the two is fine
