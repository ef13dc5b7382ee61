"""Which nodes a command is about: profile, endpoints, or the default endpoint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kumo_tui.cli.options import Options
from kumo_tui.config import DEFAULT_ENDPOINT, Settings
from kumo_tui.errors import ConfigError, InputError
from kumo_tui.profiles import NodeSettings, ProfileSettings
from kumo_tui.text import one_line
from kumo_tui.urls import check_url

ENDPOINT_VARIABLE = "KUMO_KCLI_ENDPOINT"


@dataclass(frozen=True, slots=True)
class Target:
    """The nodes of a command, each with its credentials. `profile` is empty when no profile was chosen."""

    profile: str
    production: bool
    nodes: tuple[NodeSettings, ...]

    def unverified(self) -> Iterator[str]:
        """One line for each node that may be anybody, because its certificate is not verified."""
        for node in self.nodes:
            if node.insecure and node.url.startswith("https:"):
                yield f"{node.label}: its certificate is not verified (insecure): anybody may answer in its place."


def choose_target(options: Options, settings: Settings, environ: Mapping[str, str]) -> Target:
    """The target: --profile or --endpoint, else the default profile or the only one, else the default endpoint.

    Only a profile's nodes have credentials: those of an endpoint would have to be typed where others see them.
    Raises InputError or ConfigError with words for the operator.
    """
    if options.endpoints and options.profile:
        raise InputError("endpoint", "--endpoint and --profile name different nodes.", "Give one of them.")
    if options.endpoints:
        nodes = _distinct([_node(url, "--endpoint") for url in options.endpoints])
        return Target("", _of_production(nodes, settings), nodes)
    name = options.profile or settings.default_profile or _only_profile(settings)
    if name:
        return _of_profile(name, settings, "--profile" if options.profile else "default_profile")
    named = environ.get(ENDPOINT_VARIABLE, "").strip()
    node = _node(named, ENDPOINT_VARIABLE) if named else NodeSettings(url=DEFAULT_ENDPOINT)
    return Target("", _of_production((node,), settings), (node,))


def _of_production(nodes: Sequence[NodeSettings], settings: Settings) -> bool:
    """Whether any of these nodes is in a production profile: it is production by whatever name it is asked for."""
    marked = {
        node.url.lower() for profile in settings.profile.values() if profile.production for node in profile.nodes
    }
    return any(node.url.lower() in marked for node in nodes)


def _only_profile(settings: Settings) -> str:
    names = list(settings.profile)
    if len(names) > 1:
        raise InputError(
            "profile",
            f"several profiles are known: {_listed(names)}.",
            "Choose one with --profile, or set default_profile.",
        )
    return names[0] if names else ""


def _of_profile(name: str, settings: Settings, source: str) -> Target:
    profile: ProfileSettings | None = settings.profile.get(name)
    if profile is None:
        known = f"Known are: {_listed(list(settings.profile))}." if settings.profile else "None is configured."
        raise ConfigError(f"{source}: there is no profile {one_line(name, 60)!r}.", known)
    return Target(name, profile.production, _distinct(profile.nodes_with_credentials()))


def _node(url: str, source: str) -> NodeSettings:
    try:
        return NodeSettings(url=check_url(url))
    except ValueError as error:
        raise InputError("endpoint", f"{source}: {error}.") from error


def _distinct(nodes: Sequence[NodeSettings]) -> tuple[NodeSettings, ...]:
    """The nodes, each of them once: a node that is there twice would be counted and bounced twice."""
    urls = [node.url.lower() for node in nodes]
    labels = [node.label for node in nodes]
    for node, url in zip(nodes, urls, strict=True):
        if urls.count(url) > 1:
            raise ConfigError(f"{node.url} is given twice.", "Name each node once.")
        if labels.count(node.label) > 1:
            raise ConfigError(f"two nodes are called {one_line(node.label, 60)!r}.", "Give each its own name.")
    return tuple(nodes)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(one_line(name, 60) for name in sorted(names))
