"""Settings: defaults, then `nameplate.toml` in the data directory, then the environment.

Variables begin with `NAMEPLATE_`, with `__` between levels. What the file names and nobody knows is an error.
"""

from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from nameplate.domain.errors import Invalid


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AuthzenSettings(_Section):
    """The AuthZEN endpoints."""

    subject_types: list[str] = Field(default=[], description="Subject types that mean an actor, beside `actor`.")


class ActionSettings(_Section):
    """The class of actions that the built-in table does not know."""

    read: list[str] = Field(default=[], description="Further actions that only read.")
    admin: list[str] = Field(default=[], description="Further actions that administer.")


class JournalSettings(_Section):
    """The journal."""

    segment_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1024, description="Size at which a segment is sealed and the next begins."
    )
    reserve_bytes: int = Field(
        default=1024 * 1024, ge=4096, description="Space kept back so that a stop can be recorded on a full disk."
    )
    retention_days: int | None = Field(
        default=None,
        ge=1,
        description="Whole segments with older records are removed, once an hour. Usually all is kept.",
    )
    checkpoint_seconds: float = Field(
        default=60.0, gt=0, description="How often a signed checkpoint goes into the journal, and so to every sink."
    )


class KeySettings(_Section):
    """The key store."""

    passphrase_file: Path | None = Field(
        default=None,
        description="File with the passphrase. systemd's credential `nameplate-passphrase` wins over it; "
        "without either there is one beside the store.",
    )


class PointSettings(_Section):
    """Enforcement points that run as processes."""

    own_user: bool = Field(default=True, description="Started as root, give each point process a user id of its own.")


class OsdpSettings(_Section):
    """Timing at OSDP readers, in seconds."""

    offline_after_s: float = Field(
        default=1.0, ge=0.5, le=30, description="A reader that has said nothing for so long is offline, its door shut."
    )
    kick_s: float = Field(default=2.0, ge=1, le=60, description="How often a reader that is offline is looked for.")
    strike_ack_s: float = Field(
        default=1.0, ge=0.2, le=10, description="How long a reader may take to confirm a strike before it has failed."
    )
    answer_s: float = Field(default=5.0, ge=0.5, le=5, description="How long a robot may take to answer a challenge.")
    refusal_s: float = Field(default=2.0, ge=0.1, le=25.5, description="How long the red light shows.")


class OwnershipSettings(_Section):
    """Who answers for actors."""

    acknowledge_days: int = Field(
        default=14, ge=1, le=365, description="How long whoever is to succeed an owner or a sponsor has to say yes."
    )


class SignalSettings(_Section):
    """Shared signals, where we tell others."""

    issuer: str = Field(
        default="",
        pattern="^(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*[^/])?|http://(127\\.0\\.0\\.1|localhost)(:[0-9]{1,5})?)?$",
        description="How we are called in our tokens: where others reach us. Usually where the public listener is.",
    )


class TlsSettings(_Section):
    """TLS of the public listener."""

    certificate: Path | None = Field(
        default=None,
        description="Certificate chain (PEM, the server's first). A changed file is loaded while the server runs.",
    )
    key: Path | None = Field(default=None, description="Its private key (PEM, unencrypted), for the service alone.")


class PeopleSettings(_Section):
    """People who sign in."""

    url: str = Field(
        default="",
        pattern=r"^(|https://[^/?#]+|http://localhost(:\d+)?)$",
        description="Address under which browsers reach this server, as in `https://nameplate.clinic.example`: "
        "passkeys are bound to it. Usually `localhost` and the port.",
    )
    idle_minutes: float = Field(default=30.0, gt=0, le=1440, description="A session that is not used so long is over.")
    session_hours: float = Field(default=10.0, gt=0, le=168, description="How long a session lasts at most.")


class LogSettings(_Section):
    """What the processes say on stderr."""

    level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="The least severe level that is printed."
    )
    json_lines: bool = Field(default=False, description="One JSON object a line instead of text for people.")


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix="NAMEPLATE_", env_nested_delimiter="__", extra="forbid")

    data: Path = Field(default=Path("nameplate-data"), description="The data directory.")
    host: str = Field(
        default="127.0.0.1", description="Address of the public listener. Beyond loopback it speaks TLS only."
    )
    port: int = Field(default=8470, ge=0, le=65535, description="Port of the public listener; 0 picks a free one.")
    connections: int = Field(
        default=1000,
        ge=16,
        description="Public connections at once; beyond loopback a quarter of them for one address.",
    )
    tls: TlsSettings = TlsSettings()
    authzen: AuthzenSettings = AuthzenSettings()
    actions: ActionSettings = ActionSettings()
    journal: JournalSettings = JournalSettings()
    keys: KeySettings = KeySettings()
    points: PointSettings = PointSettings()
    osdp: OsdpSettings = OsdpSettings()
    ownership: OwnershipSettings = OwnershipSettings()
    signals: SignalSettings = SignalSettings()
    people: PeopleSettings = PeopleSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def read(cls, **given: Any) -> Self:
        """The settings, where `given` wins over all else; raises Invalid, which names every field that is wrong."""
        try:
            return cls(**given)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        except (SettingsError, TOMLDecodeError) as error:
            wrong = str(error)
        remedy = "Correct nameplate.toml in the data directory, or the NAMEPLATE_ variables."
        raise Invalid("settings", f"The settings cannot be used: {wrong}.", remedy)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_more: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed in wins over the environment, the environment over the file."""
        found = init_settings().get("data") or env_settings().get("data") or "nameplate-data"
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(found) / "nameplate.toml")
