import json

import pytest
import typer

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable
from nameplate.entry.cli.output import Exit, emit, fail, plain, problem_line, say, table


@pytest.mark.parametrize(
    ("family", "code"),
    [(NotFound, 3), (Refused, 4), (Conflict, 5), (Unavailable, 6), (Invalid, 1), (NameplateError, 1)],
)
def test_every_error_has_its_exit_code(capsys, family, code):
    with pytest.raises(typer.Exit) as ended:
        fail(family("code", "What.", "How."), as_json=False)
    assert ended.value.exit_code == code
    assert capsys.readouterr() == ("", "nameplate: What. How.\n")


def test_the_codes_are_those_that_scripts_rely_on():
    assert [(each.name, each.value) for each in Exit] == [
        ("OK", 0),
        ("ERROR", 1),
        ("USAGE", 2),
        ("NOT_FOUND", 3),
        ("DENIED", 4),
        ("CONFLICT", 5),
        ("UNREACHABLE", 6),
        ("CHECK_FAILED", 7),
    ]


def test_an_error_in_json_is_a_document_on_stdout_and_words_on_stderr(capsys):
    with pytest.raises(typer.Exit):
        fail(Refused("state", "What.", "How."), as_json=True)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"error": "state", "message": "What.", "remedy": "How.", "problems": []}
    assert err == "nameplate: What. How.\n"


@pytest.mark.parametrize("text", ["\x1b[2J", "\x9b31m", "a\rb", "\u202eevil", "\x07"])
def test_nothing_that_is_printed_commands_the_terminal(capsys, text):
    emit({"name": text}, as_json=True, text=str)
    emit(None, as_json=False, text=lambda: f"name {text}")
    say(text)
    out, err = capsys.readouterr()
    assert all(line.isprintable() for line in (out + err).splitlines())
    assert json.loads(out.splitlines()[0]) == {"name": text}


def test_plain_text_stays_as_it_is():
    assert plain("Käthe\nλ 😀") == "Käthe\nλ 😀"


def test_a_table_has_columns_of_their_own_width():
    assert table(("A", "LONG"), [("wide", 1), ("x", "")]) == "A     LONG\nwide  1\nx"


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            {"file": "a.yaml", "line": 3, "field": "rate", "message": "Wrong.", "remedy": "Do."},
            "a.yaml:3: rate: Wrong. Do.",
        ),
        ({"message": "Wrong."}, "Wrong."),
        ({"file": "a.yaml", "line": 0, "message": "Wrong."}, "a.yaml: Wrong."),
    ],
)
def test_a_problem_says_where_and_what(problem, line):
    assert problem_line(problem) == line
