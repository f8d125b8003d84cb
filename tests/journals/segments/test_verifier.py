"""Both verifiers on the same corpora: they share no code, and must find the same."""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nameplate.domain.notes import Checkpoint, VerifierKey, seal
from nameplate.journals.segments import verifier, verify
from tests.journals.segments.samples import SIGNER, open_journal, segments, write

DEEP = os.environ.get("NAMEPLATE_DEEP") == "1"
ALTERATIONS = 10_000 if DEEP else 1_000
PROGRAM = Path(verifier.__file__)


def both(directory, kept=None):
    """(integrity, completeness, pruned_before) of both; they must agree."""
    report = verify(directory, checkpoint=kept.read_bytes() if kept else None)
    key = verifier.read(directory / "node.vkey")
    other = verifier.check(directory, key, [kept] if kept else [])
    mine = (report.integrity, report.completeness, report.pruned_before)
    assert mine == (other["integrity"], other["completeness"], other["pruned_before"]), (report, other)
    assert (report.records, report.torn_tail_bytes) == (other["records"], other["torn_tail_bytes"])
    return mine


@pytest.fixture(name="journal", scope="module")
def journal_fixture(tmp_path_factory):
    directory = tmp_path_factory.mktemp("whole") / "journal"
    write(directory, 60)
    assert len(segments(directory)) > 3
    return directory


def run(directory, *arguments):
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(directory), *arguments], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_it_stands_alone():
    source = PROGRAM.read_text()
    assert len(source.splitlines()) < 150
    assert "import nameplate" not in source
    assert "from nameplate" not in source
    assert "from ." not in source


def test_it_runs_as_a_program(journal, tmp_path):
    assert run(journal)[0] == 0
    kept = tmp_path / "kept"
    kept.write_bytes((journal / "head.0").read_bytes())
    assert run(journal, "--checkpoint", str(kept), "--key", (journal / "node.vkey").read_text())[0] == 0
    other = "nameplate/n1+00000000+" + "A" * 44
    assert run(journal, "--key", other) == (7, run(journal, "--key", other)[1])
    assert run(tmp_path / "nothing")[0] == 7


def test_an_untouched_journal_is_whole(journal):
    assert both(journal) == ("ok", "ok", None)


def test_every_one_of_many_alterations_is_found(journal, tmp_path):
    random_numbers = random.Random(20_261_122)
    original = {path.name: path.read_bytes() for path in journal.iterdir() if path.name not in {"lock", "reserve"}}
    missed, done = [], 0
    while done < ALTERATIONS:
        directory = tmp_path / "altered"
        files, what = alter(dict(original), random_numbers)
        if files == original:
            continue
        done += 1
        directory.mkdir()
        for name, content in files.items():
            (directory / name).write_bytes(content)
        if both(directory) == ("ok", "ok", None):
            missed.append((done, what))
        shutil.rmtree(directory)
    assert missed == []


def alter(files, random_numbers):
    """One random alteration of one file, or of two. Gives the files and what was done."""
    names = sorted(files)
    name = random_numbers.choice(names)
    kind = random_numbers.choice(
        [flip, drop_bytes, cut, drop_line, swap_lines, repeat_line, replace_bytes, drop_file, mix]
    )
    if kind is drop_file:
        del files[name]
    elif kind is mix:
        other = random_numbers.choice([other for other in names if other != name])
        # The two heads may lie in either slot, and one may be as old as the other: that changes nothing.
        if not (name.startswith("head") and other.startswith("head")):
            files[name] = files[other]
    else:
        files[name] = kind(files[name], random_numbers)
    return files, (kind.__name__, name)


def flip(content, random_numbers):
    at = random_numbers.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << random_numbers.randrange(8)]) + content[at + 1 :]


def drop_bytes(content, random_numbers):
    at = random_numbers.randrange(len(content))
    return content[:at] + content[at + random_numbers.randint(1, 80) :]


def cut(content, random_numbers):
    return content[: random_numbers.randrange(len(content))]


def drop_line(content, random_numbers):
    lines = content.splitlines(keepends=True)
    del lines[random_numbers.randrange(len(lines))]
    return b"".join(lines)


def swap_lines(content, random_numbers):
    lines = content.splitlines(keepends=True)
    first, second = random_numbers.randrange(len(lines)), random_numbers.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def repeat_line(content, random_numbers):
    lines = content.splitlines(keepends=True)
    lines[random_numbers.randrange(len(lines))] = random_numbers.choice(lines)
    return b"".join(lines)


def replace_bytes(content, random_numbers):
    at = random_numbers.randrange(len(content))
    size = min(len(content) - at, random_numbers.randint(1, 80))
    return content[:at] + random_numbers.randbytes(size) + content[at + size :]


def drop_file():
    """Marks the dropping of a whole file."""


def mix():
    """Marks the putting of one file in the place of another."""


HOSTILE = [
    b"",
    b"\x00" * 10_000,
    b"\xff\xfe" * 5_000,
    b"[" * 20_000,
    b'{"format":"nameplate-journal/1","node":"n1","first":1e400,"link":"","tree":[]}\n',
    b'{"format":"nameplate-journal/1","node":"n1","first":true,"link":"' + b"0" * 64 + b'","tree":[]}\n',
    b'{"format":"nameplate-journal/1","node":"n1","first":' + b"9" * 5_000 + b',"link":"","tree":[]}\n',
    b'{"format":"nameplate-journal/1","node":{},"first":1,"link":"' + b"0" * 64 + b'","tree":[]}\n',
    b'{"format":"nameplate-journal/1","node":"n1","first":1,"link":"' + b"0" * 64 + b'","tree":["zz"]}\n',
    b"x" * (5 << 20),
    b"\n" * 1_000,
]


@pytest.mark.parametrize("junk", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("place", ["node.vkey", "head.0", "00000000000000000001.journal", "tail"])
def test_whatever_a_file_holds_the_answer_is_a_verdict(journal, tmp_path, place, junk):
    copy = tmp_path / "journal"
    shutil.copytree(journal, copy)
    path = segments(copy)[1] if place == "tail" else copy / place
    path.write_bytes((path.read_bytes() if place == "tail" else b"") + junk)
    if place == "tail" and not junk:
        return
    assert both(copy) != ("ok", "ok", None)


@pytest.mark.parametrize("name", ["head.0", "node.vkey", "00000000000000000001.journal"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_a_pipe_a_folder_or_a_link_is_no_file_to_wait_for(journal, tmp_path, name, make):
    copy = tmp_path / "journal"
    shutil.copytree(journal, copy)
    (copy / name).unlink()
    make(copy / name)
    assert both(copy) != ("ok", "ok", None)


def test_an_absurd_size_with_a_true_signature_means_cut(journal, tmp_path):
    copy = tmp_path / "journal"
    shutil.copytree(journal, copy)
    key = VerifierKey("nameplate/n1", SIGNER.public_key)
    absurd = Checkpoint("nameplate/n1", 10**17, bytes(32), bytes(32), 0)
    (copy / "head.0").write_bytes(seal(absurd, key, SIGNER.sign))
    assert both(copy) == ("ok", "cut", None)


def test_a_checkpoint_kept_elsewhere_shows_a_rollback_that_the_folder_cannot(tmp_path):
    directory, old = tmp_path / "journal", tmp_path / "old"
    write(directory, 10)
    shutil.copytree(directory, old)
    write(directory, 5)
    kept = tmp_path / "kept"
    kept.write_bytes((directory / "head.0").read_bytes())
    assert both(old) == ("ok", "ok", None)
    assert both(old, kept) == ("ok", "cut", None)
    assert both(directory, kept) == ("ok", "ok", None)


def test_a_checkpoint_kept_elsewhere_shows_a_history_written_anew(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, 10)
    write(second, 12, group=1)
    shutil.rmtree(second)
    write(second, 2)
    write(second, 10)
    kept = tmp_path / "kept"
    kept.write_bytes((first / "head.0").read_bytes())
    assert both(second) == ("ok", "ok", None)
    assert both(second, kept)[0] == "broken"
    kept.write_bytes(b"junk")
    assert both(second, kept)[0] == "broken"


def test_a_journal_without_its_beginning_is_cut_and_says_from_where_it_is_kept(journal, tmp_path):
    copy = tmp_path / "journal"
    shutil.copytree(journal, copy)
    for path in segments(copy)[:2]:
        path.unlink()
    first = int(segments(copy)[0].stem)
    assert both(copy) == ("ok", "cut", first)
    for path in segments(copy):
        path.unlink()
    assert both(copy)[1] == "cut"


def test_both_follow_a_running_writer(tmp_path):
    async def main():
        journal = open_journal(tmp_path)
        for number in range(40):
            await asyncio.gather(*{journal.append(b'{"n":%d}' % number, number) for _ in range(3)})
            assert (await asyncio.to_thread(both, tmp_path))[:2] == ("ok", "ok")
        await journal.close()

    asyncio.run(main())
