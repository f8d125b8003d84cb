import subprocess
import sys

CODE = "from nameplate.entry.progress import say\nsay('half done')\nprint('data')"


def test_words_for_people_stay_away_from_the_data():
    told = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=True)
    assert (told.stdout, told.stderr) == ("data\n", "half done\n")


def test_without_stderr_the_words_are_dropped_and_never_mixed_with_the_data():
    command = ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, CODE]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout == "data\n"
