"""Which nodes a command is about: profile, endpoints, or the default endpoint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kumo_tui.cli.node_lists import ListReader
from kumo_tui.cli.options import Options
from kumo_tui.clock import SystemClock
from kumo_tui.config import DEFAULT_ENDPOINT, Settings
from kumo_tui.errors import ConfigError, InputError
from kumo_tui.profiles import NodeSettings, ProfileSettings, first_twice
from kumo_tui.text import one_line
from kumo_tui.urls import check_url, place_of

ENDPOINT_VARIABLE = "KUMO_KCLI_ENDPOINT"


class NotChosen(InputError):
    """Several profiles are known, and nothing says which one is meant."""


@dataclass(frozen=True, slots=True)
class Target:
    """The nodes of a command, each with its credentials. `profile` is empty when no profile was chosen.

    `bound_by` are the profiles that some of the nodes are in where none was chosen: their limits hold too.
    """

    profile: str
    production: bool
    nodes: tuple[NodeSettings, ...]
    bound_by: tuple[str, ...] = ()

    def unverified(self) -> Iterator[str]:
        """One line for each node that may be anybody, because its certificate is not verified."""
        for node in self.nodes:
            if node.insecure and node.url.startswith("https:"):
                yield f"{node.label}: its certificate is not verified (insecure): anybody may answer in its place."


def choose_target(
    options: Options, settings: Settings, environ: Mapping[str, str], lists: ListReader | None = None
) -> Target:
    """The target: --profile or --endpoint, else the default profile or the only one, else the default endpoint.

    Only a profile's nodes have credentials: those of an endpoint would have to be typed where others see them.
    Raises NotChosen, InputError or ConfigError with words for the operator.
    """
    lists = lists or ListReader(environ, SystemClock())
    if options.endpoints and options.profile:
        raise InputError("endpoint", "--endpoint and --profile name different nodes.", "Give one of them.")
    if options.endpoints:
        return _on_the_spot([_node(url, "--endpoint") for url in options.endpoints], settings, lists)
    name = options.profile or settings.default_profile or _only_profile(settings)
    if name:
        return target_of(name, settings, lists, "--profile" if options.profile else "default_profile")
    named = environ.get(ENDPOINT_VARIABLE, "").strip()
    node = _node(named, ENDPOINT_VARIABLE) if named else NodeSettings(url=DEFAULT_ENDPOINT)
    return _on_the_spot([node], settings, lists)


def target_of(name: str, settings: Settings, lists: ListReader, source: str) -> Target:
    """The target that a profile is; `source` is where its name was given. Raises ConfigError."""
    profile: ProfileSettings | None = settings.profile.get(name)
    if profile is None:
        known = f"Known are: {_listed(list(settings.profile))}." if settings.profile else "None is configured."
        raise ConfigError(f"{source}: there is no profile {one_line(name, 60)!r}.", known)
    try:
        return Target(name, profile.production, lists.nodes_of(profile))
    except ConfigError as error:
        raise ConfigError(f"profile {one_line(name, 60)}: {error.what}", error.next_step) from error


def _on_the_spot(nodes: Sequence[NodeSettings], settings: Settings, lists: ListReader) -> Target:
    """The target that endpoints are: a node of a profile is what it is by whatever name it is asked for."""
    twice = first_twice(nodes)
    if twice is not None:
        raise ConfigError(f"{twice.words[0].upper()}{twice.words[1:]}.", "Name each node once.")
    asked = [place_of(node.url) for node in nodes]
    bound, kept = list[str](), set[str]()
    for name, profile in settings.profile.items():
        known = _places(profile, lists)
        if known is None or not known.keys().isdisjoint(asked):
            bound.append(name)
            kept |= {place for place, node in (known or {}).items() if node.read_only}
    return Target(
        "",
        any(settings.profile[name].production for name in bound),
        tuple(
            node.model_copy(update={"read_only": place in kept}) for node, place in zip(nodes, asked, strict=True)
        ),
        tuple(bound),
    )


def _places(profile: ProfileSettings, lists: ListReader) -> Mapping[str, NodeSettings] | None:
    """The nodes of a profile by their addresses; None where its list tells nothing: it may have any node."""
    try:
        return {place_of(node.url): node for node in lists.nodes_of(profile)}
    except ConfigError:
        return None


def _only_profile(settings: Settings) -> str:
    names = list(settings.profile)
    if len(names) > 1:
        raise NotChosen(
            "profile",
            f"several profiles are known: {_listed(names)}.",
            "Choose one with --profile, or set default_profile.",
        )
    return names[0] if names else ""


def _node(url: str, source: str) -> NodeSettings:
    try:
        return NodeSettings(url=check_url(url))
    except ValueError as error:
        raise InputError("endpoint", f"{source}: {error}.") from error


def _listed(names: Sequence[str]) -> str:
    return ", ".join(one_line(name, 60) for name in sorted(names))
