"""Where everything lies in the data directory."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Paths:
    """The layout under `--data DIR`. Everything secret lies in folders that only the service can enter."""

    data: Path

    @property
    def journal(self) -> Path:
        """Segments, heads and the reserve."""
        return self.data / "journal"

    @property
    def keys(self) -> Path:
        """The key store."""
        return self.data / "keys"

    @property
    def tls(self) -> Path:
        """Certificates of the own authority; their keys lie in the key store."""
        return self.data / "tls"

    @property
    def database(self) -> Path:
        """The tables: a projection of the journal."""
        return self.data / "tables" / "nameplate.db"

    @property
    def people(self) -> Path:
        """What the company's identity systems tell of people, and their names: nothing of it is in the journal."""
        return self.data / "people" / "people.db"

    @property
    def plans(self) -> Path:
        """Plans of buildings, each by the SHA-256 of its text: the journal says which is whose."""
        return self.data / "plans"

    @property
    def cursors(self) -> Path:
        """How far each sink has got."""
        return self.data / "cursors"

    @property
    def format(self) -> Path:
        """The version of the data directory."""
        return self.data / "format"

    @property
    def node(self) -> Path:
        """The name of this node."""
        return self.data / "node"

    @property
    def control(self) -> Path:
        """Where the local CLI calls."""
        return self.data / "control.sock"

    @property
    def run(self) -> Path:
        """Sockets between our own processes. Others may pass through it, to reach `points`."""
        return self.data / "run"

    @property
    def points(self) -> Path:
        """Where enforcement points call."""
        return self.run / "points.sock"

    @property
    def internal(self) -> Path:
        """Where `manage` and the supervisor call `decide`."""
        return self.run / "internal.sock"

    @property
    def manage(self) -> Path:
        """Where `decide` passes requests on to `manage`."""
        return self.run / "manage.sock"

    def create(self) -> None:
        """Make the folders, each with the permissions it must have."""
        self.data.mkdir(parents=True, exist_ok=True)
        # Point processes of another user pass through; they can list and read nothing here.
        self.data.chmod(0o711)
        self.run.mkdir(exist_ok=True)
        self.run.chmod(0o711)
        told = (self.database.parent, self.people.parent, self.cursors, self.plans)
        for private in (self.journal, self.keys, self.tls, *told):
            private.mkdir(exist_ok=True)
            private.chmod(0o700)
