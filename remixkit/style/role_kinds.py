"""What a style's role is, by its kind: the function's own declaration, whoever's package it comes from."""

from __future__ import annotations

from typing import Any

from remixkit import plugins
from remixkit.errors import StyleError
from remixkit.plugin import Declaration, Traits, declaration_of
from remixkit.style.schema import RoleSpec
from remixkit.style.settings import read_settings, settings_in


def declared(kind: str) -> Declaration:
    """What a kind says of itself.

    Raises
    ------
    PluginError
        If no installed package offers it.
    """
    return declaration_of(plugins.load(plugins.ROLES, kind))


def traits(spec: RoleSpec) -> Traits:
    """How a role is to be treated."""
    return declared(spec.kind).traits


def settings(name: str, spec: RoleSpec) -> Any:
    """A role's settings as its kind declares them; None where it does not.

    Raises
    ------
    StyleError
        If the style sets what the kind does not know.
    """
    known = declared(spec.kind).settings
    if known is None:
        return None
    try:
        return read_settings(spec.kind, known, spec.settings)
    except StyleError as wrong:
        place = f"roles.{name}.settings.{wrong.place}"
        raise StyleError(wrong.reason, place=place, remedy=wrong.remedy) from None


def is_lead(spec: RoleSpec) -> bool:
    """Whether a role is there for the melody, not to double another who is."""
    found = traits(spec)
    return found.leads and not (found.doubles_when and bool(spec.settings.get(found.doubles_when)))


def has_level(spec: RoleSpec) -> bool:
    """Whether a role is a pianist's hand that can be asked to play easier things."""
    found = declared(spec.kind)
    return found.traits.hand is not None and found.settings is not None and "level" in settings_in(found.settings)
