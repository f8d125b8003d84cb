import functools

import pytest

from nameplate.keys.file import sealed


@pytest.fixture(autouse=True, scope="session")
def derive_once():
    """Deriving a key is slow on purpose: it is done once for a passphrase and a salt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "unlock", functools.cache(sealed.unlock))
        yield
