"""A recorded decision -> the state of then and of now -> the same question put to both -> what made the difference."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from nameplate.domain import reference
from nameplate.domain.drafts import copied
from nameplate.domain.recorded import outcome, question
from nameplate.domain.registry import Registry, fold
from nameplate.domain.requests import AccessRequest
from nameplate.domain.since import Change, changes
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.ports.journal import JournalReader

_decode: Any = msgspec.json.Decoder().decode

Wall = Callable[[str, int], datetime]
Review = Callable[[Registry], Callable[[Verdict, AccessRequest], Verdict]]
"""The rules of a state, as a function from a verdict to a verdict."""

_BEFORE_ANY_DECISION = frozenset(list(Reason)[list(Reason).index(Reason.SIMULATED_EFFECT) :]) | {Reason.CREDENTIAL}
NOT_ASKED = "It was refused for what was presented, before any decision: that cannot be asked again."
UNRECORDED = (
    "Something that the record does not keep took part: properties that the caller sent, a rate, or a permit "
    "softened or withdrawn. The answer of today may be another for it too."
)
PRUNED = "The beginning of the journal is gone: what has changed since cannot be told."
RATES = "Rates count as kept."


class Replay(NamedTuple):
    """What the same question gets `now`, None where it cannot be asked. `changes`: what bears on it, since then."""

    then: Verdict
    now: Verdict | None
    changes: tuple[Change, ...]
    caveats: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the answer would be the same, for the same reason."""
        return self.now is not None and (self.now.permit, self.now.reasons) == (self.then.permit, self.then.reasons)

    @property
    def sentence(self) -> str:
        """All of it in plain English."""
        told = "".join(f" {each}" for each in self.caveats)
        if self.now is None:
            return told.strip()
        answer = "the same answer" if self.same else f"{_word(self.now)} ({', '.join(self.now.reasons)})"
        since = f" Changed since: {'; '.join(map(str, self.changes))}." if self.changes else ""
        return f"Asked now under the same circumstances: {answer}.{since}{told}"


class _Known(NamedTuple):
    """The state before the record `next_seq`. Nobody folds it on."""

    next_seq: int
    state: Registry


class Replayer:
    """Puts old questions anew. `review` gives the rules of a state.

    A few states are kept, that of the start among them: what came after one of them is found by seeking, not by reading
    all that was before.
    """

    def __init__(self, registry: Registry, reader: JournalReader, wall: Wall, review: Review) -> None:
        self._registry, self._reader, self._wall, self._review = registry, reader, wall, review
        start = (_Known(registry.seq + 1, copied(registry)),) if registry.seq else ()
        self._known: tuple[_Known, ...] = (_Known(1, Registry()), *start)

    def as_of(self, record: Mapping[str, Any]) -> Registry | None:
        """The state in which a decision was made; nothing where the journal was pruned."""
        nearest = max((each for each in self._known if each.next_seq <= record["seq"]), key=lambda each: each.next_seq)
        state, expected = copied(nearest.state), nearest.next_seq
        for entry in self._reader.read(nearest.next_seq):
            if entry.seq != expected:
                return None
            if entry.seq >= record["seq"]:
                break
            expected += 1
            # Decisions are most of it, and of what they change nothing is asked here.
            if b'"kind":"decision"' not in entry.raw:
                fold(state, _decode(entry.raw))
        # Whoever asks about one decision asks about its neighbours. Replaced as a whole: several threads may ask.
        self._known = (*self._known[:2], _Known(expected, state))
        return state

    def replay(self, record: Mapping[str, Any], then: Registry | None) -> Replay:
        """Put the question of `record` again. `then`: the state as of it, where that can be known."""
        said = outcome(record)
        if said.reason in _BEFORE_ANY_DECISION:
            return Replay(said, None, (), (NOT_ASKED,))
        now = self._weigh(self._registry, record)
        if then is None:
            return Replay(said, now, (), (PRUNED, RATES))
        request = question(record)
        targets = (*reference.targets(then, request), *reference.targets(self._registry, request))
        again = self._weigh(then, record)
        caveats = (*((UNRECORDED,) if (again.permit, again.reasons) != (said.permit, said.reasons) else ()), RATES)
        return Replay(said, now, tuple(changes(then, self._registry, request, targets)), caveats)

    def _weigh(self, state: Registry, record: Mapping[str, Any]) -> Verdict:
        key = state.keys.get(record.get("key", ""))
        request = question(record)._replace(credential_at=key.bound_at if key else None)
        verdict = reference.decide(state, request, self._wall)
        return self._review(state)(verdict, request) if verdict.permit else verdict


def _word(verdict: Verdict) -> str:
    return "permit" if verdict.permit else "deny"
