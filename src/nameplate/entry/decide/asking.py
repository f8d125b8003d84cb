"""What a caller must send and gets, as the OpenAPI document tells it (AuthZEN 1.0, sections 6 to 8).

The decoders of `authzen` take less: whatever is absent from an item of a batch may stand in its defaults.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from nameplate.domain.names import MAX_ID

from . import authzen

Text = Annotated[str, msgspec.Meta(min_length=1)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]
MAX_PAGE = 1_000
Free = dict[str, Any] | None


class SubjectIn(msgspec.Struct):
    """Who asks. `type`: `actor`, or one of the setting `authzen.subject_types`."""

    type: Text
    id: Id
    properties: Free = None


class ResourceIn(msgspec.Struct):
    """On what: `door`, `zone`, `app` or any other kind. Type and id have fewer than 512 characters together."""

    type: Text
    id: Text
    properties: Free = None


class ActionIn(msgspec.Struct):
    """What is to be done."""

    name: Id
    properties: Free = None


class Question(msgspec.Struct):
    """May the subject do that to the resource? `context`: see the page on asking for decisions."""

    subject: SubjectIn
    action: ActionIn
    resource: ResourceIn
    context: Free = None


class OptionsIn(msgspec.Struct):
    """How a batch is worked through (section 7.1.2)."""

    evaluations_semantic: Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"] = "execute_all"


class BatchIn(msgspec.Struct):
    """Many questions. What stands beside `evaluations` is the default of each; a faulty item is denied by itself."""

    evaluations: Annotated[list[Any], msgspec.Meta(min_length=1, max_length=authzen.MAX_EVALUATIONS)]
    subject: authzen.Entity | None = None
    action: authzen.Action | None = None
    resource: authzen.Entity | None = None
    context: Free = None
    options: OptionsIn | None = None


class Why(msgspec.Struct):
    """Why. An item of a batch that cannot be understood has an `error`, and no decision id."""

    reason: str
    reasons: list[str]
    decision_id: str = ""
    contract_revision: str = ""
    obligations: Mapping[str, Any] = {}
    error: Free = None


class Told(msgspec.Struct):
    """May it?"""

    decision: bool
    context: Why


class AllTold(msgspec.Struct):
    """The decisions of a batch, in its order."""

    evaluations: list[Told]


class PageIn(msgspec.Struct):
    """Which part of the results is wanted. `token`: from the page before."""

    token: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1)] = MAX_PAGE


class KindIn(msgspec.Struct):
    """Which kind of subjects or resources is searched for; an id is ignored."""

    type: Text
    id: str | None = None
    properties: Free = None


class SubjectSearch(msgspec.Struct):
    """Who may do that to that?"""

    subject: KindIn
    action: ActionIn
    resource: ResourceIn
    context: Free = None
    page: PageIn | None = None


class ResourceSearch(msgspec.Struct):
    """What may the subject do that to?"""

    subject: SubjectIn
    action: ActionIn
    resource: KindIn
    context: Free = None
    page: PageIn | None = None


class ActionSearch(msgspec.Struct):
    """What may the subject do to that?"""

    subject: SubjectIn
    resource: ResourceIn
    context: Free = None
    page: PageIn | None = None
