import asyncio

import pytest

from nameplate.entry.manage.api import current
from nameplate.entry.manage.api.current import SEQ_HEADER, Current


def ask(headers, reach):
    """Whether the app was asked in the end."""
    asked = []

    async def app(scope, receive, send):
        asked.append(scope)

    async def silent(*_):
        raise AssertionError("nothing must be read or sent")

    asyncio.run(Current(app, reach)({"type": "http", "headers": headers}, silent, silent))
    return bool(asked)


def test_an_answer_waits_for_the_record_that_is_named():
    reached = []

    async def reach(seq):
        reached.append(seq)

    assert ask([(SEQ_HEADER, b"17")], reach)
    assert reached == [17]


def test_it_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(current, "PATIENCE_S", 0.01)

    async def never(seq):
        await asyncio.Event().wait()

    assert ask([(SEQ_HEADER, b"17")], never)


@pytest.mark.parametrize("headers", [[], [(SEQ_HEADER, b"")], [(SEQ_HEADER, b"-1")], [(SEQ_HEADER, b"x")]])
def test_without_a_record_it_asks_at_once(headers):
    async def unwanted(seq):
        raise AssertionError

    assert ask(headers, unwanted)
