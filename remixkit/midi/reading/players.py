"""A file's events sorted by whom they concern: one channel of one track, or the song."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from remixkit.midi import spec
from remixkit.midi.messages import TrackMessages
from remixkit.midi.reading.channels import ChannelReader
from remixkit.midi.reading.drum_channels import DrumMap, Setup, is_kit, sounds_like_kit
from remixkit.midi.reading.events import Decoded
from remixkit.midi.reading.text_events import TextEvents
from remixkit.midi.reading.timeline import Clock
from remixkit.model.song import Lyric


@dataclass(slots=True)
class ChannelTrack:
    """What one track says to one channel, 0-15, of one port."""

    port: int
    channel: int
    reader: ChannelReader

    @property
    def first_tick(self) -> int:
        """Where its first note begins, in the file's ticks; 0 without notes."""
        return self.reader.first_note_tick or 0


@dataclass(slots=True)
class Sorted:
    """A file's events by whom they concern.

    `players`, `texts` and `messages` have an entry a track; tempos, meters and keys are (tick of the model, payload) in
    order of time, set-ups of drums are in the file's ticks.
    """

    players: list[list[ChannelTrack]] = field(default_factory=list)
    texts: list[TextEvents] = field(default_factory=list)
    messages: list[TrackMessages] = field(default_factory=list)
    tempos: list[tuple[int, bytes]] = field(default_factory=list)
    meters: list[tuple[int, bytes]] = field(default_factory=list)
    keys: list[tuple[int, bytes]] = field(default_factory=list)
    setups: list[Setup] = field(default_factory=list)

    def everyone(self) -> Iterable[ChannelTrack]:
        """All players, track by track."""
        return (player for track in self.players for player in track)


def sort_out(tracks: Iterable[Decoded], clock: Clock) -> Sorted:
    """Sort the events of all tracks."""
    out = Sorted()
    for track in tracks:
        _sort_track(track, clock, out)
    for events in (out.tempos, out.meters, out.keys):
        events.sort(key=lambda e: e[0])
    out.setups.sort(key=lambda e: e[0])
    return out


def _sort_track(track: Decoded, clock: Clock, out: Sorted) -> None:
    players: dict[tuple[int, int], ChannelTrack] = {}
    texts = TextEvents()
    messages = TrackMessages()
    for_all = {spec.META_TEMPO: out.tempos, spec.META_METER: out.meters, spec.META_KEY: out.keys}
    port = 0
    prefix: int | None = None
    for tick, status, a, b, payload in track.events:
        if status < spec.SYSEX:
            prefix = None
            key = (port, status & spec.CHANNEL_BITS)
            player = players.get(key)
            is_first = player is None
            if player is None:
                player = players[key] = ChannelTrack(*key, ChannelReader(clock))
            player.reader.message(tick, status, a, b)
            messages.channel(tick, key, status, a, b, is_first=is_first)
            if a == spec.CC_BANK_MSB and status & spec.KIND_BITS == spec.CONTROL_CHANGE:
                out.setups.append((tick, port, status, b, b""))
        elif status in (spec.SYSEX, spec.ESCAPE):
            if status == spec.SYSEX:
                out.setups.append((tick, port, status, 0, payload))
            messages.exclusive(tick, status, payload)
        elif status == spec.META:
            messages.meta(tick, a, payload, None if prefix is None else (port, prefix))
            if a <= spec.META_LAST_TEXT:
                texts.events.append((tick, a, payload, prefix))
            elif a in for_all:
                for_all[a].append((clock(tick), payload))
            elif a == spec.META_CHANNEL and payload:
                prefix = payload[0] & spec.CHANNEL_BITS
            elif a == spec.META_PORT and payload:
                port = payload[0]
    for player in players.values():
        player.reader.close(track.end_tick)
    out.players.append([players[key] for key in sorted(players)])
    out.texts.append(texts)
    out.messages.append(messages)


def programs(song: Sorted) -> Mapping[int, int]:
    """The program of each player, by its `id`: the one that holds when its first note sounds.

    Only where its own track sets none, what other tracks set on the channel counts. Where all come after the first
    note, or there is no note, it is the first; where there is none, 0.
    """
    on_channel: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for player in song.everyone():
        on_channel.setdefault((player.port, player.channel), []).extend(player.reader.programs)
    for changes in on_channel.values():
        changes.sort(key=lambda change: change[0])
    out: dict[int, int] = {}
    for player in song.everyone():
        changes = player.reader.programs or on_channel[player.port, player.channel]
        is_heard = bool(player.reader.notes)
        before = [program for tick, program in changes if is_heard and tick <= player.first_tick]
        out[id(player)] = before[-1] if before else changes[0][1] if changes else 0
    return out


def drummers(song: Sorted, names: Mapping[int, str], program: Mapping[int, int], warnings: list[str]) -> set[int]:
    """The `id` of each player that is drums; `names` and `program` are by `id`, too."""
    drum_map = DrumMap(song.setups)
    out = {id(p) for p in song.everyone() if drum_map.is_drum(p.port, p.channel, p.first_tick)}
    doubted = [p for p in song.everyone() if p.channel == spec.DRUM_CHANNEL and id(p) not in out]
    if sounds_like_kit([note.pitch for p in doubted for note in p.reader.notes]):
        warnings.append("Channel 10 is set up as a melodic part but plays a drum kit; it is read as drums.")
        out.update(id(p) for p in doubted)
    for player in song.everyone():
        if id(player) not in out and is_kit(names[id(player)], program[id(player)], player.reader.notes):
            what = f" ({names[id(player)]})" if names[id(player)] else ""
            warnings.append(f"Channel {player.channel + 1}{what} plays a drum kit; it is read as drums.")
            out.add(id(player))
    return out


def singer(players: Sequence[ChannelTrack], lyrics: Sequence[Lyric]) -> ChannelTrack | None:
    """Who has a track's lyrics: the player whose onsets meet most of them, if they meet half."""
    ticks = {t.tick for t in lyrics}
    met = [len(ticks & {n.start_tick for n in p.reader.notes}) for p in players]
    best = max(range(len(players)), key=lambda k: met[k], default=None)
    return players[best] if best is not None and 2 * met[best] >= len(ticks) > 0 else None
