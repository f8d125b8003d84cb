import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.traces import UNTRACED, Trace, read_trace

ID, PARENT = b"0af7651916cd43dd8448eb211c80319c", b"b7ad6b7169203331"


@pytest.mark.parametrize(
    ("traceparent", "sampled"),
    [
        (b"00-%b-%b-01", True),
        (b"00-%b-%b-00", False),
        (b"00-%b-%b-ff", True),
        (b"00-%b-%b-fe", False),
        (b"00-%b-%b-10", False),
        (b"01-%b-%b-01", True),
        (b"cc-%b-%b-03-what-comes", True),
    ],
)
def test_trace_parent_and_whether_it_is_sampled_are_read(traceparent, sampled):
    assert read_trace(traceparent % (ID, PARENT)) == Trace(ID.decode(), PARENT.decode(), sampled)


@pytest.mark.parametrize(
    "traceparent",
    [
        b"",
        b"00-%b-%b" % (ID, PARENT),
        b"00-%b-%b-1" % (ID, PARENT),
        b"00-%b-%b-0g" % (ID, PARENT),
        b"00-%b-%b-01-more" % (ID, PARENT),
        b"00-%b-%b-01 " % (ID, PARENT),
        b"00-%b-%b-01\n" % (ID, PARENT),
        b"ff-%b-%b-01" % (ID, PARENT),
        b"00-%b-%b-01" % (ID.upper(), PARENT),
        b"00-%b-%b-01" % (b"0" * 32, PARENT),
        b"00-%b-%b-01" % (ID, b"0" * 16),
        b"00-%b-%b-01" % (ID, PARENT.upper()),
        b"00-%b-%b-01" % (ID[:-1], PARENT),
        b"00-%b-%b-01" % (ID, PARENT[:-1]),
        b"cc-%b-%b-01." % (ID, PARENT),
        b"00-" + b"0" * 100_000,
    ],
)
def test_what_is_no_traceparent_names_no_trace(traceparent):
    assert read_trace(traceparent) == UNTRACED


@given(st.binary(max_size=80))
def test_nothing_that_comes_over_the_wire_is_more_than_two_ids_and_a_flag(noise):
    found = read_trace(noise)
    digits = set("0123456789abcdef")
    assert found == UNTRACED or (len(found.id or "") == 32 and len(found.parent or "") == 16)
    assert set((found.id or "") + (found.parent or "")) <= digits
