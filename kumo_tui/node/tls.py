"""Whom a node's certificate must convince, and the certificate that is shown to it."""

import ssl
from functools import lru_cache
from pathlib import Path

from kumo_tui.errors import ConfigError
from kumo_tui.private_files import check_private
from kumo_tui.text import one_line

CONTEXTS_KEPT = 32


def tls_context(
    *,
    ca_file: Path | None = None,
    insecure: bool = False,
    client_cert: Path | None = None,
    client_key: Path | None = None,
) -> ssl.SSLContext:
    """The TLS settings of a node; the system's CA certificates where no `ca_file` is given.

    Nodes of the same files share one while these are unchanged: to read the system's takes 20 ms. Raises
    ConfigError for files that hold no certificates or no key, and for a key that others can get at. A key with a
    passphrase is refused: nobody could type it.
    """
    stamps = tuple(_stamp(path) for path in (ca_file, client_cert, client_key))
    return _context(ca_file, insecure, client_cert, client_key, stamps)


def _stamp(path: Path | None) -> tuple[int, ...]:
    """What changes with a file's content and with who may read it; empty where there is none to see."""
    if path is None:
        return ()
    try:
        seen = path.expanduser().stat()
    except (OSError, RuntimeError):
        return ()
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_ctime_ns)


@lru_cache(maxsize=CONTEXTS_KEPT)
def _context(
    ca_file: Path | None,
    insecure: bool,
    client_cert: Path | None,
    client_key: Path | None,
    _stamps: tuple[tuple[int, ...], ...],
) -> ssl.SSLContext:
    context = _verifying(ca_file)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if client_cert is not None:
        _show(context, client_cert.expanduser(), client_key.expanduser() if client_key else None)
    return context


def _verifying(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file.expanduser() if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        words = f"{one_line(str(ca_file), 300)}: no CA certificates can be read from it."
        raise ConfigError(words, "Check ca_file.") from error


def _show(context: ssl.SSLContext, cert: Path, key: Path | None) -> None:
    """Without a key file of its own the key is in the certificate's file."""
    check_private(key or cert)
    try:
        context.load_cert_chain(cert, key, password=lambda: b"")
    except (OSError, ssl.SSLError) as error:
        words = f"{one_line(str(cert), 300)}: no certificate with its key can be read from it."
        raise ConfigError(
            words, "Check client_cert and client_key; a key with a passphrase is not taken."
        ) from error
