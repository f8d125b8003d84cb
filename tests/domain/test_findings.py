from nameplate.domain.findings import Finding, Severity


def test_what_is_empty_is_left_out_of_the_record():
    finding = Finding("relay", Severity.HIGH, "Far away.", actor="amr-1")
    assert finding.fields == {"finding": "relay", "severity": "high", "text": "Far away.", "actor": "amr-1"}
