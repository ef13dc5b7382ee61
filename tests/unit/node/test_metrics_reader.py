"""The reader of `/metrics`: names come out as they are, chunks do not matter, nothing is fatal."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from kumo_tui.model.snapshot import Metrics
from kumo_tui.node.lines import LINE_BYTES
from kumo_tui.node.metrics import MetricsReader

QUEUES = b"# HELP scheduled_count .\n# TYPE scheduled_count gauge\n"
FORGED = '"} 5 scheduled_count{queue="forged"} 1'
COUNTS = st.integers(min_value=0, max_value=2**63 - 1)
NAMES = st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs",)))
PIECES = st.sampled_from(
    [
        b"# TYPE scheduled_count gauge\n",
        b"# TYPE ready_count gauge\n",
        b"# TYPE lruttl_hit_count counter\n",
        b"# HELP x .\n",
        b"# TYPE message_count gauge\n",
        b'scheduled_count{queue="a"} 5\n',
        b'scheduled_count{queue="b"} x\n',
        b'scheduled_count{queue="c"} 9007199254740993\n',
        b'scheduled_count{queue="d"} 9223372036854775807\n',
        b'scheduled_count{queue="torn\n',
        b'ready_count{service="smtp_client:s->x@smtp_client"} 7\n',
        b"message_count 9\r\n",
        b'"} 7"} 8\n',
        b"\n",
        b"\xff\xfe\n",
        b'scheduled_count{queue="' + b"x" * LINE_BYTES + b'"} 5\n',
        b'# TYPE scheduled_count{queue="',
        b"",
    ]
)


def read(body: bytes, cuts: list[int] | None = None, block_bytes: int = 1) -> Metrics:
    reader = MetricsReader(block_bytes=block_bytes)
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts or []), len(body)]
    for start, end in pairwise(edges):
        reader.feed(body[start:end])
    return reader.finish()


def shape(metrics: Metrics) -> tuple[object, ...]:
    return (
        list(metrics.table),
        metrics.ready,
        metrics.message_count,
        metrics.uptime_s,
        metrics.bad_lines,
        metrics.troubles,
    )


def queues(lines: bytes) -> tuple[dict[str, int], int]:
    """The queue table and the number of bad lines of a body with these lines of scheduled_count."""
    metrics = read(QUEUES + lines)
    return metrics.table.as_counts(), metrics.bad_lines


@given(st.dictionaries(NAMES, COUNTS))
@example({FORGED: 1, "": 2, '"': 3, "\\": 4, "}": 5, '"} ': 6, "\r": 7, "\u2028\x85\x0b": 8, "# TYPE": 9})
@example({'x"} 7': 5, "9": 1, 'z"} 1': 2})
def test_names_written_unescaped_come_back_exactly(counts: dict[str, int]) -> None:
    body = "".join(f'scheduled_count{{queue="{name}"}} {count}\n' for name, count in counts.items()).encode()
    assert queues(body) == (counts, 0)


@given(st.binary(max_size=20).filter(lambda raw: b"\n" not in raw))
def test_bytes_that_are_not_utf8_survive_in_names(raw: bytes) -> None:
    (name,) = queues(b'scheduled_count{queue="' + raw + b'"} 5\n')[0]
    assert name.encode("utf-8", "surrogateescape") == raw


@given(
    st.lists(PIECES | st.binary(max_size=30)),
    st.lists(st.integers(min_value=0)),
    st.sampled_from([1, 40, 1 << 20]),
)
def test_where_the_chunks_are_cut_changes_nothing(pieces: list[bytes], cuts: list[int], block_bytes: int) -> None:
    body = b"".join(pieces)
    assert shape(read(body, cuts, block_bytes)) == shape(read(body, [], 1 << 30))


@given(st.binary())
@example(b"# TYPE ")
@example(b"# TYPE\n# TYPE \r\n# TYPE  \n")
def test_no_bytes_are_fatal(body: bytes) -> None:
    for family in (b"scheduled_count", b"ready_count", b"message_count", b"disk_free_percent"):
        assert read(b"# TYPE " + family + b" gauge\n" + body).size_bytes == len(body) + len(family) + 14


@given(st.lists(PIECES | st.binary(max_size=30)))
def test_every_line_of_a_family_is_a_row_or_a_bad_line(pieces: list[bytes]) -> None:
    """Samples of the queue family, read one by one by the definition, agree with the reader."""
    lines = [line for line in b"".join(pieces).split(b"\n") if not line.startswith(b"#")]
    expected: dict[str, int] = {}
    bad = 0
    for line in lines:
        text = line.decode("utf-8", "surrogateescape")
        start, end = 'scheduled_count{queue="', text.rfind('"} ')
        value = text[end + 3 :].strip()
        fits = text.startswith(start) and end >= len(start) and value.isascii() and value.isdecimal()
        if fits and len(line) <= LINE_BYTES:
            bad += text[len(start) : end] in expected
            expected[text[len(start) : end]] = int(value)
        elif text.strip():
            bad += 1
    assert queues(b"\n".join(lines)) == (expected, bad)


def test_a_family_comes_in_pieces_and_other_families_are_jumped_over() -> None:
    other = b'# TYPE scheduled_by_tenant gauge\nscheduled_by_tenant{tenant="scheduled_count"} 5\n'
    body = QUEUES + b'scheduled_count{queue="a"} 1\n' + other + QUEUES + b'scheduled_count{queue="b"} 2\n' + other
    metrics = read(body)
    assert (metrics.table.as_counts(), metrics.bad_lines) == ({"a": 1, "b": 2}, 0)


def test_a_family_without_samples_and_an_empty_body_are_empty() -> None:
    assert queues(b"") == ({}, 0)
    assert len(read(b"").table) == 0


def test_carriage_returns_at_line_ends_are_no_part_of_a_value() -> None:
    body = QUEUES.replace(b"\n", b"\r\n") + b'scheduled_count{queue="a"} 1\r\nscheduled_count{queue="b"} 2\r\n\r\n'
    metrics = read(body)
    assert (metrics.table.as_counts(), metrics.bad_lines) == ({"a": 1, "b": 2}, 0)


def test_odd_values_count_nothing_and_values_that_are_none_are_bad_lines() -> None:
    zero = ["-1", "-0.5", "18446744073709551615", str(2**63), "1e308", "+Inf", "-Inf"]
    bad = ["NaN", "x", "", "1 2", "0x10", "9" * 5000 + "y"]
    plain = {"5": 5, "5.0": 5, "7.9": 7, str(2**63 - 1): 2**63 - 1}
    for value in zero:
        assert queues(f'scheduled_count{{queue="a"}} {value}\nscheduled_count{{queue="b"}} 3\n'.encode()) == (
            {"a": 0, "b": 3},
            0,
        )
    for value in bad:
        assert queues(f'scheduled_count{{queue="a"}} {value}\nscheduled_count{{queue="b"}} 3\n'.encode()) == (
            {"b": 3},
            1,
        )
    for value, count in plain.items():
        line = f'scheduled_count{{queue="a"}} {value}\n'.encode()
        assert queues(line) == ({"a": count}, 0)
        assert read(QUEUES + line + b"garbage\n", [], 1 << 20).table.as_counts() == {"a": count}


def test_of_a_repeated_queue_the_last_sample_stands_and_is_counted_as_a_bad_line() -> None:
    lines = b'scheduled_count{queue="a"} 1\nscheduled_count{queue="b"} 2\nscheduled_count{queue="a"} 3\n'
    assert queues(lines) == ({"a": 3, "b": 2}, 1)
    assert queues(lines + b"garbage\n") == ({"a": 3, "b": 2}, 2)


def test_a_line_feed_in_a_name_makes_bad_lines_of_its_pieces_and_hides_no_other_queue() -> None:
    torn = b'scheduled_count{queue="x\n# TYPE lruttl_hit_count counter\ny"} 7\n'
    metrics = read(QUEUES + torn + b'scheduled_count{queue="after"} 3\n')
    assert metrics.table.as_counts() == {"after": 3}
    assert metrics.bad_lines >= 1


def test_a_name_that_looks_like_two_samples_next_to_a_torn_one_makes_no_false_rows() -> None:
    lines = b'scheduled_count{queue="x"} 7"} 5\nscheduled_count{queue="9\nscheduled_count{queue="z"} 1\n'
    assert queues(lines) == ({'x"} 7': 5, "z": 1}, 1)


def test_a_line_of_fifty_megabytes_is_dropped_counted_and_not_kept_in_memory() -> None:
    reader = MetricsReader()
    reader.feed(QUEUES + b'scheduled_count{queue="')
    piece = b"x" * 65536
    for _ in range(800):
        reader.feed(piece)
        assert sum(map(len, reader._lines._chunks)) <= 3 * 65536
    reader.feed(b'"} 5\nscheduled_count{queue="after"} 3\n')
    metrics = reader.finish()
    assert (metrics.table.as_counts(), metrics.bad_lines) == ({"after": 3}, 1)


def test_a_line_of_the_longest_length_is_kept_and_one_byte_more_is_dropped() -> None:
    frame = len('scheduled_count{queue=""} 5')
    longest = "x" * (LINE_BYTES - frame)
    for name, kept in ((longest, {longest: 5, "b": 1}), (longest + "x", {"b": 1})):
        lines = f'scheduled_count{{queue="{name}"}} 5\nscheduled_count{{queue="b"}} 1\n'.encode()
        for block_bytes in (1, 1 << 20):
            metrics = read(QUEUES + lines, [100], block_bytes)
            assert metrics.table.as_counts() == kept
            assert metrics.bad_lines == (len(kept) == 1)


def test_the_last_line_may_lack_its_line_feed() -> None:
    assert queues(b'scheduled_count{queue="a"} 1') == ({"a": 1}, 0)


def test_a_body_is_kumods_when_it_has_a_family_that_kumod_has() -> None:
    def is_kumod(body: bytes) -> bool:
        reader = MetricsReader()
        reader.feed(body)
        reader.finish()
        return reader.is_kumod

    assert is_kumod(b"# TYPE tokio_elapsed counter\n")
    assert is_kumod(b'scheduled_count{queue="a"} 1\n')
    assert not is_kumod(b"# TYPE node_load1 gauge\nnode_load1 1\n")
    assert not is_kumod(b"<html>scheduled_count</html>")
