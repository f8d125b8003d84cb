import pytest

from nameplate.boot.panels import read_cards, read_key
from nameplate.domain.errors import Invalid

LIST = "format,facility,number,bits,data,actor,unit,state,withdrawn\n"


def test_a_list_of_cards_is_read_without_the_withdrawn(tmp_path):
    file = tmp_path / "cards.csv"
    file.write_text(LIST + "wiegand-26,12,1001,26,x,a,u,active,False\nwiegand-26,12,1002,26,x,b,u,retired,True\n")
    assert read_cards(file) == {"wiegand-26:12:1001"}


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", LIST + "wiegand-99,1,1,,,,,,False\n", LIST + "wiegand-26,x,1,,,,,,False\n"]
)
def test_another_file_is_no_list(tmp_path, text):
    file = tmp_path / "cards.csv"
    file.write_text(text)
    with pytest.raises(Invalid):
        read_cards(file)


def test_a_key_is_read_and_a_wrong_one_is_not_shown(tmp_path):
    file = tmp_path / "key"
    file.write_text("00" * 16 + "\n")
    assert read_key(file) == bytes(16)
    file.write_text("secret" * 3)
    with pytest.raises(Invalid) as caught:
        read_key(file)
    assert "secret" not in str(caught.value)
