"""What every adapter of the `Journal` port must do. Subclass it in the adapter's tests and give the fixture `place`.

`place.open(**options)` opens the same journal again and again, `place.entries()` gives what is durable.
"""

import asyncio
import json

import pytest

from nameplate.ports.journal import JournalUnavailable

AT = 1_795_000_000_123_456


class JournalSuite:
    def test_records_are_numbered_from_one_and_kept_in_order(self, place):
        async def main():
            journal = place.open()
            assert journal.next_seq == 1
            futures = [journal.append(b'{"n":%d}' % number, AT + number) for number in range(5)]
            assert journal.next_seq == 6
            await asyncio.gather(*set(futures))
            await journal.close()

        asyncio.run(main())
        entries = place.entries()
        assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
        assert [json.loads(entry.raw)["n"] for entry in entries] == [0, 1, 2, 3, 4]

    def test_a_record_holds_its_number_its_time_and_the_body(self, place):
        async def main():
            journal = place.open()
            await journal.append(b'{"kind":"decision","text":"\xc3\xa9"}', AT)
            await journal.append(b'{"kind":"decision"}', AT - 1_000_000)
            await journal.close()

        asyncio.run(main())
        first, second = place.entries()
        assert first.raw == b'{"seq":1,"at":"2026-11-18T11:06:40.123456Z","kind":"decision","text":"\xc3\xa9"}'
        assert second.raw == b'{"seq":2,"at":"2026-11-18T11:06:39.123456Z","kind":"decision"}'

    def test_a_start_goes_on_where_the_last_one_ended(self, place):
        async def main():
            for number in range(3):
                journal = place.open()
                assert journal.next_seq == number + 1
                await journal.append(b'{"n":%d}' % number, AT)
                await journal.close()

        asyncio.run(main())
        assert [json.loads(entry.raw)["n"] for entry in place.entries()] == [0, 1, 2]

    def test_what_was_appended_before_closing_is_kept(self, place):
        async def main():
            journal = place.open()
            future = journal.append(b'{"n":1}', AT)
            await journal.close()
            assert future.done()
            assert future.exception() is None

        asyncio.run(main())
        assert len(place.entries()) == 1

    def test_a_closed_journal_takes_nothing(self, place):
        async def main():
            journal = place.open()
            await journal.close()
            await journal.close()
            with pytest.raises(JournalUnavailable):
                journal.append(b'{"n":1}', AT, urgent=True)

        asyncio.run(main())
        assert place.entries() == []

    @pytest.mark.parametrize("bad", [b"", b"{}", b"[1]", b'{"a":1', b'"a":1}', b'{"a":"\n"}', b"null"])
    def test_what_is_not_an_object_on_one_line_is_refused(self, place, bad):
        async def main():
            journal = place.open()
            with pytest.raises(ValueError, match="one JSON object"):
                journal.append(bad, AT)
            assert journal.next_seq == 1
            await journal.close()

        asyncio.run(main())

    def test_the_checkpoint_covers_what_was_acknowledged(self, place):
        async def main():
            journal = place.open()
            assert journal.checkpoint().size == 0
            await journal.append(b'{"n":1}', AT)
            await journal.append(b'{"n":2}', AT)
            assert journal.checkpoint().size == 2
            assert b"\n2\n" in journal.signed_checkpoint()
            await journal.close()

        asyncio.run(main())

    def test_a_waiter_that_is_cancelled_does_not_take_the_others_with_it(self, place):
        async def main():
            journal = place.open()
            future = journal.append(b'{"n":1}', AT)
            waiters = [asyncio.ensure_future(wait(future)) for _ in range(2)]
            await asyncio.sleep(0)
            waiters[0].cancel()
            assert await waiters[1] == "kept"
            await journal.close()

        async def wait(future):
            await future
            return "kept"

        asyncio.run(main())
        assert len(place.entries()) == 1

    def test_it_is_healthy_from_the_start(self, place):
        async def main():
            journal = place.open()
            assert journal.healthy
            await journal.close()

        asyncio.run(main())
