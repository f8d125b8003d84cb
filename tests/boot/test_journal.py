import asyncio
import subprocess
import sys

from nameplate.boot import journal
from nameplate.boot.paths import Paths
from tests.boot.hearts import ask, deciding, declare
from tests.boot.journals import records
from tests.flows.heart import WORLD


def written(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD)
            for _ in range(3):
                await ask(parts)

    asyncio.run(main())


def test_a_journal_is_read_verified_and_proved_without_its_server(tmp_path):
    written(tmp_path)
    assert journal.last_seq(tmp_path) == 4
    assert [record["seq"] for record in records(tmp_path)] == [1, 2, 3, 4]
    report = journal.verify_journal(tmp_path, key=None, checkpoint=None)
    assert (report.ok, report.records) == (True, 4)
    assert journal.prove_record(tmp_path, 3)


def test_a_changed_byte_is_found(tmp_path):
    written(tmp_path)
    (segment,) = Paths(tmp_path).journal.glob("*.journal")
    segment.write_bytes(segment.read_bytes().replace(b'"permit"', b'"Permit"', 1))
    assert not journal.verify_journal(tmp_path, key=None, checkpoint=None).ok


def test_a_journal_that_is_not_there_yet_is_empty(tmp_path):
    Paths(tmp_path).create()
    assert journal.last_seq(tmp_path) == 0
    assert records(tmp_path) == []


def test_the_verifier_that_is_handed_out_runs_alone(tmp_path):
    written(tmp_path)
    program = tmp_path / "verify.py"
    program.write_text(journal.stand_alone_verifier())
    done = subprocess.run(
        [sys.executable, "-I", str(program), "--help"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0
    assert "import nameplate" not in program.read_text()
    assert "from nameplate" not in program.read_text()
