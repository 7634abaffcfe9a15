"""A COBOL program behind a TCP listener: each record that comes is its first parameter, its second is sent back.

`cobol_listener.py MODULE ENTRY REPLY_BYTES` prints its port and serves until it is ended. Lengths of two bytes stand
before the records. One record at a time: the program's storage is its own.
"""

from __future__ import annotations

import ctypes
import socketserver
import sys
import threading


def main(module: str, entry: str, reply_bytes: int) -> None:
    runtime = ctypes.CDLL("libcob.so.4", mode=ctypes.RTLD_GLOBAL)
    runtime.cob_init(0, None)
    program = getattr(ctypes.CDLL(module), entry)
    turn = threading.Lock()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while len(head := self.rfile.read(2)) == 2:
                record = ctypes.create_string_buffer(self.rfile.read(int.from_bytes(head, "big")))
                reply = ctypes.create_string_buffer(reply_bytes)
                with turn:
                    program(record, reply)
                self.wfile.write(reply_bytes.to_bytes(2, "big") + reply.raw)

    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
