from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.actors import State
from nameplate.domain.errors import Conflict
from nameplate.domain.notices import ActorNotice, Status
from nameplate.domain.registry import Registry, fold
from nameplate.domain.timestamps import moment
from nameplate.domain.upstreams import Upstream, UpstreamBook, next_upstream, upstream_id
from tests.domain.journal_records import actor, at, histories, order, put

SAID = Upstream("iam", "k", "amr-1", Status.DISABLED, version=4, cut_off=50)


def notice(**more):
    return ActorNotice("iam", "k", "amr-1", **more)


def told(ident="amr-1", bridge="iam", status="disabled", **more):
    return {"kind": "upstream", "bridge": bridge, "key": "k", "actor": ident, "status": status, "at": at(1)} | more


def after(*records):
    registry = Registry()
    for seq, record in enumerate(records, 1):
        fold(registry, {"seq": seq, "at": at(seq)} | record)
    return registry


def test_a_first_word_is_new_and_its_repetition_is_not():
    first = next_upstream(None, notice(status=Status.DISABLED, version=1))
    assert first is not None
    assert (first.status, first.version, first.actor) == (Status.DISABLED, 1, "amr-1")
    assert next_upstream(first, notice(status=Status.DISABLED, version=1)) is None
    assert next_upstream(first, notice()) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (notice(status=Status.ACTIVE, version=3), "version"),
        (notice(status=Status.ACTIVE, version=4), "version"),
        (notice(cut_off=60, version=4), "version"),
    ],
)
def test_an_older_version_and_the_same_one_with_another_content_are_refused(said, code):
    with pytest.raises(Conflict) as refused:
        next_upstream(SAID, said)
    assert refused.value.code == code


def test_the_end_of_a_word_is_on_record_and_only_a_later_version_moves_it():
    first = next_upstream(None, notice(status=Status.ACTIVE, version=1, valid_until=70))
    assert first is not None
    assert first.valid_until == 70
    with pytest.raises(Conflict):
        next_upstream(first, notice(status=Status.ACTIVE, version=1, valid_until=90))
    later = next_upstream(first, notice(version=2, valid_until=90))
    assert later is not None
    assert later.valid_until == 90
    kept = next_upstream(later, notice(version=3, cut_off=1))
    assert kept is not None
    assert kept.valid_until == 90
    registry = after(put(actor("amr-1")), told(status="active", valid_until=at(9)))
    assert registry.upstreams.by_id[upstream_id("iam", "k")].valid_until == moment(at(9))


def test_retired_is_final_and_may_be_said_again():
    retired = replace(SAID, status=Status.RETIRED)
    assert next_upstream(retired, notice(status=Status.RETIRED)) is None
    for status in (Status.ACTIVE, Status.DISABLED):
        with pytest.raises(Conflict, match="final"):
            next_upstream(retired, notice(status=status, version=9))


@given(st.lists(st.integers(0, 99) | st.none(), max_size=9))
def test_a_cut_off_never_decreases(cut_offs):
    upstream, highest = None, 0
    for cut_off in cut_offs:
        upstream = next_upstream(upstream, notice(cut_off=cut_off)) or upstream
        highest = max(highest, cut_off or 0)
        assert upstream is not None
        assert upstream.cut_off == highest


def test_who_means_another_actor_lets_go_of_the_former():
    book = UpstreamBook()
    book.put(SAID)
    assert book.holders("amr-1") == ("iam",)
    book.put(replace(SAID, actor="amr-2"))
    assert (book.holders("amr-1"), book.holders("amr-2")) == ((), ("iam",))
    assert list(book.by_id) == [upstream_id("iam", "k")]


def test_a_bridge_that_holds_twice_is_named_once():
    book = UpstreamBook()
    book.put(SAID)
    book.put(replace(SAID, key="k#risk"))
    assert book.holders("amr-1") == ("iam",)
    assert [each.key for each in book.of("amr-1")] == ["k", "k#risk"]


def test_a_disable_and_a_cut_off_from_before_bite_when_the_actor_is_declared():
    document = put(actor("amr-1", owner="o", purpose="p", state="active"))
    declared = {"kind": "declared", "by": "uid:0", "changes": [document]}
    held = after(told(cut_off=at(7)), declared).standings["amr-1"]
    assert (held.state, held.cut_off) == (State.SUSPENDED, after(told(cut_off=at(7))).upstreams.by_id["iam/k"].cut_off)
    free = after(told(status="active"), declared).standings["amr-1"]
    assert (free.state, free.cut_off) == (State.ACTIVE, None)


def test_no_word_from_upstream_changes_a_state_by_itself():
    document = put(actor("amr-1", owner="o", purpose="p", state="active"))
    declared = {"kind": "declared", "by": "uid:0", "changes": [document]}
    stopped = order("suspend", ["amr-1"], 1)
    assert after(declared, stopped, told(status="active")).standings["amr-1"].state is State.SUSPENDED
    assert after(declared, told(status="disabled")).standings["amr-1"].state is State.ACTIVE


@given(histories())
def test_whatever_happens_no_cut_off_moves_back_and_retired_stays(records):
    registry, cut_offs, retired = Registry(), dict[str, int](), set[str]()
    for record in records:
        fold(registry, record)
        for ident, standing in registry.standings.items():
            assert (standing.cut_off or 0) >= cut_offs.get(ident, 0)
            cut_offs[ident] = standing.cut_off or 0
        for ident, upstream in registry.upstreams.by_id.items():
            assert ident not in retired or upstream.status is Status.RETIRED
            assert upstream.cut_off >= cut_offs.get(f"/{ident}", 0)
            cut_offs[f"/{ident}"] = upstream.cut_off
        retired |= {ident for ident, each in registry.upstreams.by_id.items() if each.status is Status.RETIRED}
