import subprocess
import sys

from nameplate.boot.rules import engine, rule_faults, rule_schema
from nameplate.domain.policies import Rule, Scope


def test_rules_are_checked_by_the_one_engine():
    assert engine() is engine()
    assert rule_faults(Rule("r", Scope(("enter",)), "forbid (principal, action, resource);"), ["enter"]) == []
    assert rule_faults(Rule("r", Scope(("enter",)), "permit (principal, action, resource);"), ["enter"])
    assert '"enter"' in rule_schema(["enter"])


def test_a_deciding_process_without_rules_never_loads_cedar():
    code = "import sys, nameplate.entry.decide.run, nameplate.boot.managing; sys.exit('cedarpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
