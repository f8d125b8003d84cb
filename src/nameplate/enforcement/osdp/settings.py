"""Settings of the door controller. All have defaults that suit real readers; times are seconds."""

from dataclasses import dataclass

from nameplate.domain.errors import Invalid
from nameplate.domain.points import MAX_INPUT, Channel
from nameplate.domain.presence import LIFETIME_S

# An output timer travels as one byte of 100 ms units through libosdp 3.2.9.
MAX_TIMED_S = 25.5
# A door that a decision keeps open for longer is no door any more.
MAX_PASS_S = 300.0
# While an install window is open, the key can be learnt on the wire: it must not be left open.
MAX_INSTALL_S = 600.0


@dataclass(frozen=True, slots=True)
class OsdpSettings:
    """Timing of one door controller process.

    `tick_s`: how often timers run; arriving bytes are handled at once and do not wait for a tick.
    `offline_after_s`: a reader that sent nothing valid for so long is offline and its door is not opened.
    `kick_s`: how often an offline reader is looked for again.
    `kick_pause_s`: how long its line rests before that.
    `strike_ack_s`: how long the reader may take to acknowledge a strike before it counts as failed.
    `answer_s`: how long a robot may take to answer a challenge.
    `refusal_s`: how long the red light shows.
    """

    tick_s: float = 0.005
    offline_after_s: float = 1.0
    kick_s: float = 2.0
    kick_pause_s: float = 0.1
    strike_ack_s: float = 1.0
    answer_s: float = LIFETIME_S
    refusal_s: float = 2.0


def check_channel(channel: Channel) -> None:
    """Raise Invalid unless the channel can be driven by OSDP."""
    if not 0 <= channel.address <= 126:
        raise Invalid("malformed", f"Door {channel.door}: an OSDP address is 0 to 126, not {channel.address}.")
    if not 0.1 <= channel.strike_s <= MAX_TIMED_S:
        raise Invalid(
            "malformed", f"Door {channel.door}: strike_s must be 0.1 to {MAX_TIMED_S} s, not {channel.strike_s}."
        )
    if channel.pass_s <= 0:
        raise Invalid("malformed", f"Door {channel.door}: pass_s must be more than 0 s.")
    if channel.fire_input is not None and not 2 <= channel.fire_input <= MAX_INPUT:
        raise Invalid("malformed", f"Door {channel.door}: fire_input must be 2 to {MAX_INPUT}.")
