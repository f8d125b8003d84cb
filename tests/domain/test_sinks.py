from nameplate.domain.sinks import Auth, Sink, Tls


def test_a_sink_may_be_given_what_it_names_and_nothing_else():
    assert Sink("s", "ocsf", "file:x").credentials == ()
    named = Sink("s", "ocsf", "https://x", tls=Tls(key="k"), auth=Auth("token"), secrets=("new", "token"))
    assert named.credentials == ("k", "token", "new")
