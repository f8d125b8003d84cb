from nameplate.domain.sightings import MAX_AT_A_PLACE, MAX_PLACES, Role, Sighting, Sightings

PLACE = ("door:vault", "r1", Role.CUSTODY)


def seen(*whos: str, mono: float = 100.0) -> Sightings:
    made = Sightings()
    for who in whos:
        made.note(Sighting(*PLACE, who, mono))
    return made


def test_only_somebody_else_counts_and_only_within_the_time() -> None:
    made = seen("amr-1")
    assert made.another(PLACE, "amr-2", 129.9, 30.0)
    assert not made.another(PLACE, "amr-2", 130.0, 30.0)
    assert not made.another(PLACE, "amr-1", 100.0, 30.0)


def test_another_reader_door_or_role_is_another_place() -> None:
    made = seen("amr-1")
    for place in (("door:vault", "r2", Role.CUSTODY), ("door:other", "r1", Role.CUSTODY), (*PLACE[:2], Role.ESCORT)):
        assert not made.another(place, "amr-2", 100.0, 30.0)


def test_what_is_taken_is_gone_until_it_is_put_back() -> None:
    made = seen("amr-1")
    there = made.take(PLACE)
    assert not made.another(PLACE, "amr-2", 100.0, 30.0)
    made.put_back(PLACE, there)
    assert made.another(PLACE, "amr-2", 100.0, 30.0)


def test_it_stays_bounded_and_forgets_the_oldest() -> None:
    made = seen(*(f"amr-{number}" for number in range(MAX_AT_A_PLACE + 1)))
    assert "amr-0" not in made.take(PLACE)
    for number in range(MAX_PLACES + 1):
        made.note(Sighting(f"door:{number}", None, Role.ESCORT, "badge:b", 0.0))
    assert made.take(("door:0", None, Role.ESCORT)) == {}
    assert made.take(("door:1", None, Role.ESCORT)) == {"badge:b": 0.0}
