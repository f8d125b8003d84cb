import pytest

from nameplate.entry.bench import slapd
from nameplate.entry.bench.ldap_editor import LdapEditor
from nameplate.entry.bench.slapd import READER, READER_PASSWORD, SUFFIX, device, running_slapd


def test_it_adds_changes_and_deletes_and_hears_a_refusal(require_peer, tmp_path):
    require_peer("slapd", slapd.INSTALL)
    dn = f"cn=a,ou=machines,{SUFFIX}"
    with running_slapd(tmp_path / "s") as directory:
        editor = directory.editor()
        sent = [editor.add(dn, device("a")), editor.replace(dn, {"ou": ["x", b"y"]}), editor.delete(dn)]
        assert sent == sorted(sent)
        with pytest.raises(ValueError, match="refuses"):
            editor.delete(dn)
        editor.close()
        reader = LdapEditor.over_tcp(directory.port)
        reader.bind(READER, READER_PASSWORD)
        with pytest.raises(ValueError, match="refuses"):
            reader.add(dn, device("a"))
        with pytest.raises(ValueError, match="refuses"):
            reader.bind(READER, "wrong")
        reader.close()
