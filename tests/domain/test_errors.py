import pytest

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable


@pytest.mark.parametrize("family", [Conflict, Invalid, NotFound, Refused, Unavailable])
def test_an_error_says_what_happened_and_what_to_do_next(family):
    error = family("code", "It failed.", "Do this.")
    assert str(error) == "It failed. Do this."
    assert (error.code, error.message, error.remedy) == ("code", "It failed.", "Do this.")
    assert isinstance(error, NameplateError)


def test_without_a_remedy_only_the_message_is_said():
    assert str(NameplateError("code", "It failed.")) == "It failed."


def test_no_family_is_caught_as_another():
    families = (Conflict, Invalid, NotFound, Refused, Unavailable)
    assert not [(one, other) for one in families for other in families if one is not other and issubclass(one, other)]
