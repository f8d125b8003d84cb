"""The systemd unit: as hardened as systemd itself says, and about what the program has."""

import configparser
import re
import subprocess

from tests.conftest import require_peer
from tests.house.tree import ROOT

UNIT = ROOT / "packaging" / "nameplate.service"
MAX_EXPOSURE = 2.0


def unit():
    parsed = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(UNIT)
    return parsed["Service"]


def test_systemd_calls_it_hardened():
    analyze = require_peer("systemd-analyze", "apt-get install systemd")
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", UNIT], capture_output=True, text=True, check=True
    )
    found = re.search(r"Overall exposure level for nameplate\.service: ([\d.]+)", done.stdout)
    assert found
    assert float(found[1]) <= MAX_EXPOSURE


def test_it_is_started_as_the_program_is():
    service = unit()
    assert service["ExecStart"].split()[1:3] == ["serve", "--data"]
    assert (service["Type"], service["NotifyAccess"]) == ("notify", "main")
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert service["LoadCredentialEncrypted"].startswith("nameplate-passphrase:")
    assert service["DynamicUser"] == "yes"
