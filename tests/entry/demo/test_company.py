import pytest

from nameplate.domain.errors import Unavailable
from nameplate.entry.bench.workload import free_port
from nameplate.entry.demo.company import MANIFEST, Company
from nameplate.entry.serve.started import running_server
from tests.entry.world import World


def test_an_account_that_is_disabled_stops_its_robot_before_the_answer(tmp_path):
    with running_server(tmp_path, free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES='["user"]') as server:
        world = World(server)
        world.apply(MANIFEST)
        company = Company.of(server)
        company.create("alice")
        assert world.permits("alice")
        company.switch("alice", active=False)
        assert not world.permits("alice")
        company.switch("alice", active=True)
        assert world.permits("alice")
        with pytest.raises(Unavailable, match="401"):
            Company(server.port, "npb_wrong").create("bob")
