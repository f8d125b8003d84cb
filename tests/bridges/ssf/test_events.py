import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.ssf.events import Kind, signal_of
from nameplate.bridges.ssf.sets import Refusal
from tests.bridges.ssf.signer import CAEP, DISABLED, RISC, SSF

AGENT = "urn:ietf:params:oauth:event-type:governed-agent-lifecycle"


def test_an_event_is_understood_by_its_uri_and_an_unknown_one_means_nothing():
    signal = signal_of(DISABLED, {"reason": "hijacking", "number": 7}, 5)
    assert signal is not None
    assert (signal.kind, signal.at, signal.fields) == (Kind.ACCOUNT_DISABLED, 5, {"reason": "hijacking"})
    assert signal.reason == "account-disabled:hijacking"
    assert signal_of("https://x.example/made-up", {}, 5) is None
    assert signal_of(f"{CAEP}session-established", {}, 5) is None


@pytest.mark.parametrize("said", ["a reason in words", "x" * 65, "line\nfeed", "\u00e9", ""])
def test_only_a_code_goes_on_record_as_a_reason(said):
    signal = signal_of(DISABLED, {"reason": said}, 5)
    assert signal is not None
    assert signal.reason == "account-disabled"


@pytest.mark.parametrize(
    ("uri", "event"),
    [
        (f"{CAEP}credential-change", {"credential_type": "x509"}),
        (f"{CAEP}credential-change", {"credential_type": "x509", "change_type": "burn"}),
        (f"{CAEP}device-compliance-change", {"current_status": "not-compliant"}),
        (f"{CAEP}device-compliance-change", {"previous_status": "compliant", "current_status": "maybe"}),
        (f"{CAEP}assurance-level-change", {"namespace": "NIST-AAL"}),
        (f"{CAEP}risk-level-change", {"principal": "USER", "current_level": "high"}),
        (f"{CAEP}risk-level-change", {"current_level": "HIGH"}),
        (f"{SSF}stream-updated", {"status": "asleep"}),
        (AGENT, {"version": "one", "status": "disabled"}),
        (AGENT, {"version": "1", "status": "gone"}),
        (f"{CAEP}credential-change", {"credential_type": 7, "change_type": "revoke"}),
        (f"{RISC}identifier-changed", {"new-value": ["ada@clinic.example"]}),
    ],
)
def test_an_event_that_lacks_what_its_type_must_have_is_refused(uri, event):
    with pytest.raises(Refusal) as refused:
        signal_of(uri, event, 5)
    assert refused.value.code == "invalid_request"


@given(
    st.sampled_from(list(Kind)),
    st.dictionaries(st.sampled_from(["status", "version", "reason", "new-value"]), st.text() | st.integers()),
)
def test_whatever_an_event_holds_it_is_understood_or_refused(kind, event):
    try:
        signal = signal_of(kind.value, event, 5)
    except Refusal:
        return
    assert signal is not None
    assert signal.reason.startswith(kind.short)
