"""A search for secrets in whatever the program leaves behind: as they are, and in every form of base64."""

import base64
from collections.abc import Iterator
from pathlib import Path

USER, PASSWORD, TOKEN = "ops", "hunter2-Tr0ub4dor-and-3", "tok-7f3a2c-kept-to-ourselves"


def forms(secret: str) -> Iterator[bytes]:
    """The secret, and what is in the base64 of anything that holds it: it depends on what stands before it."""
    yield secret.encode()
    for before in range(3):
        whole = base64.b64encode(b"x" * before + secret.encode())
        yield whole[4 if before else 0 : -4]


def leaks(data: bytes | str, *secrets: str) -> list[str]:
    """Which of the secrets, by default both, are in the data in any form."""
    searched = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    return [secret for secret in secrets or (PASSWORD, TOKEN) if any(form in searched for form in forms(secret))]


def leaking_files(folder: Path) -> set[str]:
    """The names of all files below this folder that hold a secret."""
    return {path.name for path in folder.rglob("*") if path.is_file() and leaks(path.read_bytes())}


def command_lines(process: int) -> bytes:
    """The command lines of a process and of all its descendants, as anybody on the machine can read them."""
    lines = Path(f"/proc/{process}/cmdline").read_bytes()
    for thread in Path(f"/proc/{process}/task").iterdir():
        for child in (thread / "children").read_text().split():
            lines += command_lines(int(child))
    return lines
