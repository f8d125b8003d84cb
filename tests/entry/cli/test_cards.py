def test_the_list_is_there_before_any_card_is(world):
    told = world.run("card", "list")
    assert (told.code, told.out.split()[0]) == (0, "CARD")
    assert world.run("card", "list", "--csv").out.startswith("format,facility,number,")
