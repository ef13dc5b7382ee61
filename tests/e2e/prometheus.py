"""A real Prometheus that scrapes simulated fleets often, where the machine has one."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.sshd import free_port
from tests.waiting import PATIENCE_S, wait

BINARY = shutil.which("prometheus")
MISSING = "there is no prometheus on this machine (Debian package prometheus)"


class Prometheus:
    """One Prometheus that runs; `url` is where it answers."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.url = url
        self._process = process

    def ask(self, query: str) -> list[dict[str, Any]]:
        """The series of an instant query, empty while it does not answer."""
        try:
            answer = httpx.get(f"{self.url}/api/v1/query", params={"query": query}, trust_env=False)
        except httpx.HTTPError:
            return []
        return list(answer.json()["data"]["result"]) if answer.status_code == 200 else []

    def wait(self, query: str, series: int, what: str) -> None:
        """Return when a query has that many series."""
        wait(lambda: self._lives() and len(self.ask(query)) == series, what)

    def _lives(self) -> bool:
        assert self._process.poll() is None, "prometheus has ended"
        return True

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(PATIENCE_S)


@contextlib.contextmanager
def scraping(jobs: Mapping[str, Iterable[str]], folder: Path) -> Iterator[Prometheus]:
    """A Prometheus on nodes, given as URLs by job; it ends with the block.

    It scrapes for the first time 5 s after its start, whatever the interval: share one, and begin early. The
    time that a node has for its answer is long enough for a machine with much to do.
    """
    assert BINARY is not None
    port = free_port()
    config = folder / "prometheus.yml"
    lines = ["global: {scrape_interval: 2s, scrape_timeout: 2s}", "scrape_configs:"]
    for job, urls in jobs.items():
        hosts = ", ".join(f"'{urlsplit(url).netloc}'" for url in urls)
        lines += [f"- job_name: {job}", f"  static_configs: [{{targets: [{hosts}]}}]"]
    config.write_text("\n".join(lines) + "\n", "utf-8")
    argv = [
        BINARY,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    ]
    with (folder / "prometheus.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True)
        try:
            yield Prometheus(process, f"http://127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait(PATIENCE_S)
