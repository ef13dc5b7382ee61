"""The ``path_config`` object of inspect-ready-q: the server's defaults, with what a provider sets."""

from typing import Any

from kumo_tui.sim.engine.providers import Provider

_MINUTE = ("connect_timeout", "banner_timeout", "auth_timeout")
_FIVE_MINUTES = ("ehlo_timeout", "mail_from_timeout", "rcpt_to_timeout", "data_timeout", "data_dot_timeout")
_FIVE_SECONDS = ("rset_timeout", "idle_timeout", "starttls_timeout")
_OFF = (
    *("enable_mta_sts", "enable_dane", "tls_prefer_openssl", "allow_smtp_auth_plain_without_tls"),
    *("allow_smtp_auth_plain_without_valid_certificate", "aggressive_connection_opening", "use_lmtp"),
    *("opportunistic_tls_reconnect_on_failed_handshake", "try_next_host_on_transport_error"),
    "ignore_8bit_checks",
)
_ABSENT = (
    *("tls_certificate", "tls_private_key", "openssl_cipher_list", "openssl_cipher_suites"),
    *("system_shutdown_timeout", "smtp_auth_plain_username", "smtp_auth_plain_password"),
    *("source_selection_rate", "max_connection_rate", "ehlo_domain", "provider_name"),
    *("remember_broken_tls", "readyq_pool_name", "dispatcher_progress_watchdog_timeout"),
)
_EMPTY_MAPS = (
    "additional_connection_limits",
    "additional_message_rate_throttles",
    "additional_source_selection_rates",
)


def path_config(provider: Provider) -> dict[str, Any]:
    """Return the configuration of the path to one provider."""
    return {
        "connection_limit": {"limit": provider.connections, "force_local": False},
        **{name: {} for name in _EMPTY_MAPS},
        "enable_tls": "Opportunistic",
        "enable_pipelining": True,
        "enable_rset": True,
        **dict.fromkeys(_MINUTE, "1m"),
        **dict.fromkeys(_FIVE_MINUTES, "5m"),
        **dict.fromkeys(_FIVE_SECONDS, "5s"),
        **dict.fromkeys(_OFF, False),
        **dict.fromkeys(_ABSENT),
        "max_ready": provider.max_ready,
        "consecutive_connection_failures_before_delay": 100,
        "smtp_port": 25,
        "max_message_rate": f"{provider.rate:g}/s" if provider.rate else None,
        "max_deliveries_per_connection": provider.max_deliveries,
        "max_recipients_per_batch": 100,
        "prohibited_hosts": [],
        "skip_hosts": [],
        "ip_lookup_strategy": "Ipv4AndIpv6",
        "refresh_interval": "1m",
        "refresh_strategy": "Ttl",
        "dispatcher_wakeup_strategy": "Aggressive",
        "maintainer_wakeup_strategy": "Aggressive",
        "reconnect_strategy": "ConnectNextHost",
        "low_memory_reduction_policy": "ShrinkDataAndMeta",
        "no_memory_reduction_policy": "ShrinkDataAndMeta",
    }
