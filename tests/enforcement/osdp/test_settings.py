"""What a channel may ask for."""

import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.points import Channel
from nameplate.enforcement.osdp.settings import check_channel


def test_an_ordinary_channel_passes():
    check_channel(Channel("D1", "pty:x"))


@pytest.mark.parametrize(
    "channel",
    [
        Channel("D1", "pty:x", address=127),
        Channel("D1", "pty:x", address=-1),
        Channel("D1", "pty:x", strike_s=0.0),
        Channel("D1", "pty:x", strike_s=25.6),
        Channel("D1", "pty:x", pass_s=0.0),
    ],
)
def test_what_osdp_cannot_do_is_refused_and_names_the_door(channel):
    with pytest.raises(Invalid, match="D1"):
        check_channel(channel)
