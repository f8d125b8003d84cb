from contextlib import closing

from nameplate.domain.points import Point
from nameplate.domain.registry import Registry
from nameplate.domain.rollouts import HOUR_US, Declared, Noted, Place, Tally
from nameplate.ports.store import KEPT_DAYS, Refused
from nameplate.stores.sqlite import SqliteStore


def place(actor="amr-1", point="gate"):
    return Place(point, actor, "enter", "door:d", "zone:ward", "observe", "window")


def noted(hour, *places, times=1):
    found, at = Noted(), hour * HOUR_US
    for each in places:
        found.refusals[at, each] = Tally(times, at, at + 5, f"n-{hour}")
    return found


def saved(path, *batches):
    store = SqliteStore(path)
    for batch in batches:
        store.save(Registry(), (), 0, batch)
    return closing(store)


def test_what_is_saved_again_adds_up(tmp_path):
    with saved(tmp_path / "t.db", noted(10, place()), noted(10, place(), times=2), noted(12, place())) as store:
        assert store.refused(0, "", None, 9) == [Refused(place(), Tally(4, 10 * HOUR_US, 12 * HOUR_US + 5, "n-12"))]
        assert store.refused(11 * HOUR_US, "", None, 9)[0].tally.times == 1
        assert store.refused(12 * HOUR_US + 59, "", None, 9)[0].tally.times == 1
        assert store.refused(13 * HOUR_US, "", None, 9) == []


def test_pages_follow_one_another_without_gap_or_repeat(tmp_path):
    places = [place(f"amr-{number}", point) for point in ("gate", "yard") for number in range(4)]
    with saved(tmp_path / "t.db", noted(1, *reversed(places))) as store:
        seen, after = [], None
        while page := store.refused(0, "", after, 3):
            after = page[-1].place
            seen += [each.place for each in page]
        assert seen == places
        assert [each.place.actor for each in store.refused(0, "yard", None, 9)] == ["amr-0", "amr-1", "amr-2", "amr-3"]
        assert store.refused(0, "nowhere", None, 9) == []


def test_the_old_is_forgotten(tmp_path):
    hours = KEPT_DAYS * 24
    with saved(tmp_path / "t.db", noted(1, place("old")), noted(2, place("young")), noted(2 + hours, place())) as store:
        assert {each.place.actor for each in store.refused(0, "", None, 9)} == {"young", "amr-1"}


def test_the_history_of_a_point_is_kept_in_order_and_a_record_counts_once(tmp_path):
    spec = Point("gate", "authzen", "default", default_mode="warn")
    batch = Noted()
    batch.declared = [Declared("gate", 3, 30, None), Declared("gate", 2, 20, spec), Declared("yard", 1, 10, spec)]
    with saved(tmp_path / "t.db", batch, batch) as store:
        assert store.declared("gate") == [Declared("gate", 2, 20, spec), Declared("gate", 3, 30, None)]
