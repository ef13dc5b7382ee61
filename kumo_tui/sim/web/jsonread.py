"""Reads JSON as the server's deserialiser does: same order of checks, same error texts, same line and column.

The server reads a body straight into a typed value, so the first fault in the text decides which error it
answers (KUMOMTA.md 1.0). Positions are counted in bytes.
"""

import re

_NUMBER = re.compile(rb"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_ESCAPES = {0x22: '"', 0x5C: "\\", 0x2F: "/", 0x62: "\b", 0x66: "\f", 0x6E: "\n", 0x72: "\r", 0x74: "\t"}
_BLANK = b" \t\r\n"
Number = int | float


class JsonFaultError(Exception):
    """A body that cannot be read. ``syntax`` faults are answered with 400, the others with 422."""

    def __init__(self, text: str, *, syntax: bool) -> None:
        super().__init__(text)
        self.text = text
        self.syntax = syntax


class JsonReader:
    """A cursor over one body. ``path`` holds the keys down to the value being read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.path: list[str] = []

    def fault(self, message: str, *, syntax: bool = False, ahead: int = 0) -> JsonFaultError:
        """Build the fault at the cursor (``ahead`` 1: at the character looked at, not yet taken)."""
        at = min(self.at + ahead, len(self.data))
        line = self.data.count(b"\n", 0, at) + 1
        column = at - (self.data.rfind(b"\n", 0, at) + 1)
        where = "".join(key if key.startswith("[") else f".{key}" for key in self.path).lstrip(".")
        prefix = f"{where}: " if where else ""
        return JsonFaultError(f"{prefix}{message} at line {line} column {column}", syntax=syntax)

    def peek(self, eof: str = "EOF while parsing a value") -> int:
        """Return the next byte that is not blank, without taking it."""
        while self.at < len(self.data) and self.data[self.at] in _BLANK:
            self.at += 1
        if self.at == len(self.data):
            raise self.fault(eof, syntax=True)
        return self.data[self.at]

    def invalid_type(self, expected: str, *, taken: bool = False) -> JsonFaultError:
        """Read past a scalar of the wrong type and build the fault.

        ``taken`` says how the server looked at the value: opened (any value allowed in principle) or not.
        """
        first = self.peek()
        if first in b"[{":
            kind = "sequence" if first == ord("[") else "map"
            if taken:
                self.at += 1
                closing = b"]" if kind == "sequence" else b"}"
                if self.data[self.at : self.at + 1] == closing:
                    self.at += 1
            return self.fault(f"invalid type: {kind}, expected {expected}")
        return self.fault(f"invalid type: {describe(self.scalar())}, expected {expected}")

    def scalar(self) -> str | Number | bool | None:
        """Read a string, number, true, false or null."""
        first = self.peek()
        if first == ord('"'):
            return self.string()
        if first in b"-0123456789":
            return self.number()
        for word, value in ((b"null", None), (b"true", True), (b"false", False)):
            if first == word[0]:
                return self._word(word, value)
        raise self.fault("expected value", syntax=True, ahead=1)

    def _word(self, word: bytes, value: bool | None) -> bool | None:
        for offset, byte in enumerate(word):
            if self.at + offset >= len(self.data):
                self.at = len(self.data)
                raise self.fault("EOF while parsing a value", syntax=True)
            if self.data[self.at + offset] != byte:
                self.at += offset + 1
                raise self.fault("expected ident", syntax=True)
        self.at += len(word)
        return value

    def number(self) -> Number:
        """Read a number: whole ones of 64 bits as int, others as float."""
        found = _NUMBER.match(self.data, self.at)
        if not found:
            self.at += 1
            raise self.fault("invalid number", syntax=True, ahead=1)
        self.at = found.end()
        text = found[0].decode()
        whole = found[1] is None and found[2] is None
        if whole and -(2**63) <= int(text) < 2**64:
            return int(text)
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise self.fault("number out of range", syntax=True)
        return value

    def string(self) -> str:
        """Read a string whose opening quote is the next byte."""
        self.at += 1
        pieces: list[bytes] = []
        while True:
            if self.at >= len(self.data):
                raise self.fault("EOF while parsing a string", syntax=True)
            byte = self.data[self.at]
            self.at += 1
            if byte == ord('"'):
                break
            if byte == ord("\\"):
                pieces.append(self._escape())
            elif byte < 0x20:
                message = "control character (\\u0000-\\u001F) found while parsing a string"
                raise self.fault(message, syntax=True)
            else:
                pieces.append(bytes((byte,)))
        try:
            return b"".join(pieces).decode("utf-8")
        except UnicodeDecodeError:
            raise self.fault("invalid unicode code point", syntax=True) from None

    def _escape(self) -> bytes:
        if self.at >= len(self.data):
            raise self.fault("EOF while parsing a string", syntax=True)
        byte = self.data[self.at]
        self.at += 1
        if byte in _ESCAPES:
            return _ESCAPES[byte].encode()
        if byte != ord("u"):
            raise self.fault("invalid escape", syntax=True)
        unit = self._hex_unit()
        if 0xD800 <= unit < 0xDC00 and self.data[self.at : self.at + 2] == b"\\u":
            self.at += 2
            low = self._hex_unit()
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
        if 0xD800 <= unit < 0xE000:
            raise self.fault("lone leading surrogate in hex escape", syntax=True)
        return chr(unit).encode()

    def _hex_unit(self) -> int:
        digits = self.data[self.at : self.at + 4]
        self.at += len(digits)
        try:
            return int(digits, 16) if len(digits) == 4 else int("x", 16)
        except ValueError:
            raise self.fault("invalid escape", syntax=True) from None

    def key(self, first: bool) -> str | None:
        """Step to the next key of an object whose ``{`` was taken; ``None`` at its end, which is taken."""
        byte = self.peek("EOF while parsing an object")
        if byte == ord("}"):
            self.at += 1
            return None
        if not first:
            if byte != ord(","):
                raise self.fault("expected `,` or `}`", syntax=True, ahead=1)
            self.at += 1
            if self.peek("EOF while parsing a value") == ord("}"):
                raise self.fault("trailing comma", syntax=True, ahead=1)
        if self.peek() != ord('"'):
            raise self.fault("key must be a string", syntax=True, ahead=1)
        return self.string()

    def colon(self) -> None:
        """Take the colon after a key."""
        if self.peek("EOF while parsing an object") != ord(":"):
            raise self.fault("expected `:`", syntax=True, ahead=1)
        self.at += 1

    def element(self, first: bool) -> bool:
        """Step to the next element of an array whose ``[`` was taken; False at its end, which is taken."""
        byte = self.peek("EOF while parsing a list")
        if byte == ord("]"):
            self.at += 1
            return False
        if not first:
            if byte != ord(","):
                raise self.fault("expected `,` or `]`", syntax=True, ahead=1)
            self.at += 1
            if self.peek("EOF while parsing a value") == ord("]"):
                raise self.fault("trailing comma", syntax=True, ahead=1)
        return True

    def skip(self) -> None:
        """Read past any value."""
        byte = self.peek()
        if byte not in b"[{":
            self.scalar()
            return
        self.at += 1
        first = True
        if byte == ord("["):
            while self.element(first):
                first = False
                self.skip()
            return
        while self.key(first) is not None:
            first = False
            self.colon()
            self.skip()

    def end(self) -> None:
        """Check that nothing but blanks follows."""
        while self.at < len(self.data) and self.data[self.at] in _BLANK:
            self.at += 1
        if self.at < len(self.data):
            raise self.fault("trailing characters", syntax=True, ahead=1)


def describe(value: str | Number | bool | None) -> str:
    """Name a value as the server's error texts do."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{value}`"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'string "{escaped}"'
