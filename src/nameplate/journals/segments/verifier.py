"""Check a journal: verifier.py DIR [--key VKEY] [--checkpoint FILE]; exit 7: see `problems`. Rules: README.md."""

import argparse
import base64
import hashlib
import itertools
import json
import re
import sys
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature  # and nothing of our own: one mistake must not hide in both
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST = 4 << 20
VKEY = re.compile(rb"([!-*,-~]{1,160})\+([0-9a-f]{8})\+([+/0-9A-Za-z]{44})\s*")
NOTE = re.compile(
    rb"(([!-*,-~]{1,160})\n(0|[1-9][0-9]{0,17})\n([+/0-9A-Za-z]{42}[AEIMQUYcgkosw048]=)\nlink ([0-9a-f]{64})\n"
    rb"time [0-9]{4}(?:-[0-9]{2}){2}T[0-9:]{8}\.[0-9]{6}Z\n)\n((?:[^\n]+\n)+)"
)
MARK = rb"^\xe2\x80\x94 %s ([+/0-9A-Za-z]{90}[AEIMQUYcgkosw048]=)$"
HEADER = re.compile(
    rb'\{"format":"nameplate-journal/[12]","node":"([A-Za-z0-9][A-Za-z0-9._-]{0,127})","first":([1-9][0-9]{0,18}),'
    rb'"link":"([0-9a-f]{64})","tree":\[((?:"[0-9a-f]{64}"(?:,"[0-9a-f]{64}")*)?)\](?:,"torn":(0|[1-9][0-9]{0,18}))?\}\n'
)
LINE = re.compile(rb'([0-9a-f]{64}) (\{"seq":([1-9][0-9]{0,18}),"at":".*)\n', re.DOTALL)
RESTORED = re.compile(rb'.{65}\{"seq":[0-9]+,"at":"[^"]{27}","kind":"restored","former":"([^"]+)","node":"([^"]+)"[,}]')
PRUNED = re.compile(rb'.{65}\{"seq":[0-9]+,"at":"[^"]{27}","kind":"pruned","before":([1-9][0-9]{0,17}),')


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def read(path: Path) -> bytes:
    if not path.is_file() or path.is_symlink():  # opening a pipe would wait for ever
        return b""
    with path.open("rb") as file:
        return file.read(16384)


def parse_note(note: bytes, names: dict[bytes, int], key: bytes) -> tuple[int, bytes, bytes, bytes] | None:
    if len(note) > 4096 or not (match := NOTE.fullmatch(note)) or match[2] not in names:
        return None
    marks = map(base64.b64decode, re.findall(MARK % re.escape(match[2]), match[6], re.MULTILINE))
    ours = [raw[4:] for raw in marks if raw[:4] == sha(match[2], b"\n", key)[:4]]
    try:
        for signature in ours:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, match[1])
    except InvalidSignature:
        return None
    return (int(match[3]), base64.b64decode(match[4]), bytes.fromhex(match[5].decode()), match[2]) if ours else None


class Log(NamedTuple):
    size: int = 0
    link: bytes = bytes(32)
    peaks: tuple[bytes, ...] = ()  # the roots of the complete subtrees, largest first

    def after(self, line: bytes) -> "Log | None":
        match = LINE.fullmatch(line)
        leaf = sha(b"\0", match[2]) if match else b""
        link = sha(self.link, leaf)
        if not match or int(match[3]) != self.size + 1 or link.hex().encode() != match[1]:
            return None
        merged = (self.size + 1 & -self.size - 1).bit_length() - 1
        leaf = reduce(lambda node, peak: sha(b"\1", peak, node), reversed(self.peaks[len(self.peaks) - merged :]), leaf)
        return Log(self.size + 1, link, (*self.peaks[: len(self.peaks) - merged], leaf))

    def root(self) -> bytes:
        return reduce(lambda root, peak: sha(b"\1", peak, root), reversed(self.peaks)) if self.peaks else sha()


def parse_header(path: Path) -> tuple[Log, bytes, int, bytes] | None:  # the log before it
    line, newline, rest = read(path).partition(b"\n")
    match = HEADER.fullmatch(line + newline)
    peaks = tuple(bytes.fromhex(peak.decode()) for peak in re.findall(rb"[0-9a-f]{64}", match[4])) if match else ()
    if not match or len(peaks) != (int(match[2]) - 1).bit_count():
        return None
    return Log(int(match[2]) - 1, bytes.fromhex(match[3].decode()), peaks), match[1], int(match[5] or -1), rest


def walk(paths: list[Path], signed: int) -> Iterator[tuple[Log | None, bytes, int, str]]:
    """For each line the log behind it (while sound), the line, how many torn bytes it is, and what is wrong."""
    log = Log() if not paths or int(paths[0].stem) == 1 else None
    yield None if paths else log, b"", 0, ""
    for path, later in itertools.zip_longest(paths, paths[1:]):
        following = parse_header(later) if later else None
        with path.open("rb") as file:
            head, size, number = parse_header(path), path.stat().st_size, int(path.stem)
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
    public = base64.b64decode(key[3]) if key else b""
    key = key if key and public[:1] == b"\1" and sha(key[1], b"\n", public)[:4].hex().encode() == key[2] else None
    renamed = [(a, b, RESTORED.match(b[3])) for a, b in itertools.pairwise(heads) if a[1] != b[1]]
    faults = ["a file is of another node" for a, b, told in renamed if not told or told.groups() != (a[1], b[1])]
    names = {b"nameplate/" + a[1]: b[0].size for a, b, _ in renamed}  # each name of the node: its last record
    names |= {b"nameplate/" + head[1]: sys.maxsize for head in heads[-1:]}
    faults += ["the journal is not of this key"] if key and heads and key[1] not in names else []
    names = {key[1]: sys.maxsize} | names if key else names
    places = [folder / "head.0", folder / "head.1", *kept] if key else []
    notes = [next(filter(None, (parse_note(read(p), names, public) for _ in range(9))), None) for p in places]
    faults += ["a checkpoint is missing, or not signed by this key"] * notes.count(None)
    sound = [note for note in notes if note and note[0] <= names[note[3]]]
    signed, total, tail, pruned = max((note[0] for note in sound), default=-1), 0, 0, 1
    for log, line, torn, fault in walk(paths, signed):
        total, tail, faults = total + (line[-1:] == b"\n"), tail + torn, [*faults, fault] if fault else faults
        gone = PRUNED.match(line) if log and log.size <= signed else None
        pruned = max(pruned, int(gone[1])) if gone else pruned
        differs = log and [n for n in sound if n[0] == log.size and n[1:3] != (log.root(), log.link)]
        faults += [f"record {log.size}: differs from what a checkpoint has signed"] if log and differs else []
    first, lost = int(paths[0].stem) if paths else 1, any(note and note not in sound for note in notes)
    cut = lost or (signed >= 0 and (first > pruned or first - 1 + total < signed))
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
    try:
        report = check(given.journal, given.key or read(given.journal / "node.vkey"), given.checkpoint)
    except OSError as error:
        report = {"integrity": "broken", "completeness": "unknown", "problems": [str(error)]}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.exit(0 if report["integrity"] == report["completeness"] == "ok" else 7)
