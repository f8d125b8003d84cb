import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain import merkle
from nameplate.domain.merkle import Frontier, Span, tree_root, verify_consistency, verify_inclusion

LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(70)]


def mth(leaves):
    """RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m, leaves):
    """RFC 9162, section 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return ()
    k = split(len(leaves))
    if m < k:
        return (*path(m, leaves[:k]), mth(leaves[k:]))
    return (*path(m - k, leaves[k:]), mth(leaves[:k]))


def subproof(m, leaves, *, whole):
    """RFC 9162, section 2.1.4.1, word for word."""
    if m == len(leaves):
        return () if whole else (mth(leaves),)
    k = split(len(leaves))
    if m <= k:
        return (*subproof(m, leaves[:k], whole=whole), mth(leaves[k:]))
    return (*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k]))


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def roots_of(spans):
    return tuple(tree_root(LEAVES[start:end]) for start, end in spans)


def h(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


A, B, C, D, E, F, G, H = (hashlib.sha256(b"\x00" + bytes([number])).digest() for number in range(8))
BY_HAND = {
    1: A,
    2: h(A, B),
    3: h(h(A, B), C),
    4: h(h(A, B), h(C, D)),
    5: h(h(h(A, B), h(C, D)), E),
    6: h(h(h(A, B), h(C, D)), h(E, F)),
    7: h(h(h(A, B), h(C, D)), h(h(E, F), G)),
    8: h(h(h(A, B), h(C, D)), h(h(E, F), h(G, H))),
}

# (index, size) -> the proof, drawn on paper from the trees above.
PROOFS_BY_HAND = {
    (0, 1): (),
    (1, 2): (A,),
    (2, 3): (h(A, B),),
    (0, 3): (B, C),
    (3, 4): (C, h(A, B)),
    (4, 5): (h(h(A, B), h(C, D)),),
    (5, 6): (E, h(h(A, B), h(C, D))),
    (6, 7): (h(E, F), h(h(A, B), h(C, D))),
    (7, 8): (G, h(E, F), h(h(A, B), h(C, D))),
}

# (old, new) -> the proof, drawn on paper.
EXTENSIONS_BY_HAND = {
    (1, 2): (B,),
    (2, 3): (C,),
    (3, 4): (C, D, h(A, B)),
    (4, 8): (h(h(E, F), h(G, H)),),
    (6, 8): (h(E, F), h(G, H), h(h(A, B), h(C, D))),
    (5, 7): (E, F, G, h(h(A, B), h(C, D))),
}


@pytest.mark.parametrize(("size", "root"), BY_HAND.items())
def test_small_trees_have_the_root_computed_by_hand(size, root):
    assert tree_root(LEAVES[:size]) == root


def test_the_empty_tree_has_the_hash_of_nothing():
    assert tree_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("place", "proof"), PROOFS_BY_HAND.items())
def test_inclusion_proofs_are_those_drawn_by_hand(place, proof):
    index, size = place
    assert roots_of(merkle.inclusion_spans(index, size)) == proof
    assert verify_inclusion(LEAVES[index], index, size, proof, BY_HAND[size])


@pytest.mark.parametrize(("sizes", "proof"), EXTENSIONS_BY_HAND.items())
def test_consistency_proofs_are_those_drawn_by_hand(sizes, proof):
    old, new = sizes
    assert roots_of(merkle.consistency_spans(old, new)) == proof
    assert verify_consistency(old, BY_HAND[old], new, BY_HAND[new], proof)


@given(st.integers(0, 69))
def test_roots_are_those_of_the_definition(size):
    assert tree_root(LEAVES[:size]) == mth(LEAVES[:size])


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_inclusion_proofs_are_those_of_the_definition_and_hold(place):
    index, size = place
    proof, root = path(index, LEAVES[:size]), mth(LEAVES[:size])
    assert roots_of(merkle.inclusion_spans(index, size)) == proof
    assert verify_inclusion(LEAVES[index], index, size, proof, root)
    for other in range(size):
        assert verify_inclusion(LEAVES[other], index, size, proof, root) == (other == index)
        assert verify_inclusion(LEAVES[index], other, size, proof, root) == (other == index)


@given(st.integers(1, 70).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new))))
def test_consistency_proofs_are_those_of_the_definition_and_hold(sizes):
    old, new = sizes
    proof = subproof(old, LEAVES[:new], whole=True)
    assert roots_of(merkle.consistency_spans(old, new)) == proof
    assert verify_consistency(old, mth(LEAVES[:old]), new, mth(LEAVES[:new]), proof)
    forked = mth([*LEAVES[: old - 1], b"?" * 32])
    assert not verify_consistency(old, forked, new, mth(LEAVES[:new]), proof)


@given(st.integers(2, 70), st.data())
def test_a_proof_with_one_hash_changed_dropped_or_added_does_not_hold(size, data):
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    inclusion, extension = path(index, LEAVES[:size]), subproof(old, LEAVES[:size], whole=True)
    old_root, root = mth(LEAVES[:old]), mth(LEAVES[:size])
    for bad in damaged(inclusion, data):
        assert not verify_inclusion(LEAVES[index], index, size, bad, root)
    for bad in damaged(extension, data):
        assert not verify_consistency(old, old_root, size, root, bad)


def damaged(proof, data):
    at = data.draw(st.integers(0, len(proof) - 1))
    yield (*proof[:at], b"?" * 32, *proof[at + 1 :])
    yield proof[:at] + proof[at + 1 :]
    yield (*proof[:at], b"?" * 32, *proof[at:])
    yield (*proof, b"?" * 32)


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_tree_goes_on_from_its_peaks(size, more):
    tree = Frontier()
    for leaf in LEAVES[:size]:
        tree.add(leaf)
    later = Frontier(tree.size, tree.peaks)
    for number in range(more):
        later.add(LEAVES[number % 70])
    assert tree.root() == mth(LEAVES[:size])
    assert later.root() == mth([*LEAVES[:size], *(LEAVES[number % 70] for number in range(more))])


def test_a_copy_grows_apart():
    tree = Frontier(1, [A])
    copy = tree.copy()
    copy.add(B)
    assert (tree.root(), copy.root()) == (A, h(A, B))


@pytest.mark.parametrize(("size", "peaks"), [(-1, []), (1, []), (0, [A]), (2, [A, B]), (1, [b"short"])])
def test_peaks_that_do_not_fit_the_size_are_refused(size, peaks):
    with pytest.raises(ValueError, match="peaks"):
        Frontier(size, peaks)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_a_leaf_outside_the_tree(index, size):
    assert not verify_inclusion(A, index, size, (), A)
    with pytest.raises(ValueError, match="leaf"):
        merkle.inclusion_spans(index, size)


def test_a_tree_does_not_shrink():
    assert not verify_consistency(2, BY_HAND[2], 1, BY_HAND[1], ())
    with pytest.raises(ValueError, match="older"):
        merkle.consistency_spans(2, 1)


def test_the_same_and_the_empty_tree_need_no_proof_but_the_right_root():
    assert merkle.consistency_spans(3, 3) == merkle.consistency_spans(0, 3) == ()
    assert verify_consistency(3, BY_HAND[3], 3, BY_HAND[3], ())
    assert not verify_consistency(3, BY_HAND[3], 3, BY_HAND[4], ())
    assert verify_consistency(0, merkle.EMPTY_ROOT, 3, BY_HAND[3], ())
    assert not verify_consistency(0, A, 3, BY_HAND[3], ())
    assert not verify_consistency(0, merkle.EMPTY_ROOT, 3, BY_HAND[3], (A,))


def test_a_consistency_proof_is_never_empty_for_different_trees():
    assert not verify_consistency(3, BY_HAND[3], 4, BY_HAND[4], ())


def test_spans_name_their_leaves():
    assert merkle.inclusion_spans(2, 7) == (Span(3, 4), Span(0, 2), Span(4, 7))


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40), st.integers(0, 40))
def test_many_leaves_at_once_are_the_same_tree(leaves, cut):
    one_by_one, at_once = Frontier(), Frontier()
    for leaf in leaves:
        one_by_one.add(leaf)
    at_once.extend(leaves[:cut])
    at_once.extend(leaves[cut:])
    assert (at_once.size, at_once.peaks) == (one_by_one.size, one_by_one.peaks)
