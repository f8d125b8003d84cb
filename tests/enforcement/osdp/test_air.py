"""The air between robots and simulated readers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.enforcement.osdp.air import MAX_MESSAGE, Air, Malformed, framed


@given(st.lists(st.binary(min_size=1, max_size=MAX_MESSAGE), max_size=5), st.integers(1, 50))
def test_messages_survive_any_fragmentation(messages, step):
    stream, air, got = b"".join(map(framed, messages)), Air(), []
    for start in range(0, len(stream), step):
        got += air.feed(stream[start : start + step])
    assert got == messages


@pytest.mark.parametrize("size", [0, MAX_MESSAGE + 1, 0xFFFF])
def test_an_empty_or_over_long_message_is_refused_before_it_is_held(size):
    with pytest.raises(Malformed):
        Air().feed(size.to_bytes(2, "big"))
