from pathlib import Path

import pytest

from nameplate.keys.file import PassphraseMissing, StoreDamaged, StoreExposed, StoreInUse, WrongPassphrase

ERRORS = [
    WrongPassphrase(),
    PassphraseMissing("None."),
    StoreDamaged("it is cut short"),
    StoreExposed(Path("a b/store"), "600"),
    StoreInUse(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_each_error_has_a_stable_code_and_says_what_to_do_next(error):
    assert error.code.startswith("keys_")
    assert error.remedy
    assert error.remedy in str(error)


def test_the_remedy_for_an_exposed_file_can_be_pasted():
    assert StoreExposed(Path("a b/store"), "600").remedy == "Run: chmod 600 'a b/store'"
