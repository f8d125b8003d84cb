"""Documents as people could write them, for property tests."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from nameplate.domain.manifests.documents import KINDS

Document = dict[str, Any]

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12).filter(
    lambda text: text.isprintable() and text == text.strip() and text.isascii()
)
days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))
dates = days.map(str)
clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
patterns = st.builds("{}:{}{}".format, st.sampled_from(["zone", "door", "api"]), ids, st.sampled_from(["", "*"]))
numbers = st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9, allow_nan=False)
values = numbers | st.booleans() | st.none() | texts
lines = st.builds(
    "{}.{}".format,
    st.sampled_from(["subject", "action", "resource", "context"]),
    ids.map(lambda i: i.strip(".").replace("..", "x") or "x"),
)


def lists(entries: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(entries, min_size=1, max_size=most, unique_by=repr)


def optional(required: dict[str, Any], free: dict[str, Any]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(required, optional=free)


windows = st.builds(
    lambda days, span, zone: (
        {"timezone": zone}
        | ({"days": days} if days else {})
        | (dict(zip(("from", "to"), span, strict=True)) if span else {})
    ),
    st.none() | st.lists(st.sampled_from(["mon", "wed", "sun"]), min_size=1, max_size=3, unique=True),
    st.none() | st.tuples(clocks, clocks),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"]),
)
exceptions = lists(ids, 2)
during = st.builds(
    lambda window, names: window | ({"except": names} if names else {}), windows, st.none() | exceptions
) | optional({"schedule": ids}, {"except": exceptions})
opened = windows.map(lambda window: {key: value for key, value in window.items() if key != "timezone"})
closures = dates | st.tuples(days, days).map(lambda pair: {"from": str(min(pair)), "to": str(max(pair))})
specials = st.fixed_dictionaries({"day": dates, "from": st.just("06:00"), "to": st.sampled_from(["12:00", "24:00"])})
ranges = st.tuples(numbers, numbers).map(lambda pair: {"min": min(pair), "max": max(pair)}) | numbers.map(
    lambda number: {"max": number}
)
tests_of = st.dictionaries(lines, lists(values) | ranges, min_size=1, max_size=3)
grants = optional(
    {"actions": lists(ids), "resources": lists(patterns)},
    {
        "during": during | st.lists(during, min_size=1, max_size=2),
        "networks": lists(st.ip_addresses().map(str)) | st.just(["10.20.0.0/16", "2001:db8::/32"]),
        "environments": lists(texts),
        "task": st.just("required"),
        "payloads": lists(ids),
        "presence": st.sampled_from(["reader", "remote"]),
        "near": st.integers(1, 99_999).map(lambda millis: f"{millis / 1000:.3f}m"),
        "rate": st.builds("{}/{}".format, st.integers(1, 1000), st.sampled_from("smhd")),
        "custody": st.just("two"),
        "escort": st.fixed_dictionaries({"within": st.sampled_from(["30s", "10s"])}),
        "up_to": st.sampled_from(["normal", "elevated", "high", "severe"]),
        "approval": st.sampled_from(["none", "one", "two"]),
        "where": tests_of,
        "unless": tests_of,
    },
)
units = optional({"manufacturer": texts, "model": texts, "serial": texts}, {"supplier": texts, "firmware": texts})
exemptions = st.lists(st.fixed_dictionaries({"resources": lists(patterns), "until": dates}), min_size=1, max_size=2)
channels = optional(
    {"door": ids, "to": st.sampled_from(["pty:/run/door", "serial:/dev/ttyS0?baud=38400", "tcp:10.0.0.9:4001"])},
    {
        "address": st.integers(0, 126),
        "strike": st.sampled_from(["5s", "0.5s"]),
        "pass": st.sampled_from(["15s", "40s"]),
        "fire_input": st.integers(2, 31),
    },
)


@st.composite
def doors(draw: st.DrawFn) -> Document:
    joins = draw(st.lists(ids, min_size=2, max_size=2, unique=True))
    names = draw(st.lists(ids, max_size=3, unique=True))
    readers = [{"id": name, "side": draw(st.sampled_from(joins))} for name in names]
    return {"joins": joins} | ({"readers": readers} if readers else {})


ACTOR = {
    "escort": st.booleans(),
    "sponsor": texts,
    "environment": texts,
    "tier": st.sampled_from(["low", "medium", "high"]),
    "contract": ids,
    "review_every": st.integers(1, 400).map("{}d".format),
    "retire_by": dates,
}
FIELDS: dict[str, st.SearchStrategy[Document]] = {
    "Site": optional({}, {"timezone": st.sampled_from(["UTC", "Europe/Berlin"])}),
    "Calendar": optional(
        {},
        {
            "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
            "open": lists(opened, 2),
            "closed": lists(closures),
            "special": lists(specials),
        },
    ),
    "Team": optional({}, {"name": texts, "escalation": lists(ids.map("mailto:{}".format))}),
    "RobotClass": optional({"models": lists(texts)}, {"strike": st.sampled_from(["8s", "0.5s"])}).map(
        lambda fields: {"pass": "25s"} | fields
    ),
    "Badge": optional({"holder": ids}, {"escort": st.booleans(), "custody": st.booleans()}),
    "Zone": optional({}, {"public": st.booleans(), "anti_passback": st.sampled_from(["hard", "soft"])})
    | optional({"anti_passback": st.just("hard"), "anti_passback_reset": st.sampled_from(["8h", "90m", "1d"])}, {}),
    "Interlock": optional(
        {"doors": st.lists(ids, min_size=2, max_size=4, unique=True)}, {"release": st.sampled_from(["30s", "5s"])}
    ),
    "Door": doors(),
    "Contract": optional(
        {},
        {
            "grants": st.lists(grants, min_size=1, max_size=3),
            "only": st.sampled_from(["read", "write"]),
            "expires": dates,
        },
    ),
    "CardPool": st.fixed_dictionaries(
        {"format": st.sampled_from(["wiegand-26", "wiegand-34", "wiegand-37"])},
        optional={"facility": st.integers(0, 255)},
    ).flatmap(
        lambda pool: st.tuples(st.integers(1, 100), st.integers(100, 60_000)).map(
            lambda ends: pool | {"from": ends[0], "to": ends[1]}
        )
    ),
    "Actor": optional({"type": st.sampled_from(["bot", "agent", "workload"])}, ACTOR | {"unit": units, "owner": ids})
    | optional({"type": st.just("robot"), "unit": units}, ACTOR | {"succeeds": st.just("older")})
    | optional({"type": st.just("bot"), "state": st.just("active"), "owner": ids, "purpose": texts}, ACTOR),
    "Rule": st.fixed_dictionaries(
        {
            "scope": optional(
                {"actions": lists(ids)},
                {
                    "resources": lists(patterns),
                    "actors": lists(ids),
                    "types": lists(st.sampled_from(["robot", "bot", "agent", "workload"])),
                    "owners": lists(ids),
                    "sites": lists(ids),
                },
            ),
            "cedar": st.lists(texts, min_size=1, max_size=3).map("\n".join),
        },
        optional={"on_error": st.just("deny")},
    ),
    "Point": optional(
        {"type": ids},
        {
            "mode": optional(
                {},
                {
                    "default": st.sampled_from(["enforce", "warn"]),
                    "until": st.just("2027-01-31"),
                    "observe": exemptions,
                    "warn": exemptions,
                    "enforce": st.just(["door:L1-main"]),
                },
            ),
            "channels": lists(channels, 2).filter(
                lambda some: len({(each["to"], each.get("address", 0)) for each in some}) == len(some)
            ),
        },
    ),
    "Sink": st.sampled_from(
        [
            {"format": "ocsf", "to": "file:/var/log/n"},
            {"format": "cef", "to": "syslog+tcp://siem:6514?header=3164"},
            {"format": "cef", "to": "syslog+tls://siem:6514", "tls": {"ca": "ca.pem", "cert": "c.pem", "key": "c/key"}},
            {"format": "otlp", "to": "https://collector:4318/v1/traces", "gzip": True},
            {"format": "ecs", "to": "https://siem/_bulk", "preset": "elastic-bulk", "auth": {"credential": "es"}},
            {"format": "ocsf", "to": "https://hook", "preset": "webhook", "secrets": ["new", "old"]},
            {"format": "text", "to": "smtps://mx?from=a@b&to=c@d", "events": "findings"},
        ]
    ),
    "Bridge": st.sampled_from(
        [
            {"type": "scim", "roles": {"admins": "owner", "night shift": "operator"}, "contracts": {"runners": "c"}},
            {"type": "ssf", "url": "https://iam.example", "issuer": "https://iam.example", "audience": "np"},
            {"type": "ldap", "url": "ldaps://ldap.example", "base": "dc=example", "credential": "ldap/password"},
            {"type": "active-directory", "url": "ldaps://dc1", "base": "DC=example", "lease": "30s"},
            {"type": "keycloak", "url": "https://kc.example", "realm": "r", "credential": "kc", "lease": "1m"},
            {"type": "oidc", "url": "https://kc.example/realms/r", "client": "c", "people": "scim", "acr": "mfa"},
        ]
    ),
    "Feed": optional(
        {
            "to": st.sampled_from(["csv:/var/log/panel.csv", "syslog+udp://127.0.0.1:5514", "webhook"]),
            "doors": st.dictionaries(texts, ids, min_size=1, max_size=3),
        },
        {
            "fields": optional({}, {"time": texts, "door": texts, "card": texts, "event": texts}),
            "granted": lists(texts.map("g-{}".format)),
            "refused": lists(texts.map("r-{}".format)),
            "watch": lists(ids),
            "within": st.sampled_from(["30s", "5s"]),
        },
    )
    | st.fixed_dictionaries(
        {
            "to": st.just("syslog+tls://0.0.0.0:6514"),
            "tls": st.just({"ca": "ca.pem", "peers": ["relay.example", "::1"]}),
            "doors": st.dictionaries(texts, ids, min_size=1, max_size=3),
        }
    ),
}
assert FIELDS.keys() == KINDS.keys()


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document of any kind that is right by itself; what it refers to need not exist."""
    kind = draw(st.sampled_from(list(FIELDS)))
    head = {"kind": kind, "id": draw(ids)} | draw(optional({}, {"version": st.just(1)}))
    return head | draw(FIELDS[kind])


def anything() -> st.SearchStrategy[Any]:
    """Any JSON value, with the words of manifests sprinkled in."""
    words = st.sampled_from(
        [
            *KINDS,
            "id",
            "kind",
            "grants",
            "where",
            "unit",
            "during",
            "joins",
            "*",
            "zone:a",
            "4m",
            "1/h",
            "none",
            "06:00",
        ]
    )
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | words
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=12
    )
