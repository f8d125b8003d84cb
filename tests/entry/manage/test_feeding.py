import asyncio

from nameplate.domain.feeds import Feed
from nameplate.domain.registry import Registry
from nameplate.entry.manage.feeding import Feeding


def feed(ident, source="webhook"):
    return Feed(ident, "s", source, {}, {}, {})


def test_feeds_are_followed_as_they_are_declared_and_trouble_is_told():
    async def main():
        registry, running = Registry(feeds={"a": feed("a"), "b": feed("b")}), list[str]()

        async def follow(declared):
            if declared.id == "b":
                raise FileNotFoundError(2, "No such file", "b.csv")
            running.append(declared.source)
            try:
                await asyncio.sleep(60)
            finally:
                running.remove(declared.source)

        feeding = Feeding(registry, follow)
        task = asyncio.create_task(feeding.run())
        async with asyncio.timeout(5):
            while running != ["webhook"] or feeding.status()[1]["status"] == "ok":  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
            assert [each["id"] for each in feeding.status()] == ["a", "b"]
            assert "No such file" in feeding.status()[1]["status"]
            registry.feeds["a"] = feed("a", "csv:/x")
            del registry.feeds["b"]
            while running != ["csv:/x"]:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
            assert [each["status"] for each in feeding.status()] == ["ok"]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert running == []

    asyncio.run(main())
