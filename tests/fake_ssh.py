"""A program in the place of ssh for tests: it notes how it was called, forwards its socket, or fails as told.

What it does is in the JSON file that its first argument names: `say` (lines for standard error), `exit` (its code,
at once), `channels` (what becomes of a connection: `open`, `refused`), `forwards` (what the configuration of the
user adds).
"""

import contextlib
import json
import os
import select
import socket
import sys
import threading
from pathlib import Path


def main() -> int:
    """Run once."""
    orders, argv = Path(sys.argv[1]), sys.argv[2:]
    told = json.loads(orders.read_text("utf-8"))
    where = argv[argv.index("-L") + 1]
    if "-G" in argv:
        print(f"localforward {where}", *told.get("forwards", []), sep="\n")
        return int(told.get("explain_exit", 0))
    call = {"argv": argv, "askpass": os.environ.get("SSH_ASKPASS_REQUIRE"), "leads": os.getsid(0) == os.getpid()}
    with orders.with_suffix(".calls").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps({**call, "pid": os.getpid()}) + "\n")
    for line in told.get("say", []):
        sys.stderr.write(f"{line}\r\n")
    sys.stderr.flush()
    if "exit" in told:
        return int(told["exit"])
    path, host, port = where.split(":")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    for number in range(1, 1000):
        here, _ = listener.accept()
        threading.Thread(target=serve, args=(here, orders, (host, int(port)), number), daemon=True).start()
    return 0


def serve(here: socket.socket, orders: Path, far: tuple[str, int], number: int) -> None:
    """One channel."""
    told = json.loads(orders.read_text("utf-8"))
    if told.get("channels", "open") == "refused":
        # The request is in our hands by then, as it may be in those of ssh.
        select.select([here], [], [], 1.0)
        sys.stderr.write(f"channel {number}: open failed: connect failed: Connection refused\r\n")
        sys.stderr.flush()
        here.close()
        return
    with contextlib.suppress(OSError), here, socket.create_connection(far) as there:
        while True:
            for ready in select.select([here, there], [], [])[0]:
                piece = ready.recv(65536)
                if not piece:
                    return
                (there if ready is here else here).sendall(piece)


if __name__ == "__main__":
    sys.exit(main())
