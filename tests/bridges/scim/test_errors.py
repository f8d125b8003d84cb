import pytest
from scim2_models import NotFoundException

from nameplate.bridges.scim.errors import error_of
from nameplate.domain.errors import Conflict, Invalid, NotFound, Refused, Unavailable


@pytest.mark.parametrize(
    ("error", "status", "scim_type"),
    [
        (Invalid("x", "purpose: too long"), 400, "invalidValue"),
        (Invalid("x", "unit.serial: Acme/T3/1 is 'a' already."), 409, "uniqueness"),
        (Conflict("x", "m"), 409, ""),
        (Refused("x", "m"), 409, ""),
        (Unavailable("x", "/secret/path"), 503, ""),
        (NotFound("x", "m"), 503, ""),
        (OSError("/secret/path"), 503, ""),
        (NotFoundException(detail="d"), 404, ""),
    ],
)
def test_each_of_our_errors_is_one_of_the_protocol(error, status, scim_type):
    found = error_of(error).to_error()
    assert (found.status, found.scim_type or "") == (status, scim_type)
    assert "/secret/path" not in str(found.detail)


def test_a_fault_of_ours_stays_one():
    with pytest.raises(ZeroDivisionError):
        error_of(ZeroDivisionError())
