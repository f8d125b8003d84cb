"""OpenID AuthZEN Authorization API 1.0: bodies <-> questions and answers. No I/O.

The structures live for one request and cannot form a cycle: the garbage collector need not know of them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from nameplate.domain.names import MAX_ID, MAX_RESOURCE
from nameplate.domain.networks import parse_address
from nameplate.domain.obligations import Obligations
from nameplate.domain.requests import NOTHING, AccessRequest
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.domain.verdicts import Decision, Reason

from .replies import HttpError

MAX_EVALUATIONS = 1000
MAX_TEXT = 256
MAX_DISTANCE_M = 1e9
SEMANTICS = ("execute_all", "deny_on_first_deny", "permit_on_first_permit")
UNREADABLE = "(unreadable)"
"""The payload class of whoever names one that cannot be read: no contract can name it, and it is not `none`."""

_address = lru_cache(maxsize=65_536)(parse_address)
_request = AccessRequest._make
_OBSERVED = Reason.OBSERVED

Circumstances = tuple[int | None, str | None, str | None, str, str, str | None, float | None]
"""The fields of an access request from `ip` to `distance_m`."""


class Entity(msgspec.Struct, gc=False):
    """A subject or a resource. In a batch the parts that are absent come from the defaults."""

    type: str | None = None
    id: str | None = None
    properties: dict[str, Any] | None = None


class Action(msgspec.Struct, gc=False):
    """What is to be done."""

    name: str | None = None
    properties: dict[str, Any] | None = None


class Evaluation(msgspec.Struct, gc=False):
    """One question (section 6), or one item of a batch."""

    subject: Entity | None = None
    action: Action | None = None
    resource: Entity | None = None
    context: dict[str, Any] | None = None


class Options(msgspec.Struct):
    """How a batch is worked through (section 7.1.2)."""

    evaluations_semantic: str = "execute_all"


class Batch(Evaluation, gc=False):
    """A batch (section 7) all of whose items are well-formed, and completed from its defaults."""

    evaluations: list[Evaluation] | None = None
    options: Options | None = None


class RawBatch(Evaluation, gc=False):
    """A batch whose items stay raw until each is looked at: one faulty item must not spoil the others."""

    evaluations: list[msgspec.Raw] | None = None
    options: Options | None = None


class Why(msgspec.Struct, omit_defaults=True, gc=False):
    """What the context of an answer holds."""

    reason: str
    reasons: tuple[str, ...]
    decision_id: str
    contract_revision: str
    obligations: Obligations = msgspec.field(default_factory=dict)


class Answer(msgspec.Struct, gc=False):
    """A decision."""

    decision: bool
    context: Why | dict[str, Any]


class Answers(msgspec.Struct, gc=False):
    """The decisions of a batch, in its order."""

    evaluations: list[Answer]


_evaluation = msgspec.json.Decoder(Evaluation).decode
_sound = msgspec.json.Decoder(Batch).decode
_raw = msgspec.json.Decoder(RawBatch).decode


def read_evaluation(body: bytes) -> Evaluation:
    """The question in a body; raises HttpError 400."""
    evaluation: Evaluation = read(_evaluation, body)
    return evaluation


def read_evaluations(body: bytes) -> Batch | RawBatch:
    """The batch in a body; raises HttpError 400."""
    batch = _read_batch(body)
    if batch.options and batch.options.evaluations_semantic not in SEMANTICS:
        raise HttpError(400, "semantic", "That evaluations_semantic is unknown.", f"Use {', '.join(SEMANTICS)}.")
    if batch.evaluations and len(batch.evaluations) > MAX_EVALUATIONS:
        raise HttpError(
            400, "too_many_evaluations", f"A batch holds at most {MAX_EVALUATIONS} evaluations.", "Split it."
        )
    if isinstance(batch, Batch) and batch.evaluations and _has_defaults(batch):
        for item in batch.evaluations:
            _complete(item, batch)
    return batch


def _read_batch(body: bytes) -> Batch | RawBatch:
    """All items at once; only where one of them is faulty each by itself."""
    try:
        return _sound(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        batch: RawBatch = read(_raw, body)
        return batch


def read_item(given: msgspec.Raw, defaults: Evaluation) -> Evaluation:
    """One item of a batch, completed from its defaults; raises HttpError 400."""
    item: Evaluation = read(_evaluation, given)
    _complete(item, defaults)
    return item


def _has_defaults(batch: Evaluation) -> bool:
    return bool(batch.subject or batch.action or batch.resource or batch.context)


def _complete(item: Evaluation, defaults: Evaluation) -> None:
    """Put the defaults where something is absent: whole ones as they are, shared by all the items."""
    item.subject = _completed(item.subject, defaults.subject) if item.subject else defaults.subject
    item.resource = _completed(item.resource, defaults.resource) if item.resource else defaults.resource
    item.action = _completed_action(item.action, defaults.action) if item.action else defaults.action
    if item.context is None:
        item.context = defaults.context


def question(
    evaluation: Evaluation, subject_types: frozenset[str], now: int, told: Circumstances | None = None
) -> AccessRequest:
    """The access request that an evaluation means; raises HttpError 400 where something required is missing.

    `told`: the circumstances, where they have been read from the context already.
    """
    subject, action, resource = evaluation.subject, evaluation.action, evaluation.resource
    if subject is None or not (actor := subject.id) or not (kind := subject.type):
        raise _missing("subject", "type and id")
    if action is None or not (name := action.name):
        raise _missing("action", "name")
    if resource is None or not (family := resource.type) or not (ident := resource.id):
        raise _missing("resource", "type and id")
    target = f"{family}:{ident}"
    if len(actor) > MAX_ID or len(name) > MAX_ID or len(target) > MAX_RESOURCE:
        raise HttpError(
            400, "too_long", f"Subject ids and action names have at most {MAX_ID} characters, resources {MAX_RESOURCE}."
        )
    return request_of(
        # A subject of another type is nobody we know: the empty id is no actor.
        (actor if kind in subject_types else "", name, target, now),
        evaluation.context or NOTHING,
        (subject.properties or NOTHING, action.properties or NOTHING, resource.properties or NOTHING),
        told,
    )


def request_of(
    question: tuple[str, str, str, int],
    context: Mapping[str, Any],
    properties: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]] = (NOTHING, NOTHING, NOTHING),
    told: Circumstances | None = None,
) -> AccessRequest:
    """The request under what the caller says of its circumstances; `told` where that has been read already.

    `question`: actor, action, resource, time. `properties`: those of the subject, the action and the resource.
    """
    return _request((*question, *(told or circumstances(context)), None, *properties, context))


def circumstances(context: Mapping[str, Any]) -> Circumstances:
    """What the caller says of them. A value that cannot be counts as absent."""
    # What is absent, as most of it is, costs no call.
    return (
        _ip(context["ip"]) if "ip" in context else None,
        _text(context["environment"]) if "environment" in context else None,
        _text(context["task"]) if "task" in context else None,
        _payload(context["payload"]) if "payload" in context else "none",
        "reader" if "presence" in context and context["presence"] == "reader" else "remote",
        _text(context["reader"]) if "reader" in context else None,
        _distance(context["distance_m"]) if "distance_m" in context else None,
    )


def simulated_time(context: Mapping[str, Any] | None) -> int | None:
    """The moment that a simulating caller asks about (microseconds, UTC), or None."""
    text = _text(context.get("time")) if context else None
    return parse_rfc3339(text) if text else None


def answer(decision: Decision) -> Answer:
    """The answer to a question."""
    permit, reason, reasons, contract, _, _ = decision.verdict
    # A point that observes learns for itself; only `warn` tells the caller what it would have been refused for.
    told = reasons[:1] if permit and reason is _OBSERVED else reasons
    return Answer(permit, Why(reason, told, decision.decision_id, contract, decision.obligations))


def faulty(error: HttpError) -> Answer:
    """The answer to an item that cannot be understood (section 7.2.1)."""
    return Answer(
        False,
        {
            "error": {"status": error.problem.status, "message": error.problem.detail},
            "reason": "malformed",
            "reasons": ["malformed"],
        },
    )


def read(decoder: Any, body: bytes | msgspec.Raw) -> Any:
    """A body by a decoder of its kind; raises HttpError 400."""
    try:
        return decoder(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise HttpError(
            400, "malformed", f"The body is not an evaluation request: {error}.", "See AuthZEN 1.0, section 6."
        ) from None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else None


def _ip(value: Any) -> int | None:
    return _address(value) if isinstance(value, str) and len(value) <= MAX_TEXT else None


def _payload(value: Any) -> str:
    # Not to be told apart from carrying nothing would open doors to whoever garbles what it carries.
    if isinstance(value, str) and 0 < len(value) <= MAX_TEXT:
        return value
    return "none" if value is None or value == "" else UNREADABLE


def _distance(value: Any) -> float | None:
    # A yes is no number of metres, although Python counts it as 1.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MAX_DISTANCE_M else None


def _completed(given: Entity, default: Entity | None) -> Entity:
    if default is None:
        return given
    return Entity(given.type or default.type, given.id or default.id, given.properties)


def _completed_action(given: Action, default: Action | None) -> Action:
    if default is None:
        return given
    return Action(given.name or default.name, given.properties)


def _missing(what: str, parts: str) -> HttpError:
    return HttpError(400, "missing", f"{what} needs {parts}.", f"Send a {what} with non-empty {parts}.")
