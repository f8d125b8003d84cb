from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nameplate.entry.bench.slapd import INSTALL, Slapd, Tls, running_slapd
from tests.exports.certificates import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def openldap(
    require_peer: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[Slapd]:
    """A real slapd for the tests of a file, each with entries of its own."""
    require_peer("slapd", INSTALL)
    pair = authority.issue("directory")
    folder: Path = tmp_path_factory.mktemp("openldap") / "s"
    with running_slapd(folder, Tls(authority.cert, pair.cert, pair.key)) as slapd:
        yield slapd
