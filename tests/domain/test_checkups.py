from nameplate.domain.checkups import State, fail, ok, warn


def test_what_is_wrong_comes_with_what_to_do():
    assert ok("a", "Fine.") == ("a", State.OK, "Fine.", "")
    assert warn("a", "Low.", "Look.").state == "warn"
    assert fail("a", "Gone.", "Bring it back.")[1:] == ("fail", "Gone.", "Bring it back.")
