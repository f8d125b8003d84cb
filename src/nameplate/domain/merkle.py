"""The Merkle tree over the journal: hashing and proofs (RFC 9162, section 2.1, with SHA-256).

Leaves are numbered from 0: the record with `seq` 1 is leaf 0. A proof is a tuple of 32-byte hashes.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Proof = tuple[bytes, ...]


class Span(NamedTuple):
    """The leaves from `start` up to, not including, `end`."""

    start: int
    end: int


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf. The prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots ("peaks") of its complete subtrees, largest first.

    This is the only mutable thing here: a tree grows by millions of leaves, and keeps one hash a level.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """A tree of `size` leaves. Raises `ValueError` unless there is one peak for each set bit of `size`."""
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count() or any(len(peak) != HASH_SIZE for peak in self.peaks):
            raise ValueError("the peaks do not belong to a tree of this size")

    def add(self, leaf: bytes) -> None:
        """Append the leaf whose hash is `leaf`."""
        merged, size = leaf, self.size
        while size & 1:
            merged = node_hash(self.peaks.pop(), merged)
            size >>= 1
        self.peaks.append(merged)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append many leaves, as `add` does with one, for the price of their hashes alone."""
        peaks, size, sha256 = self.peaks, self.size, hashlib.sha256
        for leaf in leaves:
            merged, bits = leaf, size
            while bits & 1:
                merged = sha256(b"\1" + peaks.pop() + merged).digest()
                bits >>= 1
            peaks.append(merged)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """The tree hash (RFC 9162, section 2.1.1)."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def copy(self) -> "Frontier":
        """The same tree, growing apart from now on."""
        return Frontier(self.size, self.peaks)


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The tree hash over these leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def inclusion_spans(index: int, size: int) -> tuple[Span, ...]:
    """The subtrees whose hashes prove leaf `index` in a tree of `size`, in proof order (RFC 9162, section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("the leaf does not lie in the tree")
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        spans.append(Span(middle, end) if index < middle else Span(start, middle))
        start, end = (start, middle) if index < middle else (middle, end)
    return tuple(reversed(spans))


def consistency_spans(old: int, new: int) -> tuple[Span, ...]:
    """The subtrees whose hashes prove that a tree of `new` extends one of `old` (RFC 9162, section 2.1.4.1).

    Empty when `old` equals `new`, or is 0: there is nothing to prove.
    """
    if not 0 <= old <= new:
        raise ValueError("the older tree cannot be the larger one")
    if old in (0, new):
        return ()
    spans, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        spans.append(Span(middle, end) if old <= middle else Span(start, middle))
        if old > middle:
            start, whole = middle, False
        else:
            end = middle
    return tuple(reversed(spans)) if whole else (Span(start, end), *reversed(spans))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Proof, root: bytes) -> bool:
    """Whether `proof` shows that `leaf` (a leaf hash) is number `index` of the tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Proof) -> bool:
    """Whether `proof` shows that the tree of size `new` extends the one of size `old` (RFC 9162, section 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = proof if old & (old - 1) else (old_root, *proof)
    return _extends(old - 1, new - 1, path, (old_root, new_root))


def _extends(position: int, last: int, path: Proof, roots: tuple[bytes, bytes]) -> bool:
    """Steps 3 to 7 of RFC 9162, section 2.1.4.2: rebuild both roots from one path."""
    if not path:
        return False
    while position & 1:
        position, last = position >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and (older, newer) == roots


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, for sizes above 1."""
    return 1 << ((size - 1).bit_length() - 1)
