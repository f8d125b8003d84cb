"""The resource types as they stand at `/Schemas` and `/ResourceTypes`."""

from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, TypeAlias, Union

from email_validator import SPECIAL_USE_DOMAIN_NAMES
from pydantic import Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    ExtensibleStringEnum,
    Extension,
    External,
    Filter,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Returned,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
    User,
)

ACTOR = "urn:nameplate:scim:schemas:extension:2.0:Actor"
GOVERNED = "urn:ietf:params:scim:schemas:extension:governed-agent:2.0:Agent"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

# Many companies have addresses that end in `.local`: what is nobody's on the Internet is somebody's here.
SPECIAL_USE_DOMAIN_NAMES.clear()

# Before Python 3.11.4 (Debian 12 has 3.11.2) a value beyond the canonical ones could not be copied with its resource.
ExtensibleStringEnum.__deepcopy__ = lambda self, memo: self  # type: ignore[method-assign]  # noqa: ARG005

MAX_OPERATIONS = 10_000
MAX_BULK_BYTES = 16 * 1024 * 1024
MAX_RESULTS = 1_000
PAGE = 100
CURSOR_S = 3_600

_ReadOnly: TypeAlias = Annotated[str | None, Mutability.read_only]


class GroupMember(ComplexAttribute):
    """Whoever belongs to a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """Its id."""

    ref: Annotated[Reference[Union["User", "Group", "Device", "Agent"]] | None, Mutability.immutable] = Field(  # type: ignore[type-arg]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Where it is."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User", "Group", "Device", "Agent"])
    """Its resource type."""

    display: str | None = None
    """What it is called."""


class Group(Resource[Any]):
    """A team, or whatever gives its members something: see `roles:` and `contracts:` of the bridge."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    """What it is called. Roles, contracts and owners are found by this name."""

    members: list[GroupMember] | None = None
    """Who belongs to it."""

    Members: ClassVar[type[ComplexAttribute]] = GroupMember


class Membership(ComplexAttribute):
    """A group that something belongs to."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """Its id."""

    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Where it is."""

    display: _ReadOnly = None
    """What it is called."""


class Entitlement(ComplexAttribute):
    """Something that the other side says one is entitled to."""

    value: str | None = None
    """Its name, as it stands in `contracts:` of the bridge."""

    display: str | None = None
    """What people call it."""

    type: str | None = None
    """What sort of thing it is."""

    primary: bool | None = None
    """Whether it is the first among several."""


class Owner(ComplexAttribute):
    """Who answers for an agent."""

    value: Annotated[str | None, CaseExact.true] = None
    """The id of a user or a group."""

    ref: Reference[Union["User", "Group"]] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")  # type: ignore[type-arg]
    """Where it is."""

    display: _ReadOnly = None
    """What it is called."""


class Manager(ComplexAttribute):
    """Who leads a user. Clients name them by `value` alone."""

    value: Annotated[str | None, CaseExact.true] = None
    """The id of a user."""

    ref: Reference["User"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")  # type: ignore[type-arg]
    """Where they are."""

    display_name: _ReadOnly = None
    """What they are called."""


class EnterpriseUser(Extension):
    """RFC 7643, section 4.3."""

    __schema__ = URN(ENTERPRISE)

    employee_number: str | None = None
    """Assigned by the company."""

    cost_center: str | None = None
    """Where costs go."""

    organization: str | None = None
    """The company."""

    division: str | None = None
    """A part of it."""

    department: str | None = None
    """A part of that."""

    manager: Manager | None = None
    """Who leads them."""


class Device(Resource[AnyExtension]):
    """A robot or a machine (RFC 9944, section 3)."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Device")

    display_name: str | None = None
    """What it is called. The actor here gets this name, where it can be one."""

    active: Annotated[bool | None, Required.true] = None
    """Whether it may act, as the other side sees it."""

    mud_url: Reference[External] | None = None
    """Its manufacturer usage description (RFC 8520)."""

    groups: Annotated[list[Membership] | None, Mutability.read_only] = None
    """The groups that it belongs to."""

    entitlements: list[Entitlement] | None = None
    """What it is entitled to."""


class Agent(Resource[AnyExtension]):
    """An AI agent or a bot."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Agent")

    agent_user_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    """By which it is known to the other side."""

    display_name: str | None = None
    """What it is called. The actor here gets this name, where it can be one."""

    active: bool | None = None
    """Whether it may act, as the other side sees it."""

    description: str | None = None
    """What it is for."""

    agent_type: str | None = None
    """`bot` and `rpa` make a bot here, anything else an agent."""

    subject: Annotated[str | None, CaseExact.true] = None
    """The `sub` in its tokens."""

    owners: list[Owner] | None = None
    """Who answers for it."""

    groups: Annotated[list[Membership] | None, Mutability.read_only] = None
    """The groups that it belongs to."""

    entitlements: list[Entitlement] | None = None
    """What it is entitled to."""


class NameplateActor(Extension):
    """What an actor has here beyond what the standards know.

    What is read only is returned when it is asked for by name: it is no part of what the other side has said.
    """

    __schema__ = URN(ACTOR)

    actor: Annotated[str | None, Mutability.read_only, Returned.request, CaseExact.true] = None
    """The actor here: its id."""

    owner: str | None = None
    """The team that answers for it: its id, or the name of a group."""

    sponsor: str | None = None
    """The person who answers for it: id, userName or mail address of a user."""

    purpose: str | None = None
    """What it is for."""

    manufacturer: Annotated[str | None, CaseExact.true] = None
    """With model and serial number: which physical unit it is."""

    model: Annotated[str | None, CaseExact.true] = None
    """See `manufacturer`."""

    serial_number: Annotated[str | None, CaseExact.true] = None
    """See `manufacturer`."""

    tier: str | None = Field(None, examples=["low", "medium", "high"])
    """How much harm it could do."""

    environment: str | None = None
    """Deployment environment."""

    contract: str | None = None
    """A name that `contracts:` of the bridge knows, as of a group."""

    state: Annotated[str | None, Mutability.read_only, Returned.request] = None
    """Where the actor stands here, whatever the other side says."""

    cut_off: Annotated[datetime | None, Mutability.read_only, Returned.request] = None
    """No credential that was issued at or before it is honoured."""

    not_in_force: Annotated[list[str] | None, Mutability.read_only, Returned.request] = None
    """Attributes that are kept here but mean nothing now: see the manual."""


class GovernedAgent(Extension):
    """The lifecycle of an agent, as the one who governs it asserts it."""

    __schema__ = URN(GOVERNED)

    issuer: Annotated[str | None, Mutability.immutable, Required.true, CaseExact.true] = None
    """Issuer identifier of the one who governs it."""

    subject: Annotated[str | None, Mutability.immutable, Required.true, CaseExact.true] = None
    """The agent, as that issuer calls it."""

    version: Annotated[str | None, Required.true, CaseExact.true] = None
    """Rises with each assertion: decimal, 1 to 2^63-1."""

    status: Annotated[str | None, Required.true, CaseExact.true] = Field(
        None, examples=["active", "disabled", "retired"]
    )
    """Where it stands. `retired` is final."""

    authorization_not_before: Annotated[datetime | None, Required.true] = None
    """What was granted at or before it counts no more."""

    asserted_at: Annotated[datetime | None, Required.true] = None
    """When this was asserted."""

    valid_until: Annotated[datetime | None, Required.true] = None
    """Until when it may be relied upon."""


def _config(*, cursor: bool) -> ServiceProviderConfig:
    scheme = AuthenticationScheme(
        type=AuthenticationScheme.Type.oauthbearertoken,
        name="Bearer token",
        description="The token of a bridge: nameplate bridge token NAME",
        primary=True,
    )
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=True, max_operations=MAX_OPERATIONS, max_payload_size=MAX_BULK_BYTES),
        filter=Filter(supported=True, max_results=MAX_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        authentication_schemes=[scheme],
        pagination=Pagination(
            cursor=True,
            index=True,
            default_pagination_method=Pagination.DefaultPaginationMethod.index,
            default_page_size=PAGE,
            max_page_size=MAX_RESULTS,
            cursor_timeout=CURSOR_S,
        )
        if cursor
        else None,
    )


@cache
def provider(*, governed: bool = False, cursor: bool = True) -> ScimProvider:
    """What is served, and what that can do. `governed`: agents may have the lifecycle of draft-mcguinness.

    `cursor`: what RFC 9865 has added is served, and told. There are clients that take nothing beyond RFC 7643.
    """
    models = (User, EnterpriseUser, Group, Device, Agent, NameplateActor, *((GovernedAgent,) if governed else ()))
    agent = Agent[NameplateActor | GovernedAgent] if governed else Agent[NameplateActor]
    types = (User[EnterpriseUser], Group, Device[NameplateActor], agent)
    return ScimProvider(
        models=models,
        resource_types=[ResourceType.from_resource(each) for each in types],
        config=_config(cursor=cursor),
        policy=ScimPolicy(unknown=ScimPolicy.Unknown.ignore),
    )
