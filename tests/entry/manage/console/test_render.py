import pytest
from jinja2 import UndefinedError

from nameplate.entry.manage.console.render import asset, moment, page, words


def test_codes_and_times_as_people_read_them():
    assert words("not_in_contract") == "not in contract"
    assert moment("2026-11-22T19:04:05.000006Z") == "2026-11-22 19:04:05"
    assert moment("") == "-"


def test_a_template_that_is_not_given_what_it_asks_for_fails():
    with pytest.raises(UndefinedError):
        page("trouble.html", None, "")


@pytest.mark.parametrize("name", ["", "..", "render.py", "base.html"])
def test_only_files_that_are_meant_for_browsers_are_assets(name):
    assert asset(name) is None
