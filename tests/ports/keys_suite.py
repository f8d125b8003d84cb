"""What every adapter of the `KeyStore` port must do. Subclass a suite and give the fixture `reopen`.

`reopen()` is a context manager that opens the same store again and again.
"""

import pytest

from nameplate.domain.errors import Invalid, NotFound

VALUE = b"a value \x00\xff of the tests\n"


class CredentialsSuite:
    def test_a_credential_is_given_back_as_it_was_put_also_later(self, reopen):
        with reopen() as store:
            store.put_credential("siem/token", VALUE)
            assert store.credential("siem/token") == VALUE
        with reopen() as store:
            assert (store.credential("siem/token"), store.credentials()) == (VALUE, ["siem/token"])

    def test_the_last_value_counts(self, reopen):
        with reopen() as store:
            store.put_credential("token", b"former")
            store.put_credential("token", b"latter")
        with reopen() as store:
            assert store.credential("token") == b"latter"

    def test_what_is_removed_is_gone_and_nothing_else(self, reopen):
        with reopen() as store:
            store.put_credential("a", b"1")
            store.put_credential("b", b"2")
            store.remove_credential("a")
        with reopen() as store:
            assert store.credentials() == ["b"]
            with pytest.raises(NotFound):
                store.credential("a")
            with pytest.raises(NotFound):
                store.remove_credential("a")

    def test_a_credential_never_takes_the_place_of_a_key(self, reopen):
        with reopen() as store:
            public, secret = store.signer("node").public_key, store.secret("transport/d", 16)
            for name in ("node", "transport/d"):
                with pytest.raises(NotFound):
                    store.credential(name)
                store.put_credential(name, b"another")
                store.remove_credential(name)
            assert (store.signer("node").public_key, store.secret("transport/d", 16)) == (public, secret)
            assert store.names() == ["node", "transport/d"]

    @pytest.mark.parametrize("name", ["", "/", "a/", "/a", "a//b", "../a", "a b", "é", "x" * 129, "a\n"])
    def test_odd_names_are_refused(self, reopen, name):
        with reopen() as store:
            with pytest.raises(Invalid):
                store.put_credential(name, b"x")
            with pytest.raises(Invalid):
                store.credential(name)
            assert store.credentials() == []

    @pytest.mark.parametrize("size", [0, 64 * 1024 + 1])
    def test_odd_sizes_are_refused(self, reopen, size):
        with reopen() as store:
            with pytest.raises(Invalid):
                store.put_credential("a", bytes(size))
            assert store.credentials() == []


class SuccessionSuite:
    def test_a_successor_waits_until_it_takes_the_place_also_through_a_restart(self, reopen):
        with reopen() as store:
            former, secret = store.signer("node").public_key, store.secret("transport/d", 16)
            following, later = store.next_signer("node").public_key, store.next_secret("transport/d")
            assert (following != former, later != secret, len(later)) == (True, True, 16)
            assert store.awaited() == {"node", "transport/d"}
        with reopen() as store:
            assert store.signer("node").public_key == former
            assert store.next_signer("node").public_key == following
            assert store.succeed("node") is store.succeed("transport/d") is True
            assert store.succeed("node") is store.forget_next("other") is False
        with reopen() as store:
            assert (store.signer("node").public_key, store.secret("transport/d", 16)) == (following, later)
            assert store.awaited() == set()
            assert store.names() == ["node", "transport/d"]

    def test_a_forgotten_successor_is_gone_and_the_former_stays(self, reopen):
        with reopen() as store:
            former, following = store.signer("node").public_key, store.next_signer("node").public_key
            assert (store.forget_next("node"), store.succeed("node")) == (True, False)
            assert (store.signer("node").public_key, store.awaited()) == (former, set())
            assert store.next_signer("node").public_key != following

    def test_nothing_succeeds_what_is_not_there_or_is_of_the_other_kind(self, reopen):
        with reopen() as store:
            store.signer("node")
            store.secret("transport/d", 16)
            for name, ask in (("other", store.next_signer), ("node", store.next_secret), ("other", store.next_secret)):
                with pytest.raises(NotFound):
                    ask(name)
            with pytest.raises(NotFound):
                store.next_signer("transport/d")
            with pytest.raises(Invalid):
                store.next_secret("../a")
            assert store.awaited() == set()
