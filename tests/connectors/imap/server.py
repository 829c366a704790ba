"""A small IMAP server on this machine: LOGIN, SELECT, UID SEARCH and UID FETCH (RFC 3501)."""

from __future__ import annotations

import re
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread


@dataclass
class Box:
    """Mails by UID, and what the server says of them."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    password: str = "p1"
    breaks_after: int | None = None
    """How many FETCHes are answered before the line drops."""
    seen: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def running(box: Box) -> Iterator[Box]:
    """Serve until the block ends."""

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _, said = line.decode().strip().partition(" ")
                box.seen.append(said)
                if not self.answer(tag, said):
                    return

        def answer(self, tag: str, said: str) -> bool:
            verb = said.upper()
            if verb.startswith("CAPABILITY"):
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif verb.startswith("LOGIN") and f'"{box.password}"' not in said:
                self.wfile.write(f"{tag} NO [AUTHENTICATIONFAILED]\r\n".encode())
                return True
            elif verb.startswith("EXAMINE"):
                if '"INBOX"' not in said:
                    self.wfile.write(f"{tag} NO no such folder\r\n".encode())
                    return True
                valid = f"* OK [UIDVALIDITY {box.validity}] ok\r\n"
                self.wfile.write(f"* {len(box.mails)} EXISTS\r\n{valid}".encode())
            elif verb.startswith("UID SEARCH"):
                first = int(re.findall(r"UID (\d+):", said)[0])
                uids = [uid for uid in sorted(box.mails) if uid >= first]
                uids = uids or sorted(box.mails)[-1:]
                self.wfile.write(f"* SEARCH {' '.join(map(str, uids))}\r\n".encode())
            elif verb.startswith("UID FETCH"):
                if not self.fetch(int(said.split()[2])):
                    return False
            elif verb.startswith("LOGOUT"):
                self.wfile.write(f"* BYE\r\n{tag} OK\r\n".encode())
                return False
            self.wfile.write(f"{tag} OK done\r\n".encode())
            return True

        def fetch(self, uid: int) -> bool:
            if box.breaks_after is not None:
                box.breaks_after -= 1
                if box.breaks_after < 0:
                    return False
            raw = box.mails[uid]
            date = f"{10 + uid % 15:02}-Nov-2026 10:00:{uid % 60:02} +0000"
            head = f'* 1 FETCH (UID {uid} INTERNALDATE "{date}" BODY[]<0> {{{len(raw)}}}\r\n'
            self.wfile.write(head.encode() + raw + b")\r\n")
            return True

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
