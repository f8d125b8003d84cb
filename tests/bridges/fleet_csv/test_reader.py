import pytest

from nameplate.bridges.fleet_csv import read_fleet
from nameplate.domain.errors import Invalid
from nameplate.domain.manifests.documents import from_document

HEAD = "manufacturer,model,serial,owner,purpose,state,retire_by\n"
ROW = "Acme,T3,T3-1,ops,Carries,active,2030-01-31\n"


def fleet(text, columns=None, **defaults):
    return read_fleet(text.encode(), columns or {}, defaults)


def told(text, **defaults):
    return [(each.row, each.column) for each in fleet(text, **defaults).faults]


def test_a_row_becomes_an_actor():
    found = fleet(HEAD + ROW)
    assert found.faults == ()
    ((row, document),) = found.rows
    assert row == 2
    assert document == {
        "kind": "Actor",
        "id": "t3-1",
        "type": "robot",
        "owner": "ops",
        "purpose": "Carries",
        "state": "active",
        "retire_by": "2030-01-31",
        "unit": {"manufacturer": "Acme", "model": "T3", "serial": "T3-1"},
    }
    assert from_document(document).id == "t3-1"


def test_headings_can_be_mapped_and_empty_cells_filled():
    found = fleet("SN;Type;Notes\n007;X1;old\n", {"serial": "sn", "model": "Type"}, manufacturer="Acme", type="bot")
    (row,) = found.rows
    assert row.document["unit"] == {"manufacturer": "Acme", "model": "X1", "serial": "007"}
    assert (row.document["id"], row.document["type"]) == ("x1-007", "bot")
    assert found.notes == ("Columns that mean nothing here: Notes.",)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("Acme,T3,T3-1,ops,Carries,active,31.01.2030\n", (2, "retire_by")),
        ("Acme,T3,T3-1,ops,Carries,on,\n", (2, "state")),
        ("Acme,T3,,ops,Carries,active,\n", (2, "serial")),
        ("Acme,T3,T3-1,,Carries,active,\n", (2, "owner")),
        ("Acme,T3,T3-1,a team,Carries,active,\n", (2, "owner")),
        ("Acme,T3,T3-1,ops,Carries,active,,more\n", (2, "")),
    ],
)
def test_a_fault_names_its_row_and_column(row, place):
    found = fleet(HEAD + row)
    assert place in [(each.row, each.column) for each in found.faults]
    assert all(each.message and each.remedy for each in found.faults)


def test_a_fault_is_told_by_the_heading_of_the_file():
    (fault,) = fleet("SN,model,manufacturer,End\n1,T3,Acme,soon\n", {"serial": "SN", "retire_by": "End"}).faults
    assert (fault.row, fault.column) == (2, "End")


def test_the_same_unit_twice_is_found_with_both_lines():
    faults = fleet(HEAD + ROW + "Acme,T3,T3-2,ops,Carries,,\n" + ROW).faults
    assert {(each.row, each.column) for each in faults} == {(4, "serial"), (4, "id")}
    assert "line 2" in faults[0].message


def test_what_looks_like_a_formula_stays_text():
    found = fleet(HEAD + 'Acme,T3,T3-1,ops,"=HYPERLINK(""x"")",active,\n')
    assert found.rows[0].document["purpose"] == '=HYPERLINK("x")'
    assert "formulas: kept as text" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", {}), (HEAD, {}), (HEAD + ROW, {"serial": "SN"}), (HEAD + ROW, {"colour": "model"}), ("id,ID\n1,2\n", {})],
)
def test_a_table_without_sense_is_refused(text, columns):
    with pytest.raises(Invalid):
        fleet(text, columns)
