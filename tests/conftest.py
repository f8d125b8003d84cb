"""What every test relies on: Hypothesis profiles, the network guard, real counterparts and shared data."""

import os
import shutil
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6
from typing import Any, NoReturn

import pytest
from hypothesis import settings

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
SENDING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
RESOLVING = {"socket.getaddrinfo", "socket.gethostbyname"}

# Tests start hundreds of our processes: without kept bytecode each would compile all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("fast", max_examples=60, deadline=None)
settings.register_profile("deep", max_examples=2_000, deadline=None)
settings.load_profile("deep" if os.environ.get("NAMEPLATE_DEEP") == "1" else "fast")


def require_peer(program: str, how: str) -> str:
    """Path of a real counterpart. `how` is the line that installs it.

    Missing: the test is skipped, or fails where NAMEPLATE_REQUIRE_PEERS=1 says that it must be there.
    """
    return shutil.which(program, path=SYSTEM_PATH) or missing(f"{program} is not installed; get it with: {how}")


def require_part(pattern: str, how: str) -> None:
    """That a file of a real counterpart is there, such as a driver that its main package leaves out; else as above."""
    if not any(Path("/").glob(pattern)):
        missing(f"/{pattern} is not installed; get it with: {how}")


def shared_data(name: str) -> Path:
    """A file or folder of the shared test data, which is large and not part of this repository; skips without it."""
    path = SHARED_DATA / name
    if not path.exists():
        pytest.skip(f"no shared test data {name}; put it at ../shared/data/{name} beside this checkout")
    return path


def missing(reason: str) -> NoReturn:
    """Skip what needs a real counterpart, or fail where NAMEPLATE_REQUIRE_PEERS=1 says that it must be there."""
    if os.environ.get("NAMEPLATE_REQUIRE_PEERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session", name="require_peer")
def require_peer_fixture() -> Callable[[str, str], str]:
    """The function of the same name, for tests that take it as an argument."""
    return require_peer


@pytest.fixture(scope="session", name="shared_data")
def shared_data_fixture() -> Callable[[str], Path]:
    """The function of the same name, for tests that take it as an argument."""
    return shared_data


def _is_local(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in {None, "", "localhost"}:
        return True
    try:
        return ip_address(str(text)).is_loopback
    except ValueError:
        return False


def _host_reached(event: str, args: tuple[Any, ...]) -> object:
    """The host that a socket operation would reach; None when it leaves no process or only this machine."""
    if event in RESOLVING:
        return args[0]
    if event in SENDING and args[0].family in {AF_INET, AF_INET6} and args[1]:
        return args[1][0]
    return None


def _refuse_network(event: str, args: tuple[Any, ...]) -> None:
    """Audit hook (PEP 578): it sees every socket of this process, also those of threads and libraries."""
    if event.startswith("socket.") and not _is_local(host := _host_reached(event, args)):
        pytest.fail(f"a test reached for {host}: tests speak to loopback and Unix sockets only")


sys.addaudithook(_refuse_network)
