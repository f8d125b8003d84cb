import asyncio

from nameplate.entry.demo.fleet import FLEET
from nameplate.entry.demo.stories import PHARMACY, STORIES, WARD_B, tell


def test_every_story_begins_early_enough_to_end_within_twenty_seconds():
    assert all(0 <= start <= 10 for start, _ in STORIES)
    assert len({story for _, story in STORIES}) == len(STORIES)


def test_every_story_says_what_it_is_about():
    assert all(story.__doc__ for _, story in STORIES)


def test_thieves_know_the_building(floor):
    crossings = {crossing for edges in floor.graph.edges.values() for edge in edges for crossing in edge.crossings}
    assert {PHARMACY, WARD_B} <= crossings


def test_the_suspension_by_model_means_some_robots_and_not_all_cleaners():
    models = [member.role.model for member in FLEET]
    assert models.count("C2") == 2
    assert "C1" in models


def test_a_story_is_told_in_its_time():
    told = []

    async def story(stage):
        told.append(stage)

    async def main():
        telling = asyncio.create_task(tell("stage", 0.01, story))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        assert told == []
        await telling

    asyncio.run(main())
    assert told == ["stage"]
