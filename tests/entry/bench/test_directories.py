"""The directory benchmark on a small scale: nothing may get through after a stop. Keycloak: see `tests/bridges`."""

import os

import pytest

from nameplate.entry.bench import directories, samba_dc, slapd
from tests.entry.world import run


def test_a_disable_in_openldap_is_in_force_little_later_than_openldap_tells_it(require_peer, tmp_path):
    require_peer("slapd", slapd.INSTALL)
    figures = directories.run(tmp_path, "ldap", 5)
    assert (figures["rounds"], figures["permitted_after"], figures["bound_ms"]) == (5, 0, 60_270)
    assert figures["peer_tells"]["p50_ms"] > 0
    assert figures["bridge_status"]["count"] == 5
    assert figures["in_force"]["p50_ms"] <= figures["in_force"]["p99_ms"]


@pytest.mark.timeout(300)  # a domain is made first
def test_a_disable_in_active_directory_is_in_force_after_the_next_look(require_peer, tmp_path):
    require_peer("samba", samba_dc.INSTALL)
    if os.geteuid():
        pytest.skip("a domain controller has ports below 1024; run the tests as root")
    figures = directories.run(tmp_path, "ad", 3)
    assert (figures["rounds"], figures["permitted_after"], figures["peer_tells"]) == (3, 0, None)
    assert figures["bridge_status"]["count"] == 3


def test_a_peer_that_nobody_knows_is_refused():
    assert run("bench", "iam", "--peer", "novell").code == 2
    assert run("bench", "iam", "--rounds", "0").code == 2
