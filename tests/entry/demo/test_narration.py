from nameplate.entry.demo.narration import Narrator

from .records import decision, denial, finding, stopped, watch_of


def test_refusals_stops_and_findings_are_told_once_and_permits_are_not():
    watch = watch_of(
        decision("amr-11"), denial("", "replayed", "Used before."), stopped("amr-14"), finding("relay", "tug-23")
    )
    narrator = Narrator(watch)
    told = list(narrator.news())
    assert len(told) == 3
    assert "somebody refused at L1-pharmacy-entrance: replayed (Used before.)" in told
    assert "amr-14 in_repair: A wheel slips." in told
    assert "critical: relay tug-23" in told
    assert list(narrator.news()) == []


def test_what_comes_later_is_told_later():
    watch = watch_of(denial("amr-11", "rate"))
    narrator = Narrator(watch)
    list(narrator.news())
    watch.see({"seq": 9, "at": "2026-11-22T20:00:00.000000Z", **denial("amr-12", "window")})
    assert list(narrator.news()) == ["amr-12 refused at L1-pharmacy-entrance: window"]


def test_the_tally_counts():
    assert Narrator(watch_of(decision("amr-11"))).tally() == "1 permits, 0 denials, 0 passages, 2 records"
