from nameplate.exports.members import pick

EVENT = {"a": {"b": "x", "n": 0, "no": False, "list": [{"c": "y"}, {"c": "z"}]}, "words": ["one", "two"], "empty": ""}


def test_the_first_path_that_says_something_counts() -> None:
    assert pick(EVENT, "a.b") == "x"
    assert pick(EVENT, "empty", "nowhere.at.all", "a.b") == "x"
    assert pick(EVENT, "a.list.c") == "y"
    assert pick(EVENT, "words") == "one"
    assert pick(EVENT, "a.n") == "0"


def test_what_is_no_text_and_no_number_counts_as_absent() -> None:
    assert pick(EVENT, "a") == ""
    assert pick(EVENT, "a.no") == ""
    assert pick(EVENT, "a.b.deeper") == ""
    assert pick({"l": []}, "l", "l.x") == ""
