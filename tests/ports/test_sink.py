from nameplate.domain.errors import Unavailable
from nameplate.ports.sink import Busy


def test_a_busy_receiver_is_one_that_takes_nothing_now_and_says_for_how_long():
    error = Busy("The receiver answers 429.", 17.0)
    assert isinstance(error, Unavailable)
    assert (str(error), error.after) == ("The receiver answers 429.", 17.0)
