from nameplate.domain.lockdowns import Threat


def test_the_levels_are_ranked_from_calm_to_severe():
    assert [level.rank for level in Threat] == [0, 1, 2, 3]
    assert Threat.SEVERE.rank > Threat("high").rank
