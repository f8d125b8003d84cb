from nameplate.entry.bench.keycloak import home


def test_without_a_place_there_is_no_home(monkeypatch, tmp_path):
    monkeypatch.setenv("KEYCLOAK_HOME", str(tmp_path))
    assert home() is None
    monkeypatch.delenv("KEYCLOAK_HOME")
    monkeypatch.chdir(tmp_path)
    assert home() is None
