"""Two searches overtake each other, messages get lost, and a server restarts: nobody is forgotten or freed by that."""

from typing import Any
from uuid import UUID

import pytest
from sansldap.asn1 import ASN1Writer

from nameplate.bridges.ldap.rounds import Round, Stream
from nameplate.bridges.ldap.syncrepl import DONE, INFO, STATE, Change, Mode
from nameplate.bridges.ldap.wire import Done, Elsewhere, Entry, Garbled, Told

A, B = str(UUID(int=1)), str(UUID(int=2))


def stream(*held, cookie=b""):
    taken: list[Any] = []
    gone: list[str] = []

    def take(key, entry):
        taken.append((key, entry.dn))
        return entry.dn != "unusable"

    return Stream("actors", "dc=x", "(cn=*)", ("cn",), take, gone.append, dict.fromkeys(held, b""), cookie), taken, gone


def entry(key, dn="cn=a", change=Change.ADD, csn=b""):
    writer = ASN1Writer()
    with writer.push_sequence() as value:
        value.write_enumerated(change)
        value.write_octet_string(UUID(key).bytes)
    return Entry(1, dn, {"entrycsn": (csn,)} if csn else {}, {STATE: bytes(writer.get_data())})


def end(cookie=b"c", *, deletes=False):
    writer = ASN1Writer()
    with writer.push_sequence() as value:
        value.write_octet_string(cookie)
        value.write_boolean(deletes)
    return Done(1, 0, "", {DONE: bytes(writer.get_data())})


REFRESHED = Told(1, INFO, b"\xa1\x05\x04\x03new")


def test_who_is_not_named_by_a_whole_refresh_is_gone():
    known, _, gone = stream(A, B)
    made = Round(known, Mode.REFRESH_AND_PERSIST)
    assert made.on(entry(A))
    assert gone == []
    assert made.on(REFRESHED)
    assert (made.refreshed, gone, set(known.held), known.cookie) == (True, [B], {A}, b"new")
    made.on(entry(A, change=Change.DELETE))
    assert (gone, known.held) == ([B, A], {})


def test_a_refresh_by_deletions_leaves_alone_whom_it_does_not_name():
    known, _, gone = stream(A, B, cookie=b"c")
    Round(known, Mode.REFRESH_ONLY).on(end(deletes=True))
    assert gone == []
    Round(known, Mode.REFRESH_ONLY).on(end(deletes=False))
    assert sorted(gone) == [A, B]


def test_a_refresh_that_breaks_off_tells_of_nobody_that_they_are_gone():
    known, _, gone = stream(A, B, cookie=b"c")
    made = Round(known, Mode.REFRESH_ONLY)
    made.on(entry(A, change=Change.PRESENT))
    assert (gone, known.cookie, made.refreshed) == ([], b"c", False)


def test_who_came_after_a_refresh_began_is_not_taken_for_gone():
    known, _, gone = stream(A, cookie=b"c")
    persisting, asking = Round(known, Mode.REFRESH_AND_PERSIST), Round(known, Mode.REFRESH_ONLY)
    persisting.on(REFRESHED)
    persisting.on(entry(B))
    asking.on(entry(A, change=Change.PRESENT))
    asking.on(end())
    assert (gone, set(known.held)) == ([], {A, B})


def test_an_older_word_that_arrives_later_changes_nothing():
    known, taken, _ = stream(cookie=b"c")
    persisting, asking = Round(known, Mode.REFRESH_AND_PERSIST), Round(known, Mode.REFRESH_ONLY)
    persisting.on(entry(A, "cn=newer", csn=b"20260102"))
    asking.on(entry(A, "cn=older", csn=b"20260101"))
    assert taken == [(A, "cn=newer")]
    persisting.on(entry(A, change=Change.DELETE))
    asking.on(entry(A, "cn=older", csn=b"20260101"))
    assert taken == [(A, "cn=newer")]


def test_what_means_nothing_any_more_is_gone():
    known, _, gone = stream(A)
    Round(known, Mode.REFRESH_ONLY).on(entry(A, "unusable"))
    assert gone == [A]


def test_a_server_that_wants_to_begin_anew_is_obeyed_and_one_that_ends_is_not():
    known, _, _ = stream(A, cookie=b"stale")
    assert Round(known, Mode.REFRESH_AND_PERSIST).on(Done(1, 4096)) is False
    assert known.cookie == b""
    for mode, code in [(Mode.REFRESH_AND_PERSIST, 0), (Mode.REFRESH_ONLY, 50), (Mode.REFRESH_ONLY, 10)]:
        with pytest.raises(Garbled, match="code"):
            Round(known, mode).on(Done(1, code))


def test_an_entry_without_its_state_is_refused_and_references_are_left_alone():
    known, _, _ = stream()
    assert Round(known, Mode.REFRESH_ONLY).on(Elsewhere(1))
    with pytest.raises(Garbled):
        Round(known, Mode.REFRESH_ONLY).on(Entry(1, "cn=a", {}))


def test_there_is_a_bound_to_how_many_are_held(monkeypatch):
    monkeypatch.setattr("nameplate.bridges.ldap.rounds.MAX_HELD", 1)
    known, _, _ = stream()
    made = Round(known, Mode.REFRESH_ONLY)
    made.on(entry(A))
    with pytest.raises(Garbled, match="more than"):
        made.on(entry(B))
