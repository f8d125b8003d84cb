import json

import pytest

from nameplate.boot.evidence import read_evidence
from nameplate.domain.errors import Invalid
from nameplate.ports.journal import Entry
from tests.exports.formats.ocsf.samples import ENCODE, STATE, STOP

AT = "2026-11-22T19:04:05.123456Z"
NEWEST = Entry(6, b'{"seq":6,"at":"2026-11-22T19:04:05.000000Z","kind":"sample"}')
RECORD = STATE | STOP | {"seq": 7, "at": AT, "order": "suspend", "to": "suspended"}
(EVENT,) = (event.body for event in ENCODE(RECORD))


def read(path, *lines, node="clinic-1"):
    path.write_bytes(b"\n".join(lines) + b"\n")
    return read_evidence(path, node, NEWEST)


@pytest.mark.parametrize("line", [json.dumps(RECORD).encode(), EVENT, b"<85>1 2026 host nameplate - x - " + EVENT])
def test_records_events_and_syslog_lines_tell_the_same(tmp_path, line):
    found = read(tmp_path / "copy", NEWEST.raw, b"", line)
    assert (found.records, found.until) == (1, AT)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "JSON"),
        (b"plain text", "JSON"),
        (b"[1]", "JSON"),
        (b"{" * 100_000, "JSON"),
        (b"{}", "no number"),
        (b'{"metadata": {}}', "not one of Nameplate's"),
        (NEWEST.raw.replace(b"sample", b"simple"), "another one"),
        (b'{"x":"' + b"x" * 5_000_000 + b'"}', "too long"),
    ],
)
def test_anything_else_is_refused_with_its_line(tmp_path, line, why):
    with pytest.raises(Invalid, match=rf"copy:2: .*{why}"):
        read(tmp_path / "copy", EVENT, line)


def test_events_of_another_node_are_refused(tmp_path):
    with pytest.raises(Invalid, match="clinic-1"):
        read(tmp_path / "copy", EVENT, node="clinic-2")
