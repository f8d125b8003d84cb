from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.names import is_id
from nameplate.domain.stops import Receipt, receipt_text

RECEIPT = Receipt("stop-1", "door-controller-1", 1_700_000_000_000_001, 1_700_000_000_000_009)
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True)
receipts = st.builds(Receipt, ids, ids, st.integers(), st.integers())


def test_the_signed_text_stays_as_it_is_for_years():
    assert receipt_text(RECEIPT) == (
        b"nameplate-receipt/1\nstop-1\ndoor-controller-1\n1700000000000001\n1700000000000009"
    )


@pytest.mark.parametrize("field", [field.name for field in fields(Receipt) if field.name not in {"key", "signature"}])
def test_every_statement_of_a_receipt_is_signed(field):
    other = 7 if isinstance(getattr(RECEIPT, field), int) else "other"
    assert receipt_text(replace(RECEIPT, **{field: other})) != receipt_text(RECEIPT)  # type: ignore[arg-type]


def test_the_signature_does_not_sign_itself():
    assert receipt_text(replace(RECEIPT, key="ab", signature="cd")) == receipt_text(RECEIPT)


@given(receipts, receipts)
def test_two_receipts_that_say_different_things_never_have_the_same_text(first, second):
    assert is_id(first.stop)
    assert (receipt_text(first) == receipt_text(second)) == (first == second)
