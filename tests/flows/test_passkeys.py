"""Challenges: they cost nothing until they are used. How they are used: `tests/entry/decide/test_signin.py`."""

import pytest

from nameplate.domain.errors import Conflict
from nameplate.flows.passkeys import MAX_PASSKEYS, nonce_bytes
from tests.entry.authenticator import Authenticator
from tests.entry.decide.crowd import ORIGIN, crowd


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        made.commit(kind="person", person="p-ada", bridge="company", active=True, groups=["owners"])
        yield made


def test_asking_for_challenges_takes_no_memory(people):
    passkeys = people.parts.passkeys
    asked = {passkeys.nonce("sign in") for _ in range(500)}
    assert len(asked) == 500
    assert passkeys._used == {}  # noqa: SLF001 - that nothing is kept is the point


@pytest.mark.parametrize("text", ["A", "A=", "AA==", "A A", "-_-_=", "é", "AB"])
def test_a_nonce_is_written_in_one_way(text):
    assert nonce_bytes(text) in {b"", nonce_bytes("AA")} or nonce_bytes(text) == b""


def test_a_person_has_so_many_passkeys_and_not_more(people):
    passkeys = people.parts.passkeys

    def bind():
        asked = passkeys.creation("bind", "p-ada")
        made = Authenticator(ORIGIN).make(asked)
        return people.run(passkeys.bind("bind", "p-ada", made["nonce"], made["credential"], "test"))

    for _ in range(MAX_PASSKEYS):
        bind()
    with pytest.raises(Conflict):
        bind()
    assert len(people.registry.passkeys) == MAX_PASSKEYS
    assert list(people.registry.in_charge) == ["p-ada"]
