import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.domain.findings import Severity
from nameplate.exports.sinks.file import FileSink
from nameplate.ports.sink import Event


def event(seq: int) -> Event:
    return Event(f"n-{seq}", seq, seq, Severity.INFO, "base_event", b'{"seq":%d}' % seq)


def with_sink(path: Path, act: Callable[[FileSink], Awaitable[None]]) -> None:
    async def run() -> None:
        sink = FileSink(path)
        await sink.open()
        await act(sink)
        assert await sink.close()

    asyncio.run(run())


def test_a_batch_becomes_lines_behind_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b'{"seq":0}\n')

    async def act(sink: FileSink) -> None:
        await sink.send([event(1), event(2)])
        assert path.read_bytes() == b'{"seq":0}\n{"seq":1}\n{"seq":2}\n'

    with_sink(path, act)


def test_a_renamed_file_is_left_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "out"

    async def act(sink: FileSink) -> None:
        await sink.send([event(1)])
        path.rename(tmp_path / "out.1")
        await sink.send([event(2)])

    with_sink(path, act)
    assert (tmp_path / "out.1").read_bytes() == b'{"seq":1}\n'
    assert path.read_bytes() == b'{"seq":2}\n'


def test_a_file_put_in_its_place_is_used(tmp_path: Path) -> None:
    path = tmp_path / "out"

    async def act(sink: FileSink) -> None:
        await sink.send([event(1)])
        path.rename(tmp_path / "out.1")
        path.write_bytes(b"")
        await sink.send([event(2)])

    with_sink(path, act)
    assert path.read_bytes() == b'{"seq":2}\n'


def test_a_line_cut_short_by_a_crash_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b'{"seq":1}\n{"se')

    async def act(sink: FileSink) -> None:
        await sink.send([event(2)])

    with_sink(path, act)
    assert path.read_bytes() == b'{"seq":1}\n{"se\n{"seq":2}\n'


def test_each_batch_is_synced_before_send_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, sizes, fsync = tmp_path / "out", [], os.fsync

    def watched(fd: int) -> None:
        fsync(fd)
        sizes.append(os.fstat(fd).st_size)

    monkeypatch.setattr(os, "fsync", watched)

    async def act(sink: FileSink) -> None:
        await sink.send([event(1)])
        assert sizes == [10]

    with_sink(path, act)


def test_a_folder_that_is_not_there_means_unavailable_and_says_what_to_do(tmp_path: Path) -> None:
    async def run() -> None:
        sink = FileSink(tmp_path / "missing" / "out")
        with pytest.raises(Unavailable, match="rights of its folder"):
            await sink.open()
        assert await sink.close()

    asyncio.run(run())


def test_a_full_disk_means_unavailable() -> None:
    async def run() -> None:
        sink = FileSink(Path("/dev/full"))
        await sink.open()
        with pytest.raises(Unavailable, match="No space left"):
            await sink.send([event(1)])
        await sink.close()

    asyncio.run(run())


def test_the_file_is_not_for_everybody(tmp_path: Path) -> None:
    async def act(sink: FileSink) -> None:
        await sink.send([event(1)])

    with_sink(tmp_path / "out", act)
    assert (tmp_path / "out").stat().st_mode & 0o007 == 0
