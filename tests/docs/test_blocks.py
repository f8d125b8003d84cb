"""The commands in the manual are run as they are printed, page by page, against a real server."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from nameplate.domain.errors import NameplateError
from nameplate.entry.client import Client
from tests.docs.pages import Block, blocks
from tests.docs.records import recorded, untold
from tests.house.tree import ROOT, files

README = ROOT / "README.md"
MONITOR = ROOT / "docs" / "howto" / "monitor.md"
PAGES = [
    README,
    ROOT / "docs" / "tutorial.md",
    *files(ROOT / "docs" / "howto", "*.md"),
    ROOT / "docs" / "reference" / "journal.md",
]
PRINTED_ADDRESS = "127.0.0.1:8470"
START_S, PAGE_S = 90, 200
# Bounds for a machine that is busy with other things; a quiet one needs a tenth.
pytestmark = pytest.mark.timeout(360)
# `nameplate` as the reader would run it, but each call leaves its arguments and its output behind.
PREAMBLE = """
nameplate() {
    local call code=0
    call=$(mktemp "$CALLS/XXXXXXXX")
    printf '%s\\n' "$@" > "$call"
    command nameplate "$@" > "$call.out" || code=$?
    cat "$call.out"
    return "$code"
}
"""


def commands(page: Path) -> list[Block]:
    """What of a page can be run here: no other `make`, and the server is started by the test."""
    found = [block for block in blocks(page, "console") if not block.directive.startswith("not run")]
    return [block for block in found if "nameplate serve" not in block.code and not block.code.startswith("make ")]


def script(page: Path, address: str) -> str:
    """One shell script whose line numbers are those of the page."""
    lines = [""] * (len(page.read_text(encoding="utf-8").splitlines()) + 1)
    lines[0] = "set -euo pipefail; trap 'echo \"line $LINENO ended with $?\" >&2' ERR"
    for block in commands(page):
        code = block.code.replace(PRINTED_ADDRESS, address).splitlines()
        lines[block.line - 1 : block.line - 1 + len(code)] = code
        if block.directive:
            before, after = block.line - 2, block.line - 1 + len(code)
            lines[before] = "trap - ERR; set +e"
            lines[after] = (
                f'[ $? -eq {block.directive[-1]} ] || {{ echo "line {block.line}: $?" >&2; exit 1; }}; set -e'
            )
    return "\n".join(lines)


@contextmanager
def checkout() -> Iterator[Path]:
    """A folder that looks like this checkout. Its path is short: Unix sockets lie below it."""
    with tempfile.TemporaryDirectory(prefix="np-") as name:
        folder = Path(name)
        for part in ("src", "docs"):
            (folder / part).symlink_to(ROOT / part)
        (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
        yield folder


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A server in `folder`; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "nameplate", "serve", "--data", "./nameplate-data", "--port", str(port)]
    quick = os.environ | {"NAMEPLATE_JOURNAL__CHECKPOINT_SECONDS": "0.5"}
    with (
        (folder / "serve.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=quick, stderr=log) as server,
    ):
        try:
            _await_start(folder, server)
            yield f"127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(START_S)


def _await_start(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    """Until the managing process answers: it is the last to be there."""
    client, deadline = Client(folder / "nameplate-data"), time.monotonic() + START_S
    while True:
        with suppress(NameplateError):
            client.get("/v1/actors?limit=1")
            return
        assert server.poll() is None, (folder / "serve.log").read_text()
        assert time.monotonic() < deadline, (folder / "serve.log").read_text()
        time.sleep(0.05)


def _run_whole(folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """The page and, at its end, an end to all that it has left running."""
    with subprocess.Popen(
        ["bash", "page.sh"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as page:
        try:
            told = page.communicate(timeout=PAGE_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(page.pid, signal.SIGTERM)
    return subprocess.CompletedProcess([], page.returncode, *told)


def run(page: Path, folder: Path, address: str) -> list[tuple[list[str], str]]:
    """Run the page; gives the arguments and the output of each `nameplate` in it."""
    calls, preamble = Path(tempfile.mkdtemp(dir=folder)), folder / "preamble.sh"
    preamble.write_text(PREAMBLE)
    (folder / "page.sh").write_text(script(page, address))
    path = os.pathsep.join([str(folder / ".venv" / "bin"), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(folder), "BASH_ENV": str(preamble), "CALLS": str(calls)}
    environment["NAMEPLATE_DATA"] = "./nameplate-data"
    done = _run_whole(folder, environment)
    log = (folder / "serve.log").read_text(encoding="utf-8")
    assert done.returncode == 0, f"{page.relative_to(ROOT)}: {done.stderr}{done.stdout[-2000:]}\n{log[-2000:]}"
    given = sorted(path for path in calls.iterdir() if not path.suffix)
    return [(path.read_text().splitlines(), path.with_suffix(".out").read_text()) for path in given]


@pytest.fixture(name="begun", scope="module")
def begun_fixture(require_peer: Callable[[str, str], str]) -> Iterator[Path]:
    """The data directory as the README leaves it: other pages go on from there."""
    require_peer("bash", "apt-get install bash")
    with checkout() as folder:
        with serving(folder) as address:
            run(README, folder, address)
        yield folder / "nameplate-data"


def sockets(folder: str, names: list[str]) -> list[str]:
    """Those that no copy can hold."""
    return [name for name in names if (Path(folder) / name).is_socket()]


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page, require_peer, begun):
    require_peer("curl", "apt-get install curl")
    require_peer("openssl", "apt-get install openssl")
    starts_a_server = any("nameplate serve" in block.code for block in blocks(page, "console"))
    with checkout() as folder:
        if not starts_a_server:
            shutil.copytree(begun, folder / "nameplate-data", ignore=sockets)
        with serving(folder) as address:
            called = run(page, folder, address)
        assert called
        for arguments, output in called:
            assert output.strip(), arguments
            if "--json" in arguments:
                assert all(json.loads(line) is not None for line in output.splitlines()), arguments
        assert [
            (each["kind"], untold(each)) for each in recorded(folder / "nameplate-data/journal") if untold(each)
        ] == []


def test_every_figure_is_explained():
    with checkout() as folder, serving(folder) as address, urlopen(f"http://{address}/metrics") as answer:
        lines = re.findall(r"(?m)^(\w+) ", answer.read().decode())
    names = {re.sub(r"_seconds_(sum|count)$", "_seconds", name) for name in lines}  # the parts of a histogram
    text = MONITOR.read_text(encoding="utf-8")
    assert names
    assert [name for name in names if f"`{name}`" not in text] == []


def test_a_command_that_fails_is_told_with_its_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n```console\ntrue\nfalse\n```\n")
    done = subprocess.run(["bash", "-c", script(page, "")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "line 5 ended with 1\n")


@pytest.mark.parametrize(("last", "code"), [("sh -c 'exit 4'", 0), ("true", 1), ("sh -c 'exit 3'", 1)])
def test_an_expected_exit_code_is_held(tmp_path, last, code):
    page = tmp_path / "page.md"
    page.write_text(f"<!-- ends with 4 -->\n```console\n{last}\n```\n")
    assert subprocess.run(["bash", "-c", script(page, "")], capture_output=True, check=False).returncode == code


def test_what_is_not_run_gives_its_reason_and_is_left_out(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- not run: needs a reader -->\n```console\nfalse\n```\n\n```console\nmake demo\n```\n")
    assert commands(page) == []
