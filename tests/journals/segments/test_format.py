import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.merkle import Frontier, leaf_hash
from nameplate.journals.segments.format import (
    MAX_RECORD,
    RECORD,
    Chain,
    Header,
    list_segments,
    next_link,
    parse_header,
    pruned_before,
    segment_path,
)

HEADER = Header("n1", 6, b"l" * 32, (b"a" * 32, b"b" * 32))


def test_a_header_is_written_as_the_format_says():
    assert HEADER.encode() == (
        b'{"format":"nameplate-journal/2","node":"n1","first":6,"link":"%s","tree":["%s","%s"]}\n'
        % (b"6c" * 32, b"61" * 32, b"62" * 32)
    )
    assert HEADER._replace(torn=77).encode().endswith(b',"torn":77}\n')


@pytest.mark.parametrize("header", [HEADER, HEADER._replace(torn=0), Header("n1", 1, bytes(32), ())])
def test_a_header_survives_its_line(header):
    assert parse_header(header.encode()) == header


@given(st.integers(0, len(HEADER.encode()) - 1), st.integers(1, 255))
def test_no_byte_of_a_header_can_be_anything_else_unless_it_says_so(at, change):
    line = HEADER.encode()
    altered = line[:at] + bytes([line[at] ^ change]) + line[at + 1 :]
    try:
        assert parse_header(altered) != HEADER
    except ValueError:
        return


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[" * 5_000,
        b" " * 20_000,
        b'{"format":"nameplate-journal/2"}\n',
        HEADER.encode().strip(),
        HEADER.encode().replace(b":6", b": 6"),
        HEADER.encode().replace(b":6", b":true"),
        HEADER.encode().replace(b":6", b":8"),
        HEADER.encode().replace(b":6", b":-6"),
        HEADER.encode().replace(b"n1", b"n/1"),
        HEADER.encode().replace(b"6c", b"6C"),
        Header("n1", 1, bytes(31), ()).encode(),
        Header("n1", 1, bytes(32), (), torn=True).encode(),
    ],
)
def test_there_is_one_way_only_to_write_a_header(line):
    with pytest.raises(ValueError, match=r"header|Expecting|Extra|delimiter|peaks"):
        parse_header(line)


def record(seq, link):
    raw = RECORD % (seq, b"2026-11-18T11:06:40.000005Z", b'"n":1}')
    return b"%s %s\n" % (next_link(link, leaf_hash(raw)).hex().encode(), raw)


def test_a_record_line_is_the_link_and_the_json():
    raw = b'{"seq":1,"at":"2026-11-18T11:06:40.000005Z","n":1}'
    link = hashlib.sha256(bytes(32) + hashlib.sha256(b"\0" + raw).digest()).hexdigest().encode()
    assert record(1, bytes(32)) == link + b" " + raw + b"\n"


def test_the_chain_takes_its_records_and_nothing_else():
    chain = Chain(bytes(32), Frontier())
    first = record(1, bytes(32))
    for bad in (
        first[:-1],
        first[1:],
        b"\n",
        b"",
        first.replace(b'"n":1', b'"n":2'),
        record(2, bytes(32)),
        first.upper(),
    ):
        assert chain.step(bad)
        assert chain.size == 0
    assert chain.step(first) is None
    assert chain.size == 1
    assert chain.step(first) == "record 2 was expected here"
    assert chain.step(record(2, chain.link)) is None


def test_a_line_that_never_ends_is_called_too_long():
    chain = Chain(bytes(32), Frontier())
    assert chain.step(b"x" * (MAX_RECORD + 1)) == "the line is too long"
    assert chain.step(b"x") == "the record is cut short"


def test_only_plain_files_with_the_right_name_are_segments(tmp_path):
    for first in (129, 1):
        segment_path(tmp_path, first).write_bytes(b"")
    (tmp_path / "1.journal").write_bytes(b"")
    (tmp_path / ("9" * 20 + ".journal")).mkdir()
    (tmp_path / ("8" * 20 + ".journal")).symlink_to(segment_path(tmp_path, 1))
    os.mkfifo(tmp_path / ("7" * 20 + ".journal"))
    (tmp_path / ("٣" * 20 + ".journal")).write_bytes(b"")
    assert [segment.first for segment in list_segments(tmp_path)] == [1, 129]


def test_a_header_of_version_1_is_read_as_such_and_no_later_one():
    line = HEADER.encode().replace(b"journal/2", b"journal/1")
    assert parse_header(line) == HEADER._replace(version=1)
    assert parse_header(line).encode() == line
    for unknown in (b"journal/3", b"journal/0", b"journal/", b"2"):
        with pytest.raises(ValueError, match="format"):
            parse_header(line.replace(b"journal/1", unknown))


def test_only_a_record_that_begins_as_one_of_pruning_allows_a_missing_beginning():
    raw = b'{"seq":9,"at":"2026-11-22T11:06:40.123456Z","kind":"pruned","before":7,"segments":[]}'
    assert pruned_before(raw) == 7
    assert pruned_before(raw.replace(b'"kind":"pruned"', b'"kind":"note"')) == 1
    assert pruned_before(b'{"seq":9,"at":"2026-11-22T11:06:40.123456Z","text":%s}' % raw) == 1
