from nameplate.domain.obligations import CARD, NO_OBLIGATIONS, OPEN_S, STRIKE_S, recordable


def test_times_are_recorded_and_card_numbers_never():
    asked = {STRIKE_S: 8.0, OPEN_S: 25.0, CARD: {"number": 4711}}
    assert recordable(asked) == {"strike_s": 8.0, "pass_s": 25.0}
    assert recordable({CARD: 4711}) is None


def test_nothing_asked_leaves_no_trace():
    assert recordable(NO_OBLIGATIONS) is None
