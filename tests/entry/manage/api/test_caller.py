import os

import pytest

from nameplate.domain.errors import Refused
from nameplate.entry.manage.api.caller import local_caller


@pytest.mark.parametrize("caller", ["uid:0", f"uid:{os.geteuid()}"])
def test_root_and_the_user_of_the_server_may(caller):
    assert local_caller(caller) == caller


@pytest.mark.parametrize("caller", ["anonymous", "", "uid:", "uid:65534", "UID:0", "uid:0 ", "uid:00", "uid:0,uid:1"])
def test_nobody_else_may(caller):
    with pytest.raises(Refused):
        local_caller(caller)
