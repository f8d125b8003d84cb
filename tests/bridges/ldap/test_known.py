import pytest

from nameplate.bridges.ldap.known import KnownFile


def test_what_is_kept_is_found_again_and_only_ids_are(tmp_path):
    file = KnownFile(tmp_path / "known.json", "digest")
    assert file.load() == {}
    file.save({"actors": {"b", "a"}, "people": ()})
    assert file.load() == {"actors": {"a", "b"}, "people": set()}
    assert KnownFile(tmp_path / "known.json", "other").load() == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "nameplate-directory/1", "of": "d", "held": 3}', "[" * 5000]
)
def test_a_damaged_file_counts_as_none(tmp_path, text):
    (tmp_path / "known.json").write_text(text)
    assert KnownFile(tmp_path / "known.json", "d").load() == {}


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(OSError, match="known"):
        KnownFile(tmp_path / "nowhere" / "known.json", "d").save({})
