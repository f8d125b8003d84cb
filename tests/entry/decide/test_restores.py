"""The node's word for a backup, and the end of a hold: on the control socket only."""

import hashlib

import pytest

from nameplate.boot.archive import seal_text
from nameplate.domain.errors import Conflict, Invalid
from nameplate.domain.notes import parse_key
from nameplate.journals.segments.heads import ed25519_holds

DIGEST = hashlib.sha256(b"a backup").hexdigest()


def test_what_is_signed_is_the_digest_of_a_backup_and_nothing_else(world):
    answer = world.server.client.post("/v1/backup-seals", {"sha256": DIGEST})
    key, signature = parse_key(answer["key"]), bytes.fromhex(answer["signature"])
    assert ed25519_holds(key.public_key, signature, seal_text(answer["key"], DIGEST))
    assert not ed25519_holds(key.public_key, signature, DIGEST.encode())


@pytest.mark.parametrize("digest", ["", DIGEST.upper(), DIGEST[:-1], f"{DIGEST}\n", "nameplate/n1\n9"])
def test_nothing_but_a_digest_is_signed(world, digest):
    with pytest.raises(Invalid):
        world.server.client.post("/v1/backup-seals", {"sha256": digest})


def test_strangers_are_refused(world):
    replies = [
        world.post("/v1/backup-seals", {"sha256": DIGEST}),
        world.post("/v1/restores/accept", {"reason": "please"}),
    ]
    assert [reply.status for reply in replies] == [401, 401]


def test_where_nothing_was_restored_there_is_nothing_to_accept(world):
    actor = world.actor("suspended-by-hand")
    world.order("suspend", actor)
    with pytest.raises(Conflict):
        world.server.client.post("/v1/restores/accept", {"reason": "A test."})
    assert not world.permits(actor)
