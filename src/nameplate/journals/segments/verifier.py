"""Check a journal: verifier.py DIR [--key VKEY] [--checkpoint FILE]; exit 7: see `problems`. Rules: README.md."""

import argparse
import base64
import hashlib
import itertools
import json
import re
import sys
from binascii import unhexlify as unhex
from collections.abc import Iterator
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature  # and nothing of our own: one mistake must not hide in both
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST, LAST, INT, HEX = 4 << 20, 1 << 63, rb"([1-9][0-9]{0,18})", rb"([0-9a-f]{64})"
VKEY = re.compile(rb"([!-*,-~]{1,160})\+([0-9a-f]{8})\+([+/0-9A-Za-z]{44})\s*")
TEXT = rb"(([!-*,-~]{1,160})\n(0|[1-9][0-9]{0,17})\n([+/0-9A-Za-z]{42}[AEIMQUYcgkosw048]=)\nlink " + HEX
NOTE = re.compile(TEXT + rb"\ntime [0-9]{4}(?:-[0-9]{2}){2}T[0-9:]{8}\.[0-9]{6}Z\n)\n((?:[^\n]+\n)+)")
MARK = rb"^\xe2\x80\x94 %s ([+/0-9A-Za-z]{90}[AEIMQUYcgkosw048]=)$"
FILE = rb'\{"format":"nameplate-journal/[12]","node":"([A-Za-z0-9][\w.-]{0,127})","first":%b,"link":"%b",' % (INT, HEX)
HEADER = re.compile(FILE + rb'"tree":\[((?:"\w{64}"(?:,"\w{64}")*)?)\](?:,"torn":(0|[1-9][0-9]{0,18}))?\}\n')
LINE = re.compile(HEX + rb' (\{"seq":%b,"at":".*)\n' % INT, re.DOTALL)
BODY = rb'.{65}\{"seq":[0-9]+,"at":"[^"]{27}","kind":'
RESTORED = re.compile(BODY + rb'"restored","former":"([^"]+)","node":"([^"]+)"[,}]')
PRUNED = re.compile(BODY + rb'"pruned","before":([1-9][0-9]{0,17}),')
STEP = re.compile(BODY + rb'"node_key","step":"(%b %b %b)","signature":"([0-9a-f]{128})"' % (INT, HEX, HEX))


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def read(path: Path) -> bytes:
    with (path if path.is_file() and not path.is_symlink() else Path("/dev/null")).open("rb") as file:
        return file.read(16384)  # opening a pipe would wait for ever


def holds(key: bytes, signature: bytes, message: bytes) -> bool:
    with suppress(InvalidSignature, ValueError):
        return Ed25519PublicKey.from_public_bytes(unhex(key)).verify(signature, message) is None
    return False


def parse_note(note: bytes, names: dict[bytes, int], reigns: list[tuple[bytes, int, int]]) -> tuple[Any, ...] | None:
    if len(note) > 4096 or not (match := NOTE.fullmatch(note)) or match[2] not in names:
        return None
    marks = list(map(base64.b64decode, re.findall(MARK % re.escape(match[2]), match[6], re.MULTILINE)))
    for key, first, last in reigns:
        ours = [mark[4:] for mark in marks if mark[:4] == sha(match[2], b"\n\1", unhex(key))[:4]]
        if ours and first <= min(int(match[3]), names[match[2]]) <= last and all(holds(key, s, match[1]) for s in ours):
            return int(match[3]), base64.b64decode(match[4]), unhex(match[5]), match[2]
    return None


class Log(NamedTuple):
    size: int = 0
    link: bytes = bytes(32)
    peaks: tuple[bytes, ...] = ()  # the roots of the complete subtrees, largest first

    def after(self, line: bytes) -> "Log | None":
        match = LINE.fullmatch(line)
        if not match or int(match[3]) != self.size + 1 or sha(self.link, sha(b"\0", match[2])) != unhex(match[1]):
            return None
        leaf, merged = sha(b"\0", match[2]), (self.size + 1 & -self.size - 1).bit_length() - 1
        leaf = reduce(lambda node, peak: sha(b"\1", peak, node), reversed(self.peaks[len(self.peaks) - merged :]), leaf)
        return Log(self.size + 1, unhex(match[1]), (*self.peaks[: len(self.peaks) - merged], leaf))

    def head(self) -> tuple[bytes, bytes]:
        return reduce(lambda root, peak: sha(b"\1", peak, root), self.peaks[::-1]) if self.peaks else sha(), self.link


def parse_header(path: Path) -> tuple[Log, bytes, int, bytes] | None:  # the log before it
    line, newline, rest = read(path).partition(b"\n")
    match = HEADER.fullmatch(line + newline)
    peaks = tuple(map(unhex, re.findall(HEX, match[4]))) if match else ()
    return (Log(int(match[2]) - 1, unhex(match[3]), peaks), match[1], int(match[5] or -1), rest) if match else None


def walk(paths: list[Path], signed: int) -> Iterator[tuple[Log | None, bytes, int, str]]:  # also: torn bytes, a fault
    log = Log() if not paths or int(paths[0].stem) == 1 else None
    yield None if paths else log, b"", 0, ""
    for path, later in itertools.zip_longest(paths, paths[1:]):
        following = parse_header(later) if later else None
        with path.open("rb") as file:
            head, size, number = parse_header(path), path.stat().st_size, int(path.stem)
            head = head if head and len(head[0].peaks) == head[0].size.bit_count() else None
            sound = head and head[0].size == number - 1 and log in {None, head[0]}
            log, _ = head[0] if head else None, file.readline(16384)
            yield log, b"", 0, "" if sound else f"{path.name}: the header is altered or continues another file"
            end = following[2] if following and following[2] >= 0 else size
            while (start := file.tell()) < end and (line := file.readline(LONGEST + 1)):
                after = log.after(line) if log else None
                altered, cut_short = log is not None and after is None, line[-1:] != b"\n" and len(line) <= LONGEST
                if not later and (cut_short or (altered and 0 <= signed < number)):
                    yield None, b"", size - start, ""
                    return
                yield after, line, 0, f"{path.name}: record {number} is altered or out of place" if altered else ""
                log, number = after, number + 1


def check(folder: Path, vkey: bytes, kept: list[Path]) -> dict[str, Any]:
    paths = sorted(p for p in folder.glob("[0-9]" * 20 + ".journal") if p.is_file() and not p.is_symlink())
    heads, key = [head for head in map(parse_header, paths) if head], VKEY.fullmatch(vkey)
    public, first = base64.b64decode(key[3]) if key else b"", int(paths[0].stem) if paths else 1
    key = key if key and public[:1] == b"\1" and sha(key[1], b"\n", public)[:4].hex().encode() == key[2] else None
    renamed = [(a, b, RESTORED.match(b[3])) for a, b in itertools.pairwise(heads) if a[1] != b[1]]
    faults = ["a file is of another node" for a, b, told in renamed if not told or told.groups() != (a[1], b[1])]
    names = {b"nameplate/" + a[1]: b[0].size for a, b, _ in renamed} | {b"nameplate/" + h[1]: LAST for h in heads[-1:]}
    faults += ["the journal is not of this key"] if key and heads and key[1] not in names else []
    names = {key[1]: LAST} | names if key else names
    told: list[Any] = []  # of keys, each of which has signed for the next one
    for step in sorted(filter(None, (STEP.match(each[1]) for each in walk(paths, -1))), key=lambda step: int(step[2])):
        if (not told or told[-1][4] == step[3]) and holds(step[3], unhex(step[5]), b"nameplate key " + step[1]):
            told.append(step)
    keys = [*(step[3] for step in told[:1]), *(step[4] for step in told)] or [public[1:].hex().encode()]
    ends = [*(int(step[2]) for step in told), LAST]  # for how many records each of them signs at most
    reigns = list(zip(keys, [0, *ends], ends, strict=False)) if public[1:].hex().encode() in keys else []
    places = [folder / "head.0", folder / "head.1", *kept] if key else []
    notes = [next(filter(None, (parse_note(read(p), names, reigns) for _ in range(9))), None) for p in places]
    faults += ["a checkpoint is missing, or not signed by a key of that time"] * notes.count(None)
    sound = [note for note in notes if note and note[0] <= names[note[3]]]
    signed, total, tail, pruned = max((note[0] for note in sound), default=-1), 0, 0, 1
    for log, line, torn, fault in walk(paths, signed):
        total, tail, faults = total + (line[-1:] == b"\n"), tail + torn, [*faults, fault] if fault else faults
        pruned = max(pruned, int(gone[1])) if log and log.size <= signed and (gone := PRUNED.match(line)) else pruned
        faults += [f"record {n[0]}: not as signed" for n in sound if log and n[0] == log.size and n[1:3] != log.head()]
    cut = len(sound) + notes.count(None) < len(notes) or signed > (first - 1 + total if first <= pruned else -1)
    completeness = "unknown" if signed < 0 or any(note and note[0] < first - 1 for note in notes[2:]) else "ok"
    report: dict[str, Any] = {"integrity": "broken" if faults else "ok", "completeness": "cut" if cut else completeness}
    report |= {"records": total, "pruned": first - 1, "pruned_before": first if first > 1 else None}
    return report | {"torn_tail_bytes": tail, "problems": faults[:99]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Check a journal.")
    parser.add_argument("journal", type=Path)
    parser.add_argument("--key", type=str.encode, help="the verifier key to trust")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="a checkpoint kept elsewhere")
    given = parser.parse_args()
    report: dict[str, Any] = {"integrity": "broken", "completeness": "unknown", "problems": ["a file cannot be read"]}
    with suppress(OSError):
        report = check(given.journal, given.key or read(given.journal / "node.vkey"), given.checkpoint)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.exit(0 if report["integrity"] == report["completeness"] == "ok" else 7)
