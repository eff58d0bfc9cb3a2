"""What the schema cannot know: whether the words of a style name something that exists and fits."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator, Mapping, Sequence

from remixkit import plugins
from remixkit.errors import StyleError
from remixkit.midi.spec import DRUM_VOICES
from remixkit.patterns import Pattern
from remixkit.style import role_kinds
from remixkit.style.folders import data_dir
from remixkit.style.pattern_library import parse_spec, shipped_patterns
from remixkit.style.problems import dotted
from remixkit.style.raw_tables import Resolved
from remixkit.style.schema import FxSpec, Style
from remixkit.style.settings import settings_in
from remixkit.theory.instruments import instrument

TRIAL_RATE_HZ = 44100

Keys = Sequence[str | int]


def check_names(style: Style, resolved: Resolved) -> None:
    """Role kinds, effects, patterns and the groove's voices exist; patterns suit the roles that play them.

    Raises
    ------
    StyleError
        For the first that does not, with the nearest that does.
    """
    if not style.roles and not style.keep:
        _fail(resolved, ["roles"], "the style has no roles", "add a [roles.NAME] table with a kind")
    kinds = plugins.names(plugins.ROLES)
    for name, role in style.roles.items():
        _known(resolved, ["roles", name, "kind"], "role kind", role.kind, kinds)
    effects = plugins.names(plugins.EFFECTS)
    for keys, fx in effects_of(style):
        _known(resolved, [*keys, "name"], "effect", fx.name, effects)
    for name, role in style.roles.items():
        if role.bus:
            _known(resolved, ["roles", name, "bus"], "bus", role.bus, style.buses)
    for name, bus in style.buses.items():
        if bus.duck is not None:
            _known(resolved, ["buses", name, "duck", "by"], "role", bus.duck.by, style.roles)
    for voice in style.groove.late_ms:
        _known(resolved, ["groove", "late_ms", voice], "role or drum voice", voice, [*style.roles, *DRUM_VOICES])
    known = _check_patterns(style, resolved)
    _check_settings(style, resolved, known)


def check_sound(style: Style, resolved: Resolved) -> None:
    """Effects are told only what they understand, and instruments can play where they are put.

    Raises
    ------
    StyleError
        For the first that does not fit.
    """
    for keys, fx in effects_of(style):
        _check_effect(resolved, keys, fx)
    for name, role in style.roles.items():
        if role.register_ is None or role_kinds.traits(role).plays_drums:
            continue
        player = instrument(role.program)
        low, high = role.register_
        if low < player.lowest or high > player.highest:
            _fail(
                resolved,
                ["roles", name, "register"],
                f"{low}-{high} is outside what {player.name} (program {role.program}) can play",
                f"stay within {player.lowest}-{player.highest}",
            )


def effects_of(style: Style) -> Iterator[tuple[Keys, FxSpec]]:
    """Every effect of a style and where it stands."""
    for name, role in style.roles.items():
        yield from ((("roles", name, "fx", k), fx) for k, fx in enumerate(role.fx))
    for name, bus in style.buses.items():
        yield from ((("buses", name, "fx", k), fx) for k, fx in enumerate(bus.fx))
    yield from ((("master", "fx", k), fx) for k, fx in enumerate(style.master.fx))


def _check_patterns(style: Style, resolved: Resolved) -> dict[str, Pattern]:
    known: dict[str, Pattern] = dict(shipped_patterns(data_dir()))
    for name, spec in style.patterns.items():
        try:
            known[name] = parse_spec(name, spec)
        except StyleError as wrong:
            raise StyleError(
                wrong.reason, file=resolved.file_of(["patterns", name]), place=wrong.place, remedy=wrong.remedy
            ) from None
    for role_name, role in style.roles.items():
        reads = role_kinds.traits(role).patterns if role.patterns else None
        for section, named in role.patterns.items():
            keys = ["roles", role_name, "patterns", section]
            for name in (named,) if isinstance(named, str) else named:
                _known(resolved, keys, "pattern", name, known)
                if reads == "steps" and not known[name].hits:
                    _fail(resolved, keys, f"{name!r} is a pitched pattern", f"{role.kind} play patterns of steps")
                if reads == "events" and not known[name].events:
                    _fail(resolved, keys, f"{name!r} is a drum pattern", f"{role.kind} play patterns of events")
    return known


def _check_settings(style: Style, resolved: Resolved, patterns: Mapping[str, Pattern]) -> None:
    """Each player is told only what its kind understands."""
    before: list[str] = []
    for role_name, role in style.roles.items():
        keys = ["roles", role_name, "settings"]
        known = role_kinds.declared(role.kind).settings
        try:
            role_kinds.settings(role_name, role)
        except StyleError as wrong:
            where = [*keys, (wrong.place or "").rpartition(".")[2]]
            raise StyleError(
                wrong.reason, file=resolved.file_of(where), place=wrong.place, remedy=wrong.remedy
            ) from None
        for name, setting in settings_in(known).items() if known else ():
            value = str(role.settings.get(name, ""))
            for word in value.split() if setting.what == "patterns" else ():
                _known(resolved, [*keys, name], "pattern", word, patterns)
                if not patterns[word].hits:
                    reason = f"{word!r} is a pitched pattern"
                    _fail(resolved, [*keys, name], reason, f"{role.kind} play patterns of steps")
            if setting.what == "role" and value:
                _known(resolved, [*keys, name], "role before this one", value, before)
        before.append(role_name)


def _check_effect(resolved: Resolved, keys: Keys, fx: FxSpec) -> None:
    effect = plugins.load(plugins.EFFECTS, fx.name)
    parameters = inspect.signature(effect).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    own = dict(list(parameters.items())[2:])
    for given in fx.__pydantic_extra__:
        _known(resolved, [*keys, given], f"{fx.name} parameter", given, list(own))
    for name, parameter in own.items():
        if parameter.default is parameter.empty and name not in fx.__pydantic_extra__:
            _fail(resolved, keys, f"{fx.name} needs {name}", f"add {name} = ...")
    try:
        effect(TRIAL_RATE_HZ, 0, **fx.__pydantic_extra__)
    except StyleError as wrong:
        place = dotted([*keys, *([wrong.place] if wrong.place else [])])
        raise StyleError(wrong.reason, file=resolved.file_of(keys), place=place, remedy=wrong.remedy) from None


def _known(resolved: Resolved, keys: Keys, what: str, word: str, choices: Collection[str]) -> None:
    if word in choices:
        return
    hint = plugins.nearest(word, choices)
    remedy = f"did you mean {hint!r}?" if hint else f"there are: {', '.join(choices) or 'none'}"
    _fail(resolved, keys, f"no {what} is called {word!r}", remedy)


def _fail(resolved: Resolved, keys: Keys, reason: str, remedy: str) -> None:
    raise StyleError(reason, file=resolved.file_of(keys), place=dotted(keys), remedy=remedy)
