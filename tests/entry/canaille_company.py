"""A provider that others wrote (canaille), on a port of this machine, with two people and one client."""

import os
import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey


def serve(port: int, back: str, password: str) -> None:
    """Until killed. Ada is among the owners, Eve in no group."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"})
    key.ensure_kid()
    app = create_app(
        {
            "SECRET_KEY": "of this test",
            "SERVER_NAME": f"localhost:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False, "CAPTCHA_ENABLED": False},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
        }
    )
    with app.app_context(), Backend.instance.session():
        people = [_person(name, password) for name in ("ada", "eve")]
        Backend.instance.save(models.Group(display_name="owners", members=people[:1]))
        client = models.Client(
            client_id="nameplate",
            client_name="Nameplate",
            client_uri="http://localhost",
            redirect_uris=[back],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile", "email", "groups"],
            token_endpoint_auth_method="none",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    app.run("localhost", port, use_reloader=False)


def _person(name: str, password: str) -> models.User:
    person = models.User(
        user_name=name, family_name=name.title(), formatted_name=name.title(), emails=[f"{name}@clinic.example"]
    )
    Backend.instance.save(person)
    Backend.instance.set_user_password(person, password)
    return person


if __name__ == "__main__":
    serve(int(sys.argv[1]), *sys.argv[2:])
