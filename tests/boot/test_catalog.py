import subprocess
import sys

import pytest

from nameplate.boot.catalog import POINTS
from nameplate.boot.settings import Settings
from nameplate.domain.errors import Invalid
from nameplate.domain.links import Welcome
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel, Point
from nameplate.enforcement.osdp.settings import OsdpSettings
from nameplate.entry.decide.internal import PROCESSES

LOADED = """
import sys
from nameplate.boot import catalog
from nameplate.boot.settings import Settings
assert "osdp" not in sys.modules and not any(name.startswith("nameplate.enforcement") for name in sys.modules)
catalog.POINTS["osdp"](Settings.read())
assert "osdp" in sys.modules
"""


def test_native_code_is_loaded_by_the_point_that_needs_it_and_by_nobody_else():
    subprocess.run([sys.executable, "-c", LOADED], timeout=60, check=True)


def test_every_type_that_runs_as_a_process_can_be_built():
    assert set(POINTS) == set(PROCESSES)


def test_a_point_is_built_from_what_it_was_told_and_from_nothing_less():
    door = Door("d", "clinic", ("a", "b"), (Reader("r1", "a"),))
    spec = Point("p", "osdp", "clinic", (Channel("d", "pty:/run/x"),))
    build = POINTS["osdp"](Settings.read())
    with pytest.raises(Invalid):
        build(Welcome(spec, (door,), {}, bytes(32)), None, int, float)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        build(Welcome(spec, (), {"d": bytes(16)}, bytes(32)), None, int, float)  # type: ignore[arg-type]


def test_the_timing_at_readers_comes_from_the_settings(monkeypatch):
    monkeypatch.setenv("NAMEPLATE_OSDP__ANSWER_S", "1.5")
    door = Door("d", "clinic", ("a", "b"), (Reader("r1", "a"),))
    spec = Point("p", "osdp", "clinic", (Channel("d", "pty:/run/x"),))
    built = POINTS["osdp"](Settings.read())
    point = built(Welcome(spec, (door,), {"d": bytes(16)}, bytes(32)), None, int, float)  # type: ignore[arg-type]
    assert point.settings.answer_s == 1.5


def test_the_settings_have_the_usual_timing_of_the_controller_itself():
    assert OsdpSettings(**Settings.read().osdp.model_dump()) == OsdpSettings()
