"""The dashboard from one profile to the next: which one it opens, how it changes, and what it remembers."""

import asyncio
from dataclasses import dataclass, replace
from threading import Event

from kumo_tui.cli.compose import Call, House, Meant, build_house, look_up
from kumo_tui.cli.dashboard import Left, choose_profile, load_dashboard, open_dashboard
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.remembered import remember_profile, remembered_profile
from kumo_tui.cli.target import ENDPOINT_VARIABLE, NotChosen, target_of
from kumo_tui.errors import ConfigError, InputError
from kumo_tui.text import clean


@dataclass(frozen=True)
class _Built:
    """A dashboard that can be opened: the call that it is for, its house, and what is said at first."""

    call: Call
    house: House
    words: str = ""


def open_dashboards(call: Call) -> int:
    """Run the dashboard, on one profile after the other, until it is quit; returns its exit code.

    Where several profiles are known and nothing says which one is meant, it opens on the one that was chosen in it
    last, else with the choice. Raises ConfigError or InputError where it cannot be opened at all.
    """
    load_dashboard()
    built = _first(call)
    while built is not None:
        looking = _Looking(built.call)
        left = open_dashboard(built.house, looking.look_at, built.words)
        if not left.profile:
            return left.code
        built = _next(built, left, looking.meant)
    return Exit.DONE


def _first(call: Call) -> _Built | None:
    """What to open at first; None where the choice was left without one."""
    try:
        call = replace(call, meant=look_up(call))
    except NotChosen:
        return _last_or_chosen(call)
    return _Built(call, build_house(call))


def _last_or_chosen(call: Call) -> _Built | None:
    """The profile that was open last, unless the environment names a node; else the one that is chosen now."""
    name = "" if call.surroundings.environ.get(ENDPOINT_VARIABLE, "").strip() else remembered_profile()
    words = ""
    if name and name not in call.options.settings().profile:
        words = f"The profile that was open last is gone: {clean(name)}."
    elif name:
        try:
            built = _on(call, name)
        except (ConfigError, InputError) as error:
            words = f"The profile that was open last cannot be opened: {error}"
        else:
            return replace(built, words=f"{built.words} It was open last; p goes to another one.")
    while True:
        settings, looking = call.options.settings(), _Looking(call)
        chosen = choose_profile(settings, call.surroundings.clock, looking.look_at, words)
        if chosen is None:
            return None
        try:
            return _remembered(_on(call, chosen, looking.meant), chosen)
        except (ConfigError, InputError) as error:
            words = f"{clean(chosen)} could not be opened: {error}"


def _next(before: _Built, left: Left, meant: Meant | None) -> _Built:
    """The dashboard on another profile; where that cannot be built after all, on the one before."""
    slow, call = before.call.options.low_bandwidth or left.low_bandwidth, before.call
    call = replace(call, options=replace(call.options, low_bandwidth=slow))
    if slow and meant is not None:
        meant = replace(meant, settings=meant.settings.model_copy(update={"low_bandwidth": True}))
    try:
        return _remembered(_on(call, left.profile, meant), left.profile)
    except (ConfigError, InputError) as error:
        words = f"{clean(left.profile)} could not be opened: {error}"
        return _Built(before.call, build_house(before.call), words)


def _on(call: Call, profile: str, meant: Meant | None = None) -> _Built:
    """The dashboard on a profile that was chosen in it, with words for what must not be overlooked there.

    `meant` is what its options come to, where that was looked up.
    """
    call = replace(call, options=replace(call.options, endpoints=(), profile=profile), meant=None)
    call = replace(call, meant=meant or look_up(call))
    house = build_house(call)
    mark = " It is PRODUCTION." if house.target.production else ""
    return _Built(call, house, f"This is {clean(profile)} now.{mark}")


def _remembered(built: _Built, profile: str) -> _Built:
    failed = remember_profile(profile)
    return replace(built, words=f"{built.words} Not remembered: {failed}") if failed else built


class _Looking:
    """Looks whether a dashboard could be opened on another profile: by its lists and its certificates.

    `meant` is what was found of the last one that could.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self.meant: Meant | None = None

    async def look_at(self, profile: str) -> None:
        """Raise ConfigError where it could not. It asks no node, and nobody for a secret: the screen is in use."""
        world, settings, unwanted = self._call.surroundings, self._call.options.settings(), Event()
        lists = replace(world.lists(), unwanted=unwanted)
        try:
            target = await asyncio.to_thread(target_of, profile, settings, lists, "profile")
        finally:
            unwanted.set()
        for node in target.nodes:
            await world.make_client(node, settings, world.clock, None).aclose()
        self.meant = Meant(settings, target)
