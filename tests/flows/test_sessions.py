"""Sessions: how many at once, and what is kept of their tokens. How they end: `tests/entry/decide/test_signin.py`."""

import pytest

from nameplate.flows.sessions import MAX_EACH, TOKEN
from tests.entry.decide.crowd import crowd


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        made.commit(kind="person", person="p-ada", bridge="company", active=True, groups=["owners"])
        yield made


def test_the_oldest_session_ends_for_one_too_many(people):
    sessions = people.parts.sessions
    tokens = [people.run(sessions.begin("p-ada", "console", "test")) for _ in range(MAX_EACH + 1)]
    assert sessions.find(tokens[0]) is None
    assert all(sessions.find(each) for each in tokens[1:])
    assert people.run(sessions.end_all("p-ada", "test", "x")) == MAX_EACH
    assert people.registry.sessions == {}


def test_only_the_hash_of_a_token_is_kept(people):
    token = people.run(people.parts.sessions.begin("p-ada", "cli", "test"))
    assert token.startswith(TOKEN)
    (kept,) = people.registry.sessions
    assert token not in kept
    for other in ("", "nps_", kept, token[:-1], token.removeprefix(TOKEN)):
        assert people.parts.sessions.find(other) is None


def test_what_is_over_cannot_end_again(people):
    token = people.run(people.parts.sessions.begin("p-ada", "cli", "test"))
    ident = people.parts.sessions.find(token).id
    assert people.run(people.parts.sessions.end(ident, "x", "y")) is True
    assert people.run(people.parts.sessions.end(ident, "x", "y")) is False
