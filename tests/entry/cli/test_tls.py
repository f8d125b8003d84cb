"""The commands beside their server are tested where it is: tests/entry/decide/test_certificates.py."""


def test_a_server_without_certificates_says_what_to_do(world):
    told = world.run("tls", "show")
    assert (told.code, "nameplate tls init" in told.err) == (3, True)
    told = world.run("tls", "issue", "--name", "here.example", "--json")
    assert (told.code, told.json["error"]) == (3, "tls_authority")
    assert world.run("tls", "issue").code == 2


def test_the_authority_is_shown_and_written_for_clients(own_world, tmp_path):
    assert own_world.run("tls", "init").out.startswith("-----BEGIN CERTIFICATE-----")
    assert own_world.run("tls", "init").code == 5
    assert "here.example until 20" in own_world.run("tls", "issue", "--name", "here.example").out
    told = own_world.run("tls", "show", "--out", tmp_path / "ca.pem")
    assert "issued: here.example until" in told.out
    assert (tmp_path / "ca.pem").read_text() in told.out
