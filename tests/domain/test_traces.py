import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.traces import trace_id

ID, PARENT = b"0af7651916cd43dd8448eb211c80319c", b"b7ad6b7169203331"


@pytest.mark.parametrize(
    "traceparent", [b"00-%b-%b-01", b"00-%b-%b-00", b"00-%b-%b-ff", b"01-%b-%b-01", b"cc-%b-%b-01-what-comes"]
)
def test_the_trace_is_known_by_its_id(traceparent):
    assert trace_id(traceparent % (ID, PARENT)) == ID.decode()


@pytest.mark.parametrize(
    "traceparent",
    [
        b"",
        b"00-%b-%b" % (ID, PARENT),
        b"00-%b-%b-1" % (ID, PARENT),
        b"00-%b-%b-01-more" % (ID, PARENT),
        b"00-%b-%b-01 " % (ID, PARENT),
        b"00-%b-%b-01\n" % (ID, PARENT),
        b"ff-%b-%b-01" % (ID, PARENT),
        b"00-%b-%b-01" % (ID.upper(), PARENT),
        b"00-%b-%b-01" % (b"0" * 32, PARENT),
        b"00-%b-%b-01" % (ID, b"0" * 16),
        b"00-%b-%b-01" % (ID[:-1], PARENT),
        b"cc-%b-%b-01." % (ID, PARENT),
        b"00-" + b"0" * 100_000,
    ],
)
def test_what_is_no_traceparent_names_no_trace(traceparent):
    assert trace_id(traceparent) is None


@given(st.binary(max_size=80))
def test_nothing_that_comes_over_the_wire_is_more_than_an_id(noise):
    found = trace_id(noise)
    assert found is None or (len(found) == 32 and set(found) <= set("0123456789abcdef"))
