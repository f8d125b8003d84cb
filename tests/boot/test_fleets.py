from nameplate.boot.fleets import import_fleet, write_fleet
from nameplate.boot.manifests import read_manifests


def test_ten_thousand_rows_become_manifests_whose_lines_lead_back_to_their_rows():
    rows = "".join(f"Acme,T3,{number:05},ops,=1+{number}\n" for number in range(10_000))
    fleet = import_fleet(f"manufacturer,model,serial,owner,purpose\n{rows}".encode(), {}, {})
    text, starts = write_fleet(fleet)
    documents = read_manifests(text, "fleet.yaml")
    assert (len(documents), fleet.faults) == (10_000, ())
    assert [document.mapping for document in documents] == [row.document for row in fleet.rows]
    assert all(start <= document.line for start, document in zip(starts, documents, strict=True))
    assert starts == sorted(set(starts))
