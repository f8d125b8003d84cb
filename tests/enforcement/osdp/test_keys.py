from nameplate.enforcement.osdp.keys import TransportKeys

OLD, NEW = bytes(16), bytes([1]) * 16


def test_until_the_reader_is_up_with_one_of_them_both_are_tried():
    keys = TransportKeys(OLD)
    assert (keys.current, keys.open) == (OLD, False)
    keys.offer(NEW)
    assert (keys.current, keys.open) == (OLD, True)
    keys.swap()
    assert keys.current == NEW
    keys.swap()
    assert keys.current == OLD


def test_the_one_that_it_is_up_with_counts_and_the_other_is_forgotten():
    keys = TransportKeys(OLD)
    keys.offer(NEW)
    assert (keys.settle(), keys.current, keys.open) == (False, OLD, False)
    keys.offer(NEW)
    keys.swap()
    assert (keys.settle(), keys.current, keys.open) == (True, NEW, False)


def test_one_that_was_never_sent_is_no_candidate():
    keys = TransportKeys(OLD)
    keys.offer(NEW)
    keys.withdraw()
    assert (keys.current, keys.open) == (OLD, False)


def test_keys_are_not_shown():
    keys = TransportKeys(OLD)
    keys.offer(NEW)
    assert str(NEW) not in repr(keys)
    assert str(OLD) not in repr(keys)
