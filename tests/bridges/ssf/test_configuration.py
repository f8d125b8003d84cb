import pytest

from nameplate.bridges.ssf.configuration import MAX_TEXT, PUSH, SUPPORTED, audience, configuration, configured, metadata
from nameplate.bridges.ssf.streams import StreamSpec
from nameplate.bridges.ssf.transmitter import POLL, metadata_of, stream_of
from nameplate.domain.errors import Invalid

ISSUER = "https://nameplate.example"
SPEC = StreamSpec("s1", "siem")
PUSHED = {"method": PUSH, "endpoint_url": "https://siem.example/in", "authorization_header": "Bearer theirs"}


def test_what_we_say_of_ourselves_is_what_we_would_read():
    found = metadata_of(metadata(ISSUER), ISSUER)
    assert (found.jwks, found.verification) == (f"{ISSUER}/ssf/jwks", f"{ISSUER}/ssf/verify")
    assert stream_of(configuration(SPEC, ISSUER), polled=True).poll == f"{ISSUER}/ssf/poll/s1"


def test_what_they_gave_us_to_call_them_with_is_never_shown():
    pushed = configured(SPEC, {"delivery": PUSHED}, ISSUER, whole=False)
    assert pushed.authorization == "Bearer theirs"
    shown = configuration(pushed, ISSUER)
    assert "theirs" not in str(shown)
    assert shown["aud"] == audience(ISSUER, "siem")
    assert "theirs" not in repr(pushed)


def test_a_credential_stays_with_its_place_and_goes_nowhere_else():
    pushed = configured(SPEC, {"delivery": PUSHED}, ISSUER, whole=False)
    place = {name: PUSHED[name] for name in ("method", "endpoint_url")}
    assert configured(pushed, {"delivery": place}, ISSUER, whole=False).authorization == "Bearer theirs"
    elsewhere = place | {"endpoint_url": "https://thief.example/in"}
    assert configured(pushed, {"delivery": elsewhere}, ISSUER, whole=False).authorization == ""
    assert configured(pushed, {"delivery": {"method": POLL}}, ISSUER, whole=False).endpoint == ""


def test_a_patch_keeps_what_it_does_not_name_and_a_put_does_not():
    spec = configured(SPEC, {"events_requested": [SUPPORTED[0]], "description": "x"}, ISSUER, whole=True)
    assert configured(spec, {"description": "y"}, ISSUER, whole=False).events == (SUPPORTED[0],)
    whole = configured(spec, {"description": "y"}, ISSUER, whole=True)
    assert (whole.events, configuration(whole, ISSUER)["events_delivered"]) == ((), list(SUPPORTED))


def test_what_is_ours_to_say_may_be_repeated_and_not_changed():
    ours = configuration(SPEC, ISSUER)
    assert configured(SPEC, ours, ISSUER, whole=False).endpoint == ""
    for name in ("stream_id", "iss", "aud", "events_supported", "events_delivered", "min_verification_interval"):
        with pytest.raises(Invalid, match=name):
            configured(SPEC, ours | {name: "x"}, ISSUER, whole=False)


@pytest.mark.parametrize("text", ["", "a", "Signals of \u00fe, \N{PILE OF POO}", "\xa0", "x" * MAX_TEXT])
def test_a_description_is_any_text(text):
    assert configured(SPEC, {"description": text}, ISSUER, whole=False).description == text


@pytest.mark.parametrize("text", ["a\nb", "\x14", "\x7f", "\x9b", "x" * (MAX_TEXT + 1), 5, None])
def test_a_description_moves_no_cursor(text):
    with pytest.raises(Invalid):
        configured(SPEC, {"description": text}, ISSUER, whole=False)


@pytest.mark.parametrize("header", ["Bearer \u00fe", "Bearer x\r\nhost: y", 5])
def test_what_cannot_stand_in_a_header_is_refused(header):
    with pytest.raises(Invalid):
        configured(SPEC, {"delivery": PUSHED | {"authorization_header": header}}, ISSUER, whole=False)
