from contextlib import closing

from nameplate.boot.point_keys import PointKeys, public
from nameplate.domain.points import Caller
from nameplate.domain.registry import Registry
from nameplate.keys.file import FileKeyStore


def test_the_key_on_record_is_the_one_that_signs_also_after_a_crash(tmp_path):
    registry = Registry()
    with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as keys:
        point_keys = PointKeys(keys, registry)
        former = point_keys.seed("p1")
        registry.callers["p1"] = Caller("p1", public_key=public(former))
        following, key = point_keys.following("p1")
        assert (key, following != former) == (public(following), True)
        # A successor that nobody has put on record yet signs for nothing, and takes no place.
        point_keys.settle("p1")
        assert point_keys.seed("p1") == former
        registry.callers["p1"] = Caller("p1", public_key=key)
        assert point_keys.seed("p1") == following
    with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as keys:
        point_keys = PointKeys(keys, registry)
        assert point_keys.seed("p1") == following
        point_keys.settle("p1")
        assert point_keys.seed("p1") == following
        assert not keys.awaited()


def test_each_point_has_a_key_of_its_own(tmp_path):
    with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as keys:
        point_keys = PointKeys(keys, Registry())
        assert point_keys.seed("p1") == point_keys.seed("p1") != point_keys.seed("p2")
