import re

import pytest

from nameplate.domain.manifests.fields import Fields
from nameplate.domain.manifests.lines import read_line, read_target
from nameplate.domain.manifests.problems import Problem


@pytest.mark.parametrize("to", ["pty:/dev/pts/3", "serial:/dev/ttyS0?baud=9600", "tcp:gw.local:4001", "tcp:[::1]:4001"])
def test_a_line_is_read_as_it_is(to):
    problems = list[Problem]()
    assert (read_line(Fields({"to": to}, problems)), problems) == (to, [])


@pytest.mark.parametrize("to", ["", "pty:x", "tcp:gw:0", "tcp:gw:65536", "usb:1", "serial:/dev/x?baud=1"])
def test_what_is_no_line_is_refused(to):
    problems = list[Problem]()
    read_line(Fields({"to": to}, problems))
    assert {problem.where for problem in problems} == {"to"}


def test_a_target_has_the_form_that_is_asked_for():
    problems = list[Problem]()
    pattern = re.compile(r"sip:(?P<port>[0-9]+)")
    assert (read_target(Fields({"to": "sip:5060"}, problems), pattern, "x"), problems) == ("sip:5060", [])
    read_target(Fields({"to": "sip:0"}, problems), pattern, "Use another.")
    assert [problem.remedy for problem in problems] == ["Use another."]
