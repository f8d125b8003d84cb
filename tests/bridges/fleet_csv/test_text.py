from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.fleet_csv import text
from nameplate.domain.errors import Invalid


def cells(data):
    return [row for _, row in text.read_table(data).rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter):
    table = delimiter.join(("id", '"a,b;c\td"', "c")) + "\n" + delimiter.join(("1", "2", "3"))
    assert cells(table.encode()) == [["id", "a,b;c\td", "c"], ["1", "2", "3"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_mark_and_utf_8_are_read_without_a_word(encoding):
    table = text.read_table("id\nKöln".encode(encoding))
    assert (table.rows[1][1], table.notes) == (["Köln"], ())


def test_windows_1252_is_read_with_a_warning():
    table = text.read_table("id;name\n1;Köln".encode("cp1252"))
    assert table.rows[1][1] == ["1", "Köln"]
    assert "Windows-1252" in table.notes[0]


def test_lines_are_those_of_the_file_also_within_quotes():
    assert [line for line, _ in text.read_table(b'id,x\r\n\r\na,"1\n2"\n , \nb,3\n').rows] == [1, 3, 6]


@pytest.mark.parametrize(
    "data", [b"id\n\0", b"id\n\x81\x8d\xff", b'id\n"open', b'id\n"a"b', b"\xff\xfe\x00", b"," * 200 + b"x"]
)
def test_what_is_no_table_is_refused(data):
    with pytest.raises(Invalid):
        text.read_table(data)


def test_there_are_limits(monkeypatch):
    monkeypatch.setattr(text, "MAX_ROWS", 2)
    assert len(text.read_table(b"id\n1\n2").rows) == 3
    with pytest.raises(Invalid):
        text.read_table(b"id\n1\n2\n3")
    monkeypatch.setattr(text, "MAX_BYTES", 2)
    with pytest.raises(Invalid):
        text.read_table(b"id\n")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(data):
    with suppress(Invalid):
        assert all(any(row) for _, row in text.read_table(data).rows)
