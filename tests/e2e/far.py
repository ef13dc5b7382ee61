"""A terminal at the end of a slow link: 64 kbit/s, and 150 ms there and back."""

import os
import select
import time

from tests.e2e.scene import Desk
from tests.e2e.terminal import KEYS

BYTES_A_S = 8000
ONE_WAY_S = 0.075
# What the link takes at once: its rate over a twentieth of a second.
PIECE = BYTES_A_S // 20


class FarDesk(Desk):
    """The dashboard of a scene as it is seen over such a link."""

    def send(self, key: str) -> None:
        """Press a key: it arrives later."""
        time.sleep(ONE_WAY_S)
        os.write(self._master, KEYS.get(key, key).encode())

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.send(key)
            self.pump(0.05)

    def pump(self, seconds: float) -> bool:
        """Read for at most so long, as fast as the link goes; what was read is seen when it has arrived."""
        deadline, came = time.monotonic() + seconds, False
        on_the_way = b""
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._master], [], [], left)[0]:
                break
            try:
                data = os.read(self._master, PIECE)
            except OSError:
                break
            if not data:
                break
            time.sleep(len(data) / BYTES_A_S)
            on_the_way, came = on_the_way + data, True
        if on_the_way:
            time.sleep(ONE_WAY_S)
            self.raw += on_the_way
            self._stream.feed(on_the_way)
        return came
