import json
import logging
import subprocess
import sys

import pytest

TALK = """
import structlog
from nameplate.boot.logs import configure_logs
from nameplate.boot.settings import LogSettings
configure_logs(LogSettings(level=LEVEL, json_lines=JSON), "decide")
log = structlog.get_logger()
def fail():
    token = "npt_secret"
    raise ValueError("it broke")
log.debug("a debug line")
log.info("an info line", path="/x\\n2026-01-01 [critical] forged\\x1b[2J", number=3)
try:
    fail()
except ValueError:
    log.exception("failed")
"""


def said(*, level: str, as_json: bool) -> str:
    """What a process with these settings says on stderr; it says nothing on stdout."""
    program = TALK.replace("LEVEL", repr(level)).replace("JSON", repr(as_json))
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("as_json", [True, False])
def test_a_failure_is_told_without_the_values_that_were_at_hand(as_json):
    text = said(level="info", as_json=as_json)
    assert "it broke" in text
    assert "npt_secret" not in text.replace('token = "npt_secret"', "")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_value_from_outside_cannot_forge_a_line(as_json):
    lines = said(level="info", as_json=as_json).splitlines()
    assert not any(line.startswith("2026-01-01 [critical]") for line in lines)
    assert not any("\x1b[2J" in line for line in lines)


def test_json_lines_are_one_object_each_with_process_level_and_time():
    lines = [json.loads(line) for line in said(level="info", as_json=True).splitlines()]
    assert [line["event"] for line in lines] == ["an info line", "failed"]
    assert all(line["process"] == "decide" and line["timestamp"].endswith("Z") for line in lines)
    assert lines[1]["level"] == "error"


@pytest.mark.parametrize(
    ("level", "expected"), [("debug", {"debug", "info", "error"}), ("info", {"info", "error"}), ("error", {"error"})]
)
def test_what_is_less_severe_than_the_level_is_not_said(level, expected):
    lines = [json.loads(line) for line in said(level=level, as_json=True).splitlines()]
    assert {line["level"] for line in lines} == expected
    assert logging.getLevelNamesMapping()[level.upper()]
