from nameplate.ports.certificates import Certificate, Pair


def test_a_pair_shows_nothing_of_its_key():
    pair = Pair(b"chain", b"the key", Certificate(("a",), 0, 1, "2", "3"))
    assert "the key" not in f"{pair} {pair!r}"
