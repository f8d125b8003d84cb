"""What can be asked of the server, one act a line: who may do it, and whether a person must prove themselves for it.

Reading, stopping and proposing are not risky. Whatever grants something, or could hide that it was granted, is. All
that is answered is in this table; of anything else only owners learn that it is not there.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from .bridges import Role

Roles = frozenset[Role]

ALL: Roles = frozenset(Role)
HANDS: Roles = frozenset({Role.OPERATOR, Role.APPROVER, Role.SECURITY, Role.OWNER})
"""Who may change something at all, with what it takes for that."""
EYES: Roles = frozenset({Role.APPROVER, Role.SECURITY, Role.OWNER, Role.AUDITOR})
GRANTS: Roles = frozenset({Role.APPROVER, Role.OWNER})
KEYS: Roles = frozenset({Role.SECURITY, Role.OWNER})
NOBODY: Roles = frozenset()


@dataclass(frozen=True, slots=True)
class Act:
    """`roles`: who may do it, or propose it where it is `risky`; `approvers`: who may approve it then.

    `open`: answered to whoever comes, since the route itself asks for a credential or has nothing to hide.
    `secret`: what is asked or answered holds one. `by_field`: a field of the body, and the act by its value.
    `own`: every person may, also one without a role: it is about nobody else.
    """

    name: str
    roles: Roles = ALL
    risky: bool = False
    approvers: Roles = NOBODY
    open: bool = False
    secret: bool = False
    own: bool = False
    by_field: tuple[str, Mapping[str, "Act"]] | None = None

    def given(self, body: Mapping[str, Any]) -> "Act":
        """The act that a body makes of it; without a known value the act as it stands, which is the riskiest."""
        if self.by_field is None:
            return self
        field, acts = self.by_field
        value = body.get(field)
        return acts.get(value, self) if isinstance(value, str) else self


UNKNOWN = Act("unknown", frozenset({Role.OWNER}), risky=True, approvers=frozenset({Role.OWNER}), secret=True)
READ = Act("read")
READ_PEOPLE = Act("read_people", EYES)
OPEN = Act("open", open=True)
OPERATE = Act("operate", HANDS)
STOP = Act("stop", HANDS)
DECLARE = Act("declare", HANDS, risky=True, approvers=GRANTS)
GRANT = Act("grant", HANDS, risky=True, approvers=GRANTS)
SECURE = Act("secure", KEYS, risky=True, approvers=KEYS)
CREDENTIAL = Act("credential", HANDS, risky=True, approvers=KEYS, secret=True)
OWN = Act("own", ALL, own=True)
VOTE = Act("vote", HANDS)
MACHINE = Act("machine", NOBODY)
"""For the user of the server on its own machine, and for nobody else."""

_RESTRICTS = dict.fromkeys(("suspend", "repair", "transfer", "quarantine", "retire"), STOP)


def _named(act: Act, name: str) -> Act:
    return replace(act, name=name)


ACTS: Mapping[str, Act] = {
    # Whoever comes, with a credential that the route looks at itself.
    "GET /healthz": OPEN,
    "POST /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,
    "GET /.well-known/authzen-configuration": OPEN,
    "POST /access/v1/evaluation": OPEN,
    "POST /access/v1/evaluations": OPEN,
    "POST /access/v1/search/subject": OPEN,
    "POST /access/v1/search/resource": OPEN,
    "POST /access/v1/search/action": OPEN,
    "POST /v1/doors/{door}/open": OPEN,
    "POST /v1/feeds/{feed}/events": OPEN,
    "POST /v1/enrolments": OPEN,
    "* /scim/v2/**": OPEN,
    "* /ssf/**": OPEN,
    "GET /.well-known/ssf-configuration": OPEN,
    # Signing in.
    "GET /console/static/**": OPEN,
    "GET /console/sign-in": OPEN,
    "GET /console/sign-in/**": OPEN,
    "POST /console/sign-in/**": OPEN,
    "POST /console/sign-out": OPEN,
    "POST /v1/signin/challenge": OPEN,
    "POST /v1/signin": OPEN,
    "POST /device/authorization": OPEN,
    "POST /device/token": OPEN,
    "POST /v1/first-owner/challenge": OPEN,
    "POST /v1/first-owner": OPEN,
    "POST /v1/first-owner-links": _named(MACHINE, "first_owner"),
    # What a person does with themselves.
    "GET /console/device": OWN,
    "GET /console/passkeys": OWN,
    "GET /v1/me": OWN,
    "POST /v1/me/passkeys/challenge": OWN,
    "POST /v1/me/passkeys": OWN,
    "POST /v1/me/session/end": OWN,
    "POST /v1/devices/{code}/refusal": OWN,
    "POST /v1/devices/{code}/confirmation": OWN,
    # Reading.
    "GET /": READ,
    "GET /console": READ,
    "GET /console/people": READ_PEOPLE,
    "GET /console/**": READ,
    "GET /v1/openapi.json": READ,
    "GET /v1/actors": READ,
    "GET /v1/actors/{actor}": READ,
    "GET /v1/alarms": READ,
    "GET /v1/alarms/{alarm}": READ,
    "GET /v1/badges": READ,
    "GET /v1/bridges": READ,
    "GET /v1/cards": READ,
    "GET /v1/credentials": Act("read_keys", EYES),
    "GET /v1/decisions/{decision}": READ,
    "GET /v1/decisions/{decision}/explanation": READ,
    "GET /v1/export": READ,
    "GET /v1/feeds": READ,
    "GET /v1/orphans": READ,
    "GET /v1/people": READ_PEOPLE,
    "GET /v1/people/{person}": READ_PEOPLE,
    "GET /v1/points": READ,
    "GET /v1/proposals": READ,
    "GET /v1/proposals/{proposal}": READ,
    "GET /v1/rollout": READ,
    "GET /v1/rules": READ,
    "GET /v1/rules/schema": READ,
    "GET /v1/sinks": READ,
    "GET /v1/sinks/{sink}/dead-letters": READ,
    "GET /v1/sites": READ,
    "GET /v1/sites/{site}/plan": READ,
    "GET /v1/tls": READ,
    "GET /v1/zones": READ,
    "POST /v1/diff": READ,
    "POST /v1/contract-tests": READ,
    # Stopping, and what changes nothing that is granted.
    "POST /v1/check": OPERATE,
    "POST /v1/orders": replace(_named(GRANT, "activate"), by_field=("order", _RESTRICTS)),
    "POST /v1/zones/lockdown": STOP,
    "POST /v1/people/{person}/sessions/end": STOP,
    "POST /v1/alarms/{alarm}/acknowledgement": OPERATE,
    "POST /v1/actors/{actor}/place": OPERATE,
    "POST /v1/actors/{actor}/acknowledgement": OPERATE,
    "POST /v1/actors/{actor}/review": OPERATE,
    "POST /v1/badges/{badge}/withdrawal": OPERATE,
    "POST /v1/sinks/{sink}/test": OPERATE,
    "POST /v1/sinks/{sink}/replay": OPERATE,
    "POST /v1/sinks/{sink}/dead-letters/retry": OPERATE,
    "POST /v1/sites/{site}/plan": _named(OPERATE, "plan"),
    "POST /v1/backup-seals": _named(MACHINE, "backup"),
    # Proposals.
    "POST /v1/proposals/{proposal}/challenge": VOTE,
    "POST /v1/proposals/{proposal}/approval": VOTE,
    "POST /v1/proposals/{proposal}/withdrawal": OPERATE,
    "POST /v1/proposals/{proposal}/answer": OPERATE,
    # Granting.
    "POST /v1/apply": DECLARE,
    "POST /v1/actors/{actor}/clone": DECLARE,
    "POST /v1/rollout/promotions": DECLARE,
    "POST /v1/zones/release": _named(GRANT, "release"),
    "POST /v1/sites/threat": replace(_named(GRANT, "threat"), by_field=("level", {"severe": STOP})),
    "POST /v1/actors/{actor}/enrolment": replace(_named(GRANT, "enrol"), secret=True),
    "POST /v1/actors/{actor}/succession": _named(GRANT, "succession"),
    "POST /v1/badges/{badge}/number": replace(_named(GRANT, "badge"), secret=True),
    "POST /v1/points/{point}/install": _named(CREDENTIAL, "install"),
    "POST /v1/point-tokens": _named(CREDENTIAL, "point_token"),
    "POST /v1/bridge-tokens": _named(CREDENTIAL, "bridge_token"),
    "POST /v1/credentials": _named(CREDENTIAL, "key_put"),
    "POST /v1/credentials/remove": _named(SECURE, "key_remove"),
    "POST /v1/keys/node/rotate": _named(SECURE, "rotate_node"),
    "POST /v1/keys/points/rotate": _named(SECURE, "rotate_point"),
    "POST /v1/keys/transport/rotate": _named(SECURE, "rotate_transport"),
    "POST /v1/tls/authority": _named(SECURE, "tls_authority"),
    "POST /v1/tls/certificate": _named(SECURE, "tls_certificate"),
    "POST /v1/restores/accept": _named(SECURE, "accept_restore"),
    "POST /v1/journal/prune": _named(SECURE, "prune"),
    "POST /v1/people/{person}/passkeys/{passkey}/removal": _named(SECURE, "passkey_removal"),
}


def act_of(method: str, path: str) -> Act:
    """The act that a request is, before its body was read. Whatever is written in another way is not known."""
    exact = ACTS.get(f"{method} {path}")
    if exact is not None:
        return exact
    named = (act for asked, pattern, act in _patterns() if asked in {method, "*"} and pattern.fullmatch(path))
    return next(named, UNKNOWN)


def act_named(name: str) -> Act:
    """The act of that name, for what is on record; the unknown one where there is none."""
    return next((act for act in ACTS.values() if act.name == name), UNKNOWN)


def allowed(act: Act, roles: Collection[Role]) -> bool:
    """Whether somebody with these roles may do it, or propose it. Auditors change nothing, whatever else they are."""
    held = frozenset(roles)
    if act.own:
        return True
    if Role.AUDITOR in held and Role.AUDITOR not in act.roles:
        return False
    return bool(held & act.roles)


def may_approve(act: Act, roles: Collection[Role]) -> bool:
    """Whether somebody with these roles may approve it."""
    return Role.AUDITOR not in roles and bool(frozenset(roles) & act.approvers)


@cache
def _patterns() -> tuple[tuple[str, "re.Pattern[str]", Act], ...]:
    return tuple(_compiled(ACTS))


def _compiled(acts: Mapping[str, Act]) -> Iterable[tuple[str, "re.Pattern[str]", Act]]:
    for route, act in acts.items():
        method, _, path = route.partition(" ")
        if "{" in path or path.endswith("**"):
            head = path.removesuffix("**")
            parts = "[^/]+".join(map(re.escape, re.split(r"\{[a-z_]+\}", head)))
            yield method, re.compile(parts + (".*" if head != path else "")), act
