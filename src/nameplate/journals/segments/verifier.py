"""Check a journal with nothing of the program that wrote it: for auditors. Needs Python 3.11 and `cryptography`.

python verifier.py JOURNAL_DIR [--key VKEY] [--checkpoint FILE] prints JSON. Exit 0: nothing altered or cut off; 7: see
`problems`. Rules: README.md. Shares no code with the rest on purpose: one mistake must not hide in both.
"""

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

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST = 4 << 20
NOTE = re.compile(
    rb"(([!-*,-~]{1,160})\n(0|[1-9][0-9]{0,17})\n([+/0-9A-Za-z]{42}[AEIMQUYcgkosw048]=)\nlink ([0-9a-f]{64})\n"
    rb"time [0-9]{4}(?:-[0-9]{2}){2}T[0-9:]{8}\.[0-9]{6}Z\n)\n((?:[^\n]+\n)+)"
)
MARK = rb"^\xe2\x80\x94 %s ([+/0-9A-Za-z]{90}[AEIMQUYcgkosw048]=)$"
HEADER = re.compile(
    rb'\{"format":"nameplate-journal/1","node":"([A-Za-z0-9][A-Za-z0-9._-]{0,127})","first":([1-9][0-9]{0,18}),'
    rb'"link":"([0-9a-f]{64})","tree":\[((?:"[0-9a-f]{64}"(?:,"[0-9a-f]{64}")*)?)\](?:,"torn":(0|[1-9][0-9]{0,18}))?\}\n'
)
LINE = re.compile(rb'([0-9a-f]{64}) (\{"seq":([1-9][0-9]{0,18}),"at":".*)\n', re.DOTALL)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def read(path: Path) -> bytes:
    if not path.is_file() or path.is_symlink():  # opening a pipe would wait for ever
        return b""
    with path.open("rb") as file:
        return file.read(16384)


def parse_key(text: bytes) -> tuple[bytes, bytes, bytes] | None:
    match = re.fullmatch(rb"([!-*,-~]{1,160})\+([0-9a-f]{8})\+([+/0-9A-Za-z]{44})\s*", text)
    raw = base64.b64decode(match[3]) if match else b""
    sound = match and raw[:1] == b"\1" and sha(match[1], b"\n", raw)[:4].hex().encode() == match[2]
    return (match[1], bytes.fromhex(match[2].decode()), raw[1:]) if match and sound else None


def parse_note(note: bytes, name: bytes, key_id: bytes, public: bytes) -> tuple[int, bytes, bytes] | None:
    match = NOTE.fullmatch(note) if len(note) <= 4096 else None
    marks = re.findall(MARK % re.escape(name), match[6], re.MULTILINE) if match and match[2] == name else []
    ours = [raw[4:] for raw in map(base64.b64decode, marks) if raw[:4] == key_id]
    try:
        for signature in ours:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, match[1] if match else b"")
    except InvalidSignature:
        return None
    return (int(match[3]), base64.b64decode(match[4]), bytes.fromhex(match[5].decode())) if match and ours else None


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
        for peak in reversed(self.peaks[len(self.peaks) - merged :]):
            leaf = sha(b"\1", peak, leaf)
        return Log(self.size + 1, link, (*self.peaks[: len(self.peaks) - merged], leaf))

    def root(self) -> bytes:
        return reduce(lambda root, peak: sha(b"\1", peak, root), reversed(self.peaks)) if self.peaks else sha()


def parse_header(line: bytes) -> tuple[Log, bytes, int] | None:
    match = HEADER.fullmatch(line)
    peaks = tuple(bytes.fromhex(peak.decode()) for peak in re.findall(rb"[0-9a-f]{64}", match[4])) if match else ()
    if not match or len(peaks) != (int(match[2]) - 1).bit_count():
        return None
    return Log(int(match[2]) - 1, bytes.fromhex(match[3].decode()), peaks), match[1], int(match[5] or -1)


def walk(paths: list[Path], name: bytes, signed: int) -> Iterator[tuple[Log | None, int, int, str]]:
    """For each line the log behind it (while sound), how many records and torn bytes it is, and what is wrong."""
    log = Log() if not paths or int(paths[0].stem) == 1 else None
    yield None if paths else log, 0, 0, ""
    for path, later in itertools.zip_longest(paths, paths[1:]):
        following = parse_header(read(later).partition(b"\n")[0] + b"\n") if later else None
        with path.open("rb") as file:
            head, size, number = parse_header(file.readline(16384)), path.stat().st_size, int(path.stem)
            sound = head and head[0].size == number - 1 and name in {b"", head[1]} and log in {None, head[0]}
            log = head[0] if head else None
            yield log, 0, 0, "" if sound else f"{path.name}: the header is altered or continues another file"
            end = following[2] if following and following[2] >= 0 else size
            while (start := file.tell()) < end and (line := file.readline(LONGEST + 1)):
                after, whole = log.after(line) if log else None, line[-1:] == b"\n"
                altered = log is not None and after is None
                if not later and ((not whole and len(line) <= LONGEST) or (altered and 0 <= signed < number)):
                    yield None, 0, size - start, ""
                    return
                yield after, whole, 0, f"{path.name}: record {number} is altered or out of place" if altered else ""
                log, number = after, number + 1


def check(folder: Path, vkey: bytes, kept: list[Path]) -> dict[str, Any]:
    key = parse_key(vkey)
    places = [folder / "head.0", folder / "head.1", *kept] if key else []
    notes = [next(filter(None, (parse_note(read(p), *key or ()) for _ in range(9))), None) for p in places]
    faults = ["a checkpoint is missing, or not signed by this key"] * notes.count(None)
    signed, total, tail = max((note[0] for note in notes if note), default=-1), 0, 0
    paths = sorted(p for p in folder.glob("[0-9]" * 20 + ".journal") if p.is_file() and not p.is_symlink())
    for log, records, torn, fault in walk(paths, key[0].removeprefix(b"nameplate/") if key else b"", signed):
        total, tail, faults = total + records, tail + torn, [*faults, fault] if fault else faults
        differs = log and any((log.root(), log.link) != note[1:] for note in notes if note and note[0] == log.size)
        faults += [f"record {log.size}: differs from what a checkpoint has signed"] if log and differs else []
    first = int(paths[0].stem) if paths else 1
    completeness = "unknown" if signed < 0 else "cut" if first > 1 or total < signed else "ok"
    report = {"integrity": "broken" if faults else "ok", "completeness": completeness, "records": total}
    return report | {"pruned_before": first if first > 1 else None, "torn_tail_bytes": tail, "problems": faults[:99]}


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a journal.")
    parser.add_argument("journal", type=Path)
    parser.add_argument("--key", help="the verifier key to trust")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint kept elsewhere")
    given = parser.parse_args()
    try:
        key = given.key.encode() if given.key else read(given.journal / "node.vkey")
        report = check(given.journal, key, [given.checkpoint] if given.checkpoint else [])
    except OSError as error:
        report = {"integrity": "broken", "completeness": "unknown", "problems": [str(error)]}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 0 if report["integrity"] == report["completeness"] == "ok" else 7


if __name__ == "__main__":
    sys.exit(main())
