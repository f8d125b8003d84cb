"""What runs is what is declared, and nothing else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from nameplate.domain.registry import Touched
from nameplate.entry.manage import jobs
from nameplate.entry.manage.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Declared:
    text: str
    credentials: tuple[str, ...] = ()


class Job:
    def __init__(self, declared: Declared) -> None:
        self.declared, self.has_ended = declared, False

    async def end(self) -> None:
        self.has_ended = True


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch):
    monkeypatch.setattr(jobs, "LOOK_S", 0.001)


def arranged(wanted: dict[str, Declared], steps: Callable):
    """Run `steps` (a coroutine function) while the declared things of `wanted` run; gives all jobs there ever were."""
    begun: list[Job] = []

    def begin(declared: Declared) -> Job:
        begun.append(Job(declared))
        return begun[-1]

    async def main() -> None:
        service = Jobs(lambda: wanted, begin)
        task = asyncio.create_task(service.run())
        await steps(service)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()

    asyncio.run(main())
    return begun


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is awaited tells nobody
            await asyncio.sleep(0.001)


def test_what_is_declared_begins_what_changes_begins_anew_and_what_is_gone_ends():
    wanted = {"a": Declared("one"), "b": Declared("two")}

    async def steps(service):
        await until(lambda: set(service.running) == {"a", "b"})
        wanted["a"] = Declared("other")
        await until(lambda: service.running["a"].declared.text == "other")
        del wanted["b"]
        await until(lambda: set(service.running) == {"a"})

    begun = arranged(wanted, steps)
    assert [(job.declared.text, job.has_ended) for job in begun] == [("one", True), ("two", True), ("other", True)]


def test_with_another_credential_only_whoever_has_it_begins_anew():
    wanted = {"a": Declared("one", ("key",)), "b": Declared("two", ("other",))}

    async def steps(service):
        await until(lambda: len(service.running) == 2)
        a, b = service.running["a"], service.running["b"]
        for touched in (Touched("actor", "other"), Touched("credential", "key")):
            service.touched(touched)
        await until(lambda: service.running.get("a", a) is not a)
        assert (a.has_ended, b.has_ended, service.running["b"] is b) == (True, False, True)

    assert len(arranged(wanted, steps)) == 3
