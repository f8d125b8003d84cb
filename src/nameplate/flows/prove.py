"""The robot's side of a presence proof: challenge -> answer."""

from nameplate.domain.errors import Refused
from nameplate.domain.presence import Answer, Place, Proof, place_id, read_challenge, transcript
from nameplate.ports.agreement import Agreement, UnitKey


def prove(agreement: Agreement, key: UnitKey, place: Place, data: bytes) -> bytes:
    """Answer the challenge in `data` (58 bytes) for the place where the robot knows itself to be; 126 bytes.

    Raises Invalid when it is no challenge, and Refused when it was made for another place: somebody relays it.
    """
    challenge = read_challenge(data)
    _require_place(challenge.place, place, key.identity.site)
    half = agreement.half()
    channel = half.agree(challenge.ephemeral)
    counter = key.next_counter()
    signature = key.sign(transcript(place, challenge, half.public, key.identity.actor, counter))
    proof = Proof(key.identity.key_handle, challenge.place, counter, signature)
    return Answer(half.public, channel.seal(challenge, half.public, proof.encode())).encode()


def _require_place(named: bytes, place: Place, site: str) -> None:
    if place.site != site:
        raise Refused("other_site", f"This unit is enrolled at {site}, not at {place.site}.", "Enrol it there first.")
    if named != place_id(place):
        where = f"{place.door}/{place.reader}"
        raise Refused("relayed", f"The challenge at {where} is for another place.", f"Do not answer; check {where}.")
