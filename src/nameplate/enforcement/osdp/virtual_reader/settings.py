"""Settings towards the panel, beside those of a door controller, which this is towards the robot. In seconds."""

from dataclasses import dataclass

from nameplate.domain.errors import Invalid
from nameplate.domain.places import Door
from nameplate.domain.points import Channel
from nameplate.enforcement.osdp.settings import OsdpSettings, check_channel


@dataclass(frozen=True, slots=True)
class PanelSettings(OsdpSettings):
    """Timing towards the panel.

    `take_s`: how long a card number may wait until the panel asks for it; then it is taken back.
    `verdict_s`: how long the panel may take to show what it decided.
    `panel_gone_s`: a panel that said nothing valid for so long is gone, and nobody is presented to it.
    """

    take_s: float = 1.0
    verdict_s: float = 3.0
    panel_gone_s: float = 2.0


def check_panel_channel(channel: Channel, door: Door) -> None:
    """Raise Invalid unless every reader port of the channel stands in for a reader of the door, and for one only."""
    check_channel(channel)
    if not channel.panel:
        raise Invalid("malformed", f"Door {door.id} has no panel.", "Name the panel's reader ports under `panel:`.")
    readers = [port.reader for port in channel.panel]
    for reader in readers:
        if door.reader(reader) is None or readers.count(reader) > 1:
            raise Invalid(
                "malformed", f"Door {door.id}: the panel's port for {reader!r} fits no reader, or is not alone."
            )
