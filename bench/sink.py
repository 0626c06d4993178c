"""A mail server on loopback that takes everything as fast as it can and writes down when what arrived.

python -m bench.sink FILE: prints its port, appends one line `seconds-since-1970 Message-ID` per mail to FILE.
"""

import asyncio
import sys
import time
from pathlib import Path

END = b"\r\n.\r\n"
LONGEST_MAIL = 4 * 1024 * 1024
REPLIES = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
    b"HELO": b"250 sink\r\n",
    b"QUIT": b"221 bye\r\n",
}


class Sink:
    def __init__(self, file: Path) -> None:
        self._file = file.open("a", buffering=1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, command by command, until it says QUIT or goes away."""
        writer.write(b"220 sink\r\n")
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    self._take(await reader.readuntil(END))
                    writer.write(b"250 taken\r\n")
                else:
                    writer.write(REPLIES.get(verb, b"250 ok\r\n"))
                if verb == b"QUIT":
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _take(self, mail: bytes) -> None:
        head = mail.partition(b"\r\n\r\n")[0].decode("ascii", "replace").replace("\r\n ", " ")
        names = [line.partition(":")[2].strip() for line in head.splitlines() if line.lower().startswith("message-id:")]
        self._file.write(f"{time.time():.4f} {names[0] if names else '-'}\n")


async def main(file: Path) -> None:
    server = await asyncio.start_server(Sink(file).serve, "127.0.0.1", 0, limit=LONGEST_MAIL, backlog=100)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
