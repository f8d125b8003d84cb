"""The `Ceremony` port on py_webauthn: user verification is required, always, and counters must rise."""

import json
from collections.abc import Sequence
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from nameplate.domain.errors import Refused
from nameplate.ports.passkeys import Bound, Json, Site

MAX_JSON = 64 * 1024
TIMEOUT_MS = 120_000
VERIFIED = UserVerificationRequirement.REQUIRED
WRONG = (WebAuthnException, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
"""How it shows that something is no passkey: LookupError for a strange key, RecursionError for JSON nested deeply."""


class WebauthnCeremony:
    """The port. It keeps nothing."""

    def creation(self, site: Site, challenge: bytes, person: str, known: Sequence[str]) -> dict[str, Any]:
        """See the port."""
        options = generate_registration_options(
            rp_id=site.host,
            rp_name="Nameplate",
            user_id=person.encode(),
            user_name=person,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            exclude_credentials=_named(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
            ),
        )
        return _json(options)

    def request(self, site: Site, challenge: bytes, known: Sequence[str]) -> dict[str, Any]:
        """See the port."""
        options = generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            allow_credentials=_named(known) or None,
            user_verification=VERIFIED,
        )
        return _json(options)

    def made(self, site: Site, challenge: bytes, credential: Json) -> Bound:
        """See the port."""
        _require_top(credential)
        try:
            found = verify_registration_response(
                credential=_text(credential),
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except WRONG as error:
            raise _refused(error) from None
        return Bound(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)

    def shown(self, site: Site, challenge: bytes, assertion: Json, public: bytes, counter: int) -> int:
        """See the port. The library would compare counters before it looks at the signature: that is done here."""
        _require_top(assertion)
        try:
            found = verify_authentication_response(
                credential=_text(assertion),
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=public,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except WRONG as error:
            raise _refused(error) from None
        if (counter or found.new_sign_count) and found.new_sign_count <= counter:
            raise Refused("passkey_counter", "The counter of this passkey did not rise.", "Have it removed.")
        return found.new_sign_count


def _require_top(said: Json) -> None:
    """Not within a page of others (`crossOrigin`), which the library does not look at. Raises Refused."""
    try:
        client = json.loads(base64url_to_bytes(said["response"]["clientDataJSON"]))
        alone = client.get("crossOrigin", False) is False and "topOrigin" not in client
    except WRONG as error:
        raise _refused(error) from None
    if not alone:
        raise _refused(ValueError("it was asked for within another page"))


def _named(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known]


def _json(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(options_to_json(options))
    return found


def _text(said: Json) -> str:
    text = json.dumps(said)
    if len(text) > MAX_JSON:
        raise ValueError("it is too long")
    return text


def _refused(error: Exception) -> Refused:
    # What the library says names values that anybody may see, but it may be long, and it comes from outside: in part
    # it cannot even be written as UTF-8.
    said = "".join(each if each.isprintable() else "?" for each in str(error)[:200])
    return Refused("passkey_refused", f"The passkey was not accepted: {said}.", "Begin again.")
