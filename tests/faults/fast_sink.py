"""A mail server that only takes, as fast as it can: for the rate. Writes the same lines as the other one.

python -m tests.faults.fast_sink LOG
"""

import asyncio
import hashlib
import json
import re
import sys
import time
from pathlib import Path

END = b"\r\n.\r\n"
SAID = {b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 SIZE\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


class FastSink:
    def __init__(self, file: Path) -> None:
        self.file = file.open("a", buffering=1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        recipient = ""
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"RCPT":
                    recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                writer.write(SAID.get(verb, b"250 ok\r\n"))
                if verb == b"DATA":
                    self.take(recipient, await reader.readuntil(END))
                    writer.write(b"250 taken\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def take(self, recipient: str, content: bytes) -> None:
        found = re.search(rb"(?im)^message-id:\s*(<[^>]+>)", content)
        line = {
            "at": time.time(),
            "recipient": recipient,
            "message_id": found.group(1).decode() if found else "",
            "digest": hashlib.sha256(content).hexdigest()[:16],
        }
        self.file.write(json.dumps(line) + "\n")


async def main(file: Path) -> None:
    server = await asyncio.start_server(FastSink(file).serve, "127.0.0.1", 0, limit=2**22, backlog=100)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - how the harness learns it
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
