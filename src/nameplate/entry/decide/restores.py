"""What backup, restore and pruning need of the deciding process: its signature, a person's word, its writing hand."""

import re
from collections.abc import Callable
from typing import Annotated

import msgspec

from nameplate.boot.archive import seal_text
from nameplate.domain.errors import Conflict, Invalid
from nameplate.domain.holds import held
from nameplate.domain.notes import VerifierKey, origin_of
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.entry.operations import Answer, Who, operation, pattern
from nameplate.flows.prune import Pruner
from nameplate.flows.stop import ACTORS_A_RECORD, Lifecycle, Order
from nameplate.ports.keys import Signer

from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class SealIn(msgspec.Struct, forbid_unknown_fields=True):
    """`backup`: the SHA-256 of what was written, in hex."""

    sha256: Annotated[str, pattern("[0-9a-f]{64}")]


class AcceptIn(msgspec.Struct, forbid_unknown_fields=True):
    """`accept-restore`."""

    reason: str


class PruneIn(msgspec.Struct, forbid_unknown_fields=True):
    """`journal prune`: records from before `before` (RFC 3339) may go."""

    before: Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
    dry_run: bool = False


class SealOut(msgspec.Struct):
    """`key`: a verifier key (C2SP signed-note). `signature`: hex (Ed25519)."""

    key: str
    signature: str


class PrunedOut(msgspec.Struct):
    """What went, or would go: records `first` to `last` in so many segments; zeros where there is nothing."""

    first: int
    last: int
    segments: int
    done: bool


class AcceptOut(msgspec.Struct):
    """Who may act again."""

    activated: tuple[str, ...]


class Restores:
    """Routes for the control socket."""

    def __init__(
        self,
        registry: Registry,
        lifecycle: Lifecycle,
        node: str,
        signer: Callable[[], Signer],
        pruner: Pruner,
        clock: Callable[[], int],
    ) -> None:
        self._registry, self._lifecycle, self._pruner, self._clock = registry, lifecycle, pruner, clock
        self._node, self._signer = node, signer

    @operation("POST /v1/backup-seals", Who.LOCAL, Answer(SealOut), SealIn)
    async def seal(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sign for a backup. What is signed bears a heading of its own: it can stand for nothing else."""
        local_caller(scope)
        wanted = await read_json(receive, SealIn)
        if not _DIGEST.fullmatch(wanted.sha256):
            raise Invalid("sha256", "This is not a SHA-256 in hex.", "Take the backup with `nameplate backup`.")
        signer = self._signer()
        vkey = str(VerifierKey(origin_of(self._node), signer.public_key))
        await reply_json(send, SealOut(vkey, signer.sign(seal_text(vkey, wanted.sha256)).hex()))

    @operation("POST /v1/journal/prune", Who.LOCAL, Answer(PrunedOut, problems=(404, 409, 503)), PruneIn)
    async def prune(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Remove whole segments of old records, or say which would go."""
        caller = local_caller(scope)
        wanted = await read_json(receive, PruneIn)
        before = parse_rfc3339(wanted.before)
        if before is None or before > self._clock():
            raise Invalid(
                "before", f"{wanted.before} is not a time that has passed.", "Write it as 2026-11-22T14:30:00Z."
            )
        done = await self._pruner.prune(before, caller, dry_run=wanted.dry_run)
        await reply_json(send, PrunedOut(*done))

    @operation("POST /v1/restores/accept", Who.LOCAL, Answer(AcceptOut, problems=(409, 503)), AcceptIn)
    async def accept(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let all go on whom the restore holds; those that were stopped since stay stopped."""
        caller = local_caller(scope)
        wanted = await read_json(receive, AcceptIn)
        waiting = held(self._registry.standings, self._registry.restored_at)
        if not waiting:
            raise Conflict("not_held", "No actor is held by a restore.", "See `nameplate actor list`.")
        for start in range(0, len(waiting), ACTORS_A_RECORD):
            batch = waiting[start : start + ACTORS_A_RECORD]
            await self._lifecycle.carry_out(Order("activate", batch, caller, wanted.reason))
        await reply_json(send, AcceptOut(tuple(waiting)))
