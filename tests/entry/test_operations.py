"""A route is what is written beside it."""

import pytest
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]

from nameplate.entry.operations import Answer, Operation, Who, described, one_of, operation, pattern, served


class Bell:
    @operation("POST /bells/{bell}/ring", Who.LOCAL, Answer(None), dict)
    async def ring(self):
        """Ring it.
        Loudly.
        """

    @operation("GET /bells", Who.EVERYBODY, Answer(list), exchange=True)
    def bells(self):
        """All."""

    def polish(self):
        """Nobody can ask for this."""


def test_a_method_that_is_marked_is_a_route():
    bell = Bell()
    assert served(bell) == {("POST", "/bells/{bell}/ring"): bell.ring}
    assert described(Bell) == [
        Operation("POST", "/bells/{bell}/ring", Who.LOCAL, Answer(None), dict, False, "ring", "Ring it. Loudly."),
        Operation("GET", "/bells", Who.EVERYBODY, Answer(list), None, True, "bells", "All."),
    ]


@pytest.mark.parametrize(
    "good", [{"zones": ["a"]}, {"site": "s"}, {"zones": [], "site": "s"}, {"zones": ["a"], "site": ""}]
)
def test_one_of_two_fields_is_filled(good):
    Draft202012Validator(one_of(zones="Items", site="Length").extra_json_schema).validate(good)


@pytest.mark.parametrize("bad", [{}, {"zones": []}, {"zones": [], "site": ""}, {"zones": ["a"], "site": "s"}])
def test_neither_and_both_are_refused(bad):
    with pytest.raises(ValidationError):
        Draft202012Validator(one_of(zones="Items", site="Length").extra_json_schema).validate(bad)


def test_a_pattern_is_of_the_whole():
    assert pattern("a+").extra_json_schema == {"pattern": "^(?:a+)$"}
