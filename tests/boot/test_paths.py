import stat

from nameplate.boot.paths import Paths


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_secret_lies_where_only_the_service_can_enter(tmp_path):
    paths = Paths(tmp_path / "new" / "data")
    paths.create()
    for private in (paths.journal, paths.keys, paths.database.parent, paths.cursors):
        assert mode(private) == 0o700


def test_others_may_pass_through_to_the_sockets_but_list_and_write_nothing(tmp_path):
    paths = Paths(tmp_path / "data")
    paths.create()
    assert mode(paths.data) == 0o711
    assert mode(paths.run) == 0o711


def test_folders_that_were_opened_up_are_closed_again_and_nothing_in_them_is_lost(tmp_path):
    paths = Paths(tmp_path / "data")
    paths.create()
    (paths.keys / "store").write_text("kept")
    paths.keys.chmod(0o777)
    paths.data.chmod(0o777)
    paths.create()
    assert (mode(paths.keys), mode(paths.data)) == (0o700, 0o711)
    assert (paths.keys / "store").read_text() == "kept"


def test_no_two_things_lie_in_the_same_place(tmp_path):
    paths = Paths(tmp_path)
    places = [paths.journal, paths.keys, paths.database, paths.cursors, paths.control, paths.points, paths.internal]
    assert len({*places, paths.manage}) == len(places) + 1
    assert all(place.is_relative_to(tmp_path) for place in places)
