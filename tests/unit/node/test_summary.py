"""From metric families to ready queues, node figures and troubles."""

import pytest

from kumo_tui.model.directives import ReadyQueue
from kumo_tui.model.snapshot import Metrics
from kumo_tui.node.metrics import MetricsReader

INODES = """disk_free_inodes{name="meta spool"} 900
# TYPE disk_free_inodes_percent gauge
disk_free_inodes_percent{name="meta spool"} 3"""


def read(*families: str) -> Metrics:
    """Metrics of families given as their sample lines; the header is made from the first."""
    reader = MetricsReader()
    for lines in families:
        name = lines.partition("{")[0].partition(" ")[0]
        reader.feed(f"# HELP {name} .\n# TYPE {name} gauge\n{lines}\n".encode())
    return reader.finish()


def test_only_series_of_single_ready_queues_are_ready_queues() -> None:
    services = [
        "smtp_client",
        "esmtp_listener",
        "http_listener",
        "esmtp_listener:127.0.0.1:25",
        "lua",
        "xfer",
        "smtp_client:src1->(a|b)?.mx.example@smtp_client",
        "lua:unspecified->x.example@lua:make.maildir",
        "xfer:unspecified->http://h:8000/@xfer",
        "maildir:unspecified->x.example@maildir:/var/mail",
    ]
    metrics = read("\n".join(f'ready_count{{service="{name}"}} {number}' for number, name in enumerate(services)))
    assert [(queue.name, queue.waiting) for queue in metrics.ready] == [
        ("src1->(a|b)?.mx.example@smtp_client", 6),
        ("unspecified->x.example@lua:make.maildir", 7),
        ("unspecified->http://h:8000/@xfer", 8),
        ("unspecified->x.example@maildir:/var/mail", 9),
    ]
    assert metrics.ready_waiting == 6 + 7 + 8 + 9


def test_a_ready_queue_gathers_its_five_families_and_lacking_ones_are_zero() -> None:
    service = '{service="smtp_client:s->a.example@smtp_client"}'
    metrics = read(
        f"connection_count{service} 2",
        f"ready_count{service} 1",
        f"total_messages_delivered{service} 3",
        f"total_messages_transfail{service} 4",
        f"total_messages_fail{service} 5",
        'total_messages_fail{service="smtp_client:s->b.example@smtp_client"} 6',
    )
    assert set(metrics.ready) == {
        ReadyQueue("s->a.example@smtp_client", 1, 2, 3, 4, 5),
        ReadyQueue("s->b.example@smtp_client", failed=6),
    }


def test_absent_node_figures_are_unknown_not_zero() -> None:
    assert read().message_count is None
    assert read().uptime_s is None
    present = read("message_count 0", "tokio_elapsed 3.279609481")
    assert (present.message_count, present.uptime_s) == (0, 3.279609481)


@pytest.mark.parametrize("value", ["-1", "18446744073709551615", "1e308"])
def test_a_message_count_that_has_wrapped_is_zero(value: str) -> None:
    assert read(f"message_count {value}").message_count == 0


def test_node_figures_that_are_none_are_bad_lines() -> None:
    metrics = read("message_count NaN", "tokio_elapsed soon\nmessage_count 5\ntokio_elapsed 7\ntokio_elapsed 8")
    assert (metrics.message_count, metrics.uptime_s, metrics.bad_lines) == (None, 7.0, 4)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('rocks_spool_load_shed_active{path="/var/spool"} 1', "spool /var/spool sheds load"),
        ('rocks_spool_write_stopped{path="/var/spool"} 1', "spool /var/spool has stopped writing"),
        ('disk_free_percent{name="data spool"} 9', "disk is nearly full: data spool has 9% free"),
        (
            INODES,
            "disk is nearly full: meta spool has 3% of its inodes free",
        ),
        ('disk_free_percent{name="q\\"b\\\\n\\nx"} 1', 'disk is nearly full: q"b\\n x has 1% free'),
        ('disk_free_percent{name="\x1b[2J"} 1', "disk is nearly full: \\x1b[2J has 1% free"),
    ],
)
def test_a_trouble_is_named_in_clean_words(lines: str, words: str) -> None:
    assert read(lines).troubles == (words,)


def test_memory_over_its_limit_is_a_trouble_with_both_figures() -> None:
    over = read(f"memory_usage {300 << 20}", f"memory_limit {256 << 20}")
    assert over.troubles == ("memory is over its limit: 300 of 256 MiB",)


def test_places_on_one_file_system_are_one_trouble() -> None:
    shares = {"data spool": 4, "meta spool": 4, "log dir /var/log": 4, "other": 2}
    lines = (f'disk_free_percent{{name="{place}"}} {percent}' for place, percent in shares.items())
    assert read("\n".join(lines)).troubles == (
        "disk is nearly full: data spool, meta spool and 1 more have 4% free",
        "disk is nearly full: other has 2% free",
    )


def test_a_file_system_that_counts_no_inodes_is_not_out_of_them() -> None:
    assert read('disk_free_inodes{name="a"} 0', 'disk_free_inodes_percent{name="a"} 0').troubles == ()


def test_a_well_node_has_no_troubles() -> None:
    metrics = read(
        'rocks_spool_load_shed_active{path="/var/spool"} 0',
        'rocks_spool_write_stopped{path="/var/spool"} 0',
        'log_hook_backlog_count{logger="web"} 1204',
        'disk_free_percent{name="data spool"} 10',
        'disk_free_inodes_percent{name="data spool"} 10',
        "memory_usage 100",
        "memory_limit 100",
    )
    assert metrics.troubles == ()
    assert read("memory_usage 100", "memory_limit 0").troubles == ()


def test_memory_that_is_low_is_a_trouble_and_that_it_was_is_a_note() -> None:
    used = ("memory_usage 950000000", "memory_limit 1000000000", "memory_low_thresh 900000000")
    told = read(*used, "memory_low_count 3", "memory_over_limit_count 1")
    assert told.troubles == ("memory is low: 906 of 954 MiB are used",)
    assert told.notes == ("since its start its memory was low 3 times and was over its limit 1 time",)
    assert read("memory_usage 5", "memory_limit 9", "memory_low_thresh 8", "memory_low_count 0").notes == ()


def test_how_often_a_log_hook_was_full_since_the_start_is_a_count_and_no_trouble() -> None:
    told = read('log_hook_backlog_count{logger="web"} 1204\nlog_hook_backlog_count{logger="q\\nx"} 1')
    assert (told.hooks_full, told.troubles, told.notes) == ({"web": 1204, "q x": 1}, (), ())


def test_what_was_received_is_summed_over_the_listeners_and_unknown_without_the_family() -> None:
    both = (
        'total_messages_received{service="esmtp_listener"} 5\ntotal_messages_received{service="http_listener"} 7'
    )
    assert read(both).received == 12
    assert read("message_count 1").received is None
