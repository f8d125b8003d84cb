import pytest

from nameplate.bridges.panel_feed.csv_tail import MAX_LINE, CsvTail

HEAD = "time,door,card,event\n"


@pytest.fixture(name="file")
def file_fixture(tmp_path):
    path = tmp_path / "feed.csv"
    path.write_text(HEAD + "0,old,1,granted\n")
    return path


def tail(file):
    return CsvTail(file, file.with_suffix(".json"))


def add(file, text):
    with file.open("a", newline="") as opened:
        opened.write(text)


def doors(subject):
    return [row["door"] for row in subject.poll()]


def test_only_what_is_added_is_news(file):
    subject = tail(file)
    assert doors(subject) == []
    add(file, '1,"a, the door",2,granted\n2,b,3,refused\n')
    assert doors(subject) == ["a, the door", "b"]
    assert doors(subject) == []


def test_half_a_line_waits_for_its_end(file):
    subject = tail(file)
    assert doors(subject) == []
    add(file, "1,a,2,gra")
    assert doors(subject) == []
    add(file, "nted\n")
    assert doors(subject) == ["a"]


def test_after_a_restart_it_goes_on_and_gives_again_what_was_not_saved(file):
    first = tail(file)
    assert doors(first) == []
    first.save()
    add(file, "1,a,2,granted\n")
    assert doors(first) == ["a"]
    second = tail(file)
    assert doors(second) == ["a"]
    second.save()
    assert doors(tail(file)) == []


def test_a_file_that_was_rotated_is_read_from_its_beginning(file, tmp_path):
    subject = tail(file)
    assert doors(subject) == []
    file.rename(tmp_path / "feed.csv.1")
    file.write_text("event,door,card,time\ngranted,new,1,2\n")
    assert doors(subject) == ["new"]
    file.write_text(HEAD + "1,x,1,g\n")
    assert doors(subject) == ["x"]


def test_a_file_that_was_cut_short_is_read_from_its_beginning(file):
    add(file, "1,long,2,granted\n" * 20)
    subject = tail(file)
    assert doors(subject) == []
    file.write_text(HEAD + "1,short,2,granted\n")
    assert doors(subject) == ["short"]


@pytest.mark.parametrize(
    "line", ["", "1,a\n", "1,a,2,granted,more\n", "\x00\x00\n", f"1,{'a' * MAX_LINE},2,granted\n", '"\n']
)
def test_a_line_that_is_no_row_is_left_out(file, line):
    subject = tail(file)
    assert doors(subject) == []
    add(file, f"{line}1,good,2,granted\n")
    assert doors(subject) == ["good"]


def test_bytes_that_are_no_text_do_not_stop_it(file):
    subject = tail(file)
    assert doors(subject) == []
    with file.open("ab") as opened:
        opened.write(b"1,\xff\xfe,2,granted\n2,good,2,granted\n")
    assert doors(subject)[-1] == "good"


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(CsvTail(tmp_path / "none.csv", tmp_path / "p.json").poll())


def test_a_position_that_cannot_be_read_begins_at_the_end(file):
    file.with_suffix(".json").write_text("nonsense")
    assert doors(tail(file)) == []
