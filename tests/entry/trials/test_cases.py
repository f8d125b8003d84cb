import pytest

from nameplate.boot import clocks
from nameplate.boot.timezones import is_timezone, transitions, wall
from nameplate.domain.manifests.problems import InvalidManifests
from nameplate.domain.registry import Registry
from nameplate.entry.trials.cases import Clockwork, draft, failures, run_cases

CLOCKWORK = Clockwork(transitions, wall, is_timezone, clocks.wall)
WORLD = """
{kind: Contract, id: reader, grants: [{actions: [read], resources: ["app:x"], where: {resource.status: [open]}}]}
"""
CASE = """
kind: Case
id: reads-open
contract: reader
action: read
resource: app:x
properties: {resource: {status: open}}
expect: permit
---
{kind: Case, id: reads-closed, contract: reader, action: read, resource: "app:x", expect: deny, reason: where}
"""


def run(text):
    return run_cases(draft(Registry(), [("world.yaml", WORLD)], CLOCKWORK), [("cases.yaml", text)], CLOCKWORK)


def test_cases_are_counted_and_told():
    answer = run(CASE)
    assert (answer["passed"], answer["failed"]) == (2, 0)
    assert list(failures(answer["cases"])) == []


def test_a_failure_is_told_with_its_place_and_why():
    answer = run(CASE.replace("expect: permit", "expect: deny"))
    assert (answer["passed"], answer["failed"]) == (1, 1)
    first, minus, plus, why = failures(answer["cases"])
    assert (first, minus, plus) == ("FAILED reads-open (cases.yaml:2)", "  - deny", "  + permit: granted")
    assert "grant 1 of reader@1 allows it" in why


@pytest.mark.parametrize("text", ["", CASE + "---" + CASE, CASE.replace("expect", "expects"), "a: [", WORLD])
def test_files_with_faults_run_nothing(text):
    with pytest.raises(InvalidManifests):
        run(text)
