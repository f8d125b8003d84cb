"""A law: whatever happens, and whenever the disk fails, a start makes of the journal the state that was in force."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nameplate.boot.timezones import transitions
from nameplate.domain.index import Index
from nameplate.domain.lifecycle import TRANSITIONS
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.ports.journal import JournalUnavailable
from tests.domain.journal_records import ACTORS, actor, declared, door, offers, order, orders, others, put
from tests.flows.heart import Heart, beating
from tests.journals.segments.samples import AT

Story = list[tuple[dict[str, Any], str]]

COMMITTED = {"declared", "enrolment_offered", "key_bound"}
QUESTIONS = [
    AccessRequest(actor, action, resource, AT, presence=presence, reader=reader)
    for actor in (*ACTORS, "stranger")
    for action, resource in (("enter", "door:d"), ("enter", "zone:ward"), ("read", "app:x"))
    for presence, reader in (("reader", "r1"), ("remote", None))
]
GRANTS = [{"actions": ["enter", "read"], "resources": ["zone:*", "app:x"], "presence": "remote"}]
EVERYBODY = {
    "kind": "declared",
    "by": "uid:0",
    "changes": [
        put({"kind": "Contract", "id": "c", "grants": GRANTS}, revision=1),
        *(put(actor(ident, owner="o", purpose="p", state="active", contract="c")) for ident in ACTORS),
        put(door),
    ],
}
single_orders = st.builds(
    order, st.sampled_from(list(TRANSITIONS)), st.sampled_from(ACTORS).map(lambda a: [a]), st.just(1)
)
records = st.one_of(single_orders, single_orders, single_orders, orders, declared, offers, others)


def stories(*happenings: str, without: str = "") -> "st.SearchStrategy[Story]":
    """Records, each with what happens after it. Everybody is there, and no code is offered twice."""
    kept = records.filter(lambda record: record["kind"] != without)
    return st.lists(st.tuples(kept, st.sampled_from(happenings)), min_size=1, max_size=25).map(
        lambda story: [(EVERYBODY, "wait"), *((_numbered(record, n), then) for n, (record, then) in enumerate(story))]
    )


def _numbered(record: dict[str, Any], number: int) -> dict[str, Any]:
    return record | ({"code_hash": f"{number:064x}"} if record["kind"] == "enrolment_offered" else {})


def begin(heart: Heart, record: dict[str, Any]) -> "asyncio.Future[Any] | None":
    """Bring one record in on the way that its kind takes."""
    body = {name: value for name, value in record.items() if name not in ("seq", "at")}
    if body["kind"] == "state" and TRANSITIONS[body["order"]].stop:
        return asyncio.ensure_future(heart.ledger.enforce(body))
    if body["kind"] in COMMITTED or body["kind"] == "state":
        return asyncio.ensure_future(heart.ledger.commit(body))
    if body["kind"] == "decision":
        return decide(heart, body)
    heart.ledger.note(body)
    return None


def decide(heart: Heart, body: dict[str, Any]) -> "asyncio.Future[Any] | None":
    """As `Authorizer` does it."""
    written = heart.journal.append(json.dumps(body).encode(), heart.clock())
    if body.get("counter") is not None and not body.get("simulated"):
        heart.ledger.proved(body["actor"], body["counter"], body["key"])
    return written


async def live(heart: Heart, story: Story) -> None:
    running: list[asyncio.Future[Any]] = []
    for record, happening in story:
        begun = begin(heart, record)
        if begun is not None:
            running.append(begun)
        if happening == "let others run":
            await asyncio.sleep(0)
        elif happening == "wait" and running:
            await asyncio.wait(running)
        elif happening == "fail":
            heart.files.fail("sync")
        elif happening == "heal":
            heart.files.heal()
    results = await asyncio.gather(*running, return_exceptions=True)
    assert all(isinstance(each, JournalUnavailable) for each in results if isinstance(each, BaseException))
    await heart.recovered()


def answers(registry: Registry) -> list[object]:
    index = Index(transitions)
    index.fill(registry)
    return [index.decide(question, 0.0) for question in QUESTIONS]


async def check(folder: Path, story: Story) -> None:
    async with beating(folder) as heart:
        await live(heart, story)
        replayed = heart.replayed()
        assert [heart.index.decide(question, 0.0) for question in QUESTIONS] == answers(replayed)
        replayed.seq = heart.registry.seq = 0
        assert replayed == heart.registry


@given(stories("go on", "let others run", "let others run", "wait"))
def test_replay_gives_the_state_that_was_in_force_and_the_same_answers(story):
    with TemporaryDirectory() as folder:
        asyncio.run(check(Path(folder), story))


# A decision that could not be recorded was denied: its counter is known to this process alone.
@given(stories("go on", "let others run", "fail", "heal", "wait", without="decision"))
def test_a_disk_that_fails_and_heals_at_any_moment_changes_nothing_of_that(story):
    with TemporaryDirectory() as folder:
        asyncio.run(check(Path(folder), story))
