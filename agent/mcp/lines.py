"""The lines that a client writes, for a loop that can be cancelled while it waits for them."""

import asyncio
import os
from contextlib import suppress
from threading import Semaphore, Thread

CHUNK = 65536  # bytes
AHEAD = 16  # lines read before they are wanted


class Lines:
    """An asynchronous iterator. A daemon thread reads: nothing waits for it at the end."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._loop = asyncio.get_running_loop()
        self._queue = asyncio.Queue[str | None]()
        self._room = Semaphore(AHEAD)
        Thread(target=self._read, daemon=True).start()

    def __aiter__(self) -> "Lines":
        return self

    async def __anext__(self) -> str:
        line = await self._queue.get()
        self._room.release()
        if line is None:
            raise StopAsyncIteration
        return line

    def _read(self) -> None:
        parts: list[bytes] = []
        with suppress(RuntimeError):  # the loop is over
            while chunk := self._chunk():
                first, *rest = chunk.split(b"\n")
                parts.append(first)
                for more in rest:
                    self._put(b"".join(parts).decode("utf-8", "replace"))
                    parts = [more]
            self._put(None)

    def _chunk(self) -> bytes:
        with suppress(OSError):  # whatever happened to the client, it says no more
            return os.read(self._file, CHUNK)
        return b""

    def _put(self, line: str | None) -> None:
        self._room.acquire()
        self._loop.call_soon_threadsafe(self._queue.put_nowait, line)
