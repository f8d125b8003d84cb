import yaml

from tests.entry.world import run

HEAD = "SN;Type;owner;purpose\n"
WORDS = ("--map", "serial=SN,model=Type", "--set", "manufacturer=Acme,contract=author")


def table(tmp_path, *rows):
    path = tmp_path / "fleet.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8-sig")
    return path


def test_a_fleet_is_written_and_can_be_applied(world, tmp_path):
    out = tmp_path / "fleet.yaml"
    told = world.run("import", "fleet", table(tmp_path, "F-1;T9;ops;Carries", "F-2;T9;ops;=1+1"), "--out", out, *WORDS)
    assert (told.code, told.out) == (0, "")
    assert "kept as text" in told.err
    assert [each["id"] for each in yaml.safe_load_all(out.read_text())] == ["t9-f-1", "t9-f-2"]
    assert world.run("apply", "-f", out).code == 0
    assert '"=1+1"' in world.run("actor", "show", "t9-f-2", "--json").out


def test_what_the_server_objects_to_is_told_by_row_and_nothing_is_written(world, tmp_path):
    out = tmp_path / "fleet.yaml"
    file = table(tmp_path, "G-1;T9;ops;Carries", "G-2;T9;nobody;Carries")
    told = world.run("import", "fleet", file, "--out", out, *WORDS, "--json")
    assert told.code == 1
    assert [(each["row"], each["column"]) for each in told.json["faults"]] == [(3, "owner")]
    assert f"{file}:3: owner: There is no Team 'nobody'." in told.err
    assert not out.exists()


def test_a_former_file_stays_where_the_table_has_faults(tmp_path):
    out = tmp_path / "fleet.yaml"
    out.write_text("former")
    told = run("import", "fleet", table(tmp_path, "H-1;;ops;x"), "--out", out, *WORDS, "--data", tmp_path)
    assert (told.code, out.read_text()) == (1, "former")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fleet.csv", "fleet.yaml"]


def test_a_preview_writes_nothing(tmp_path):
    out = tmp_path / "fleet.yaml"
    file = table(tmp_path, *(f"I-{number};T9;ops;x" for number in range(30)))
    told = run("import", "fleet", file, "--preview", "--out", out, *WORDS, "--data", tmp_path)
    assert told.code == 0
    assert told.out.splitlines()[0].split()[:3] == ["LINE", "ID", "TYPE"]
    assert told.out.splitlines()[-1] == "... and 10 more"
    assert "no server answers" in told.err
    assert not out.exists()


def test_without_a_file_manifests_go_to_standard_output(tmp_path):
    file = table(tmp_path, "J-1;T9;ops;x")
    assert "serial: J-1" in run("import", "fleet", file, *WORDS, "--data", tmp_path).out
    assert run("import", "fleet", file, "--map", "serial", "--data", tmp_path).code == 2
    assert run("import", "fleet", tmp_path / "none.csv").code == 1
    assert run("import", "fleet", file, "--out", tmp_path / "no" / "x.yaml", *WORDS, "--data", tmp_path).code == 1
