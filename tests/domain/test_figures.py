"""Figures, as the reader of the Prometheus project understands them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from nameplate.domain.figures import SECONDS, Family, Histogram, Sample, counter, gauge, histogram, told

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))


def read(*families):
    return {family.name: family for family in text_string_to_metric_families(told(families))}


def test_each_kind_is_read_as_what_it_is():
    found = read(gauge("depth", "How deep.", 3), counter("asked_total", "How many.", 4.5))
    assert (found["depth"].type, found["depth"].documentation, found["depth"].samples[0].value) == (
        "gauge",
        "How deep.",
        3,
    )
    assert (found["asked"].type, found["asked"].samples[0].value) == ("counter", 4.5)


@given(st.lists(st.floats(0, 10)))
def test_a_histogram_counts_every_value_once_and_knows_their_sum(values):
    counted = Histogram()
    for value in values:
        counted.observe(value)
    samples = read(histogram("taken_seconds", "Time.", counted))["taken_seconds"].samples
    for sample in samples:
        if sample.name == "taken_seconds_bucket":
            assert sample.value == sum(value <= float(sample.labels["le"]) for value in values)
    assert samples[-1].value == len(values)
    assert samples[-2].value == pytest.approx(sum(values))
    assert len(samples) == len(SECONDS) + 3


@given(TEXTS, TEXTS)
def test_no_label_and_no_help_breaks_out_of_its_line(text, label):
    found = list(text_string_to_metric_families(told([Family("x", "gauge", text, [Sample("x", 1, {"name": label})])])))
    assert [family.name for family in found] == ["x"]
    assert found[0].samples[0].labels == {"name": label}
