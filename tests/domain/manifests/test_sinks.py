"""Sinks: what goes together is taken, what does not is refused before it can fail at night."""

import pytest

from nameplate.domain.manifests.documents import from_document, read_document, to_document
from nameplate.domain.sinks import Auth, Sink, Tls

SIEM = "syslog+tcp://siem:6514"
TLS = {"ca": "ca.pem", "cert": "c.pem", "key": "siem-key"}
MAIL = "?from=nameplate@clinic.example&to=duty@clinic.example"


def document(form="ocsf", to=SIEM, **more):
    return {"kind": "Sink", "id": "siem", "format": form, "to": to} | more


def told(*args, **more):
    """Where the problems are."""
    return {problem.where for problem in read_document(document(*args, **more))[1]}


@pytest.mark.parametrize(
    ("form", "to", "more"),
    [
        ("ocsf", "file:/var/log/n.ndjson", {}),
        ("ecs", "file:relative", {}),
        ("ocsf", SIEM, {}),
        ("ocsf", "syslog+tcp://[::1]:6514", {"events": "findings"}),
        ("cef", "syslog+tcp://siem:514?header=3164", {}),
        ("cef", "syslog+tls://siem:6514", {"tls": TLS}),
        ("ocsf", "https://siem.example/in", {"auth": {"credential": "t"}, "gzip": True}),
        ("ocsf", "http://127.0.0.1:8088/in", {"preset": "splunk-hec", "auth": {"credential": "t"}}),
        ("ecs", "https://es:9200/index/_bulk?pipeline=p", {"preset": "elastic-bulk"}),
        ("ocsf", "https://hook.example", {"preset": "webhook", "secrets": ["new", "old"]}),
        ("cef", "https://siem.example", {"preset": "plain"}),
        ("otlp", "https://collector:4318/v1/traces", {"auth": {"credential": "t"}, "gzip": True, "tls": {"ca": "c"}}),
        ("otlp", "http://127.0.0.1:4318/v1/traces", {}),
        ("text", f"smtp+tls://mx:587{MAIL},boss@clinic.example", {"auth": {"user": "u", "credential": "p"}}),
        ("text", f"smtps://mx{MAIL}", {"events": "alarms", "tls": {"ca": "ca.pem"}}),
        ("text", f"smtp://[::1]:25{MAIL}", {}),
    ],
)
def test_what_works_is_taken_and_written_as_it_was(form, to, more):
    wanted = document(form, to, **more)
    assert to_document(from_document(wanted)) == wanted


def test_what_is_declared_is_what_is_meant():
    sink = from_document(document("cef", "syslog+tls://siem:6514", tls=TLS))
    assert sink == Sink("siem", "cef", "syslog+tls://siem:6514", tls=Tls("ca.pem", "c.pem", "siem-key"))
    sink = from_document(document("ocsf", "https://x", auth={"credential": "t", "header": "X-Api-Key"}))
    assert sink == Sink("siem", "ocsf", "https://x", auth=Auth("t", "", "X-Api-Key"))


@pytest.mark.parametrize(
    "to",
    [
        "",
        "file:",
        "syslog+tcp://siem",
        "syslog+tcp://siem:99999",
        "syslog+tcp://siem:0",
        "syslog+udp://siem:514",
        "syslog+tcp://siem:514?header=1",
        "http://siem.example/in",
        "http://127.0.0.1.example.org/",
        "smtp://mx.example" + MAIL,
        "smtps://mx",
        "smtps://mx?from=x&to=y@z",
        "smtps://mx?from=a@b&to=c@d&to=e@f",
        "kafka://x",
        "FILE:x",
    ],
)
def test_targets_that_cannot_work_are_refused_with_those_that_can(to):
    (problem,) = read_document(document("text" if "smtp" in to else "ocsf", to))[1]
    assert problem.where == "to"
    assert "syslog+tls://" in problem.remedy or "cannot" in problem.message or "`to:`" in problem.remedy or not to


@pytest.mark.parametrize(
    "to",
    [
        "https://user:hunter2@siem.example/in",
        "https://hunter2@siem.example/in",
        "syslog+tls://a:hunter2@siem:6514",
        "smtps://a:hunter2@mx" + MAIL,
        "https://siem.example/in?token=hunter2",
        "https://siem.example/in?a=b&API_KEY=hunter2",
    ],
)
def test_a_secret_in_a_target_is_refused_and_not_repeated(to):
    (problem,) = read_document(document("text" if "smtp" in to else "ocsf", to))[1]
    assert problem.where == "to"
    assert "key put" in problem.remedy
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    ("form", "to", "more", "where"),
    [
        ("xml", SIEM, {}, "format"),
        ("text", SIEM, {}, "format"),
        ("ocsf", "smtps://mx" + MAIL, {}, "format"),
        ("cef", "https://x", {"preset": "splunk-hec"}, "format"),
        ("ocsf", "syslog+tcp://siem:514?header=3164", {}, "to"),
        ("ocsf", SIEM, {"tls": {"ca": "ca.pem"}}, "tls"),
        ("ocsf", "http://localhost", {"tls": {"ca": "ca.pem"}}, "tls"),
        ("ocsf", "syslog+tls://siem:1", {"tls": {"cert": "c.pem"}}, "tls"),
        ("ocsf", "syslog+tls://siem:1", {"tls": {"key": "k"}}, "tls"),
        ("ocsf", SIEM, {"gzip": True}, "gzip"),
        ("ocsf", "https://x", {"preset": "webhook", "secrets": ["a"], "gzip": True}, "gzip"),
        ("ocsf", SIEM, {"preset": "plain"}, "preset"),
        ("ocsf", SIEM, {"auth": {"credential": "t"}}, "auth"),
        ("ocsf", "https://x", {"auth": {"header": "X"}}, "auth.credential"),
        ("ocsf", "https://x", {"auth": {"credential": "t", "header": "X: y"}}, "auth.header"),
        ("ocsf", "https://x", {"auth": {"credential": "t", "header": "X", "user": "u"}}, "auth.header"),
        ("ocsf", "https://x", {"auth": {"credential": "not a name"}}, "auth.credential"),
        ("ocsf", "https://x", {"preset": "webhook"}, "secrets"),
        ("ocsf", "https://x", {"secrets": ["a"]}, "secrets"),
        ("ocsf", "https://x", {"preset": "webhook", "secrets": ["a", "b", "c"]}, "secrets"),
        ("ocsf", "https://x", {"preset": "webhook", "secrets": ["whsec_+/="]}, "secrets"),
        ("text", "smtps://mx" + MAIL, {"auth": {"credential": "p"}}, "auth"),
        ("ocsf", SIEM, {"events": "some"}, "events"),
        ("otlp", SIEM, {}, "format"),
        ("otlp", "file:spans", {}, "format"),
        ("otlp", "smtps://mx" + MAIL, {}, "format"),
        ("otlp", "http://collector:4318/v1/traces", {}, "to"),
        ("otlp", "https://x", {"preset": "plain"}, "format"),
        ("otlp", "https://x", {"preset": "webhook", "secrets": ["a"]}, "format"),
        ("otlp", "https://x", {"events": "findings"}, "events"),
    ],
)
def test_what_does_not_go_together_is_refused_where_it_stands(form, to, more, where):
    assert where in told(form, to, **more)


def test_a_secret_in_the_place_of_its_name_is_not_repeated():
    wrong = document(
        "ocsf", "https://x", preset="webhook", secrets=["whsec_hunter2="], auth={"credential": "hunter2 !"}
    )
    problems = read_document(wrong)[1]
    assert {problem.where for problem in problems} == {"secrets", "auth.credential"}
    assert "hunter2" not in " ".join(map(str, problems))
