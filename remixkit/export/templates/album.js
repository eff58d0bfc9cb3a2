"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const songs = JSON.parse($("album").textContent);
  const SHOWN_S = 11, HEAD = 0.28;
  const SECTIONS = { intro: "Intro", verse: "Verse", prechorus: "Prechorus", chorus: "Chorus", interlude: "Interlude", outro: "Outro" };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const roll = $("roll"), overview = $("overview"), seek = $("seek");
  let song = 0, track = 0, cover = 0, wanted = false, held = null, colours = {}, picture = null, switching = 0;

  const current = () => songs[song].tracks[track];
  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
  const last = (starts, t) => {
    let low = 0, high = starts.length;
    while (low < high) { const mid = (low + high) >> 1; if (starts[mid] <= t) low = mid + 1; else high = mid; }
    return low - 1;
  };

  /* Notes come as steps in hundredths of a second: start after the one before, length, pitch. */
  function unpack(t) {
    if (t.notes) return;
    t.notes = [];
    t.parts.forEach((part, p) => {
      let at = 0;
      for (let k = 0; k < part.notes.length; k += 3) {
        at += part.notes[k];
        t.notes.push([at / 100, (at + part.notes[k + 1]) / 100, part.notes[k + 2], p]);
      }
    });
    t.notes.sort((a, b) => a[0] - b[0]);
    t.starts = t.notes.map((n) => n[0]);
    t.longest = Math.max(0, ...t.notes.map((n) => n[1] - n[0]));
    const pitched = t.notes.filter((n) => !t.parts[n[3]].drums).map((n) => n[2]);
    t.low = Math.min(...pitched, 60) - 2;
    t.high = Math.max(...pitched, 72) + 2;
    t.kit = [...new Set(t.notes.filter((n) => t.parts[n[3]].drums).map((n) => n[2]))].sort((a, b) => a - b);
    let colour = 1;
    t.hues = t.parts.map((part) => (part.lead ? "p0" : part.drums ? "p7" : `p${1 + (colour++ - 1) % 6}`));
  }

  function audio(s, k) {
    const t = songs[s].tracks[k];
    if (!t.audio) return null;
    if (!t.element) {
      t.element = new Audio();
      t.element.preload = "auto";
      t.element.src = t.audio;
      t.element.addEventListener("ended", () => { if (t === current()) step(1); });
      t.element.addEventListener("error", () => { if (t === current()) { wanted = false; say(`${t.label} cannot be played`); show(); } });
    }
    return t.element;
  }

  const position = () => (held !== null ? held : current().element ? current().element.currentTime : 0);
  const end = () => Math.max(current().seconds, 0.1);

  /* The same bar of the source in another version: bar and share of it; what a cover added has the nearest bar. */
  function translate(from, to, t) {
    if (from === to) return t;
    const bar = Math.max(0, last(from.bars, t));
    const stop = bar + 1 < from.bars.length ? from.bars[bar + 1] : from.end;
    let share = Math.min(1, Math.max(0, (t - from.bars[bar]) / Math.max(0.01, stop - from.bars[bar])));
    let source = from.source[bar];
    if (source === null) {
      const known = from.source.map((b, k) => (b === null ? -1 : k)).filter((k) => k >= 0);
      const near = known.reduce((best, k) => (Math.abs(k - bar) < Math.abs(best - bar) ? k : best), known.length ? known[0] : 0);
      source = from.source[near] || 0;
      share = near > bar ? 0 : share;
    }
    let target = to.source.indexOf(source);
    if (target < 0) target = to.source.reduce((best, b, k) => (b !== null && (best < 0 || Math.abs(b - source) < Math.abs(to.source[best] - source)) ? k : best), -1);
    if (target < 0) target = 0;
    const next = target + 1 < to.bars.length ? to.bars[target + 1] : to.end;
    return to.bars[target] + share * (next - to.bars[target]);
  }

  function choose(s, k, at, play) {
    const before = current();
    const mine = ++switching;
    if (before.element) before.element.pause();
    if (s !== song) songs[song].tracks.forEach((t) => { if (t.element) { t.element.removeAttribute("src"); t.element.load(); t.element = null; } });
    const moved = s !== song || k !== track;
    song = s; track = k;
    const t = current();
    if (!t.source_version) cover = k;
    unpack(t);
    wanted = play && !!t.audio;
    const sound = audio(s, k);
    held = at;
    if (sound) {
      const go = () => {
        if (mine !== switching) return;
        if (Math.abs(sound.currentTime - at) > 0.005) sound.currentTime = at;
        held = null;
        if (wanted) sound.play().catch(() => { wanted = false; show(); });
      };
      if (sound.readyState >= 1) go(); else sound.addEventListener("loadedmetadata", go, { once: true });
      const other = songs[s].tracks.findIndex((x) => x.source_version);
      if (other >= 0) audio(s, other);
    }
    picture = null;
    if (moved) say(`${songs[s].title}, ${t.label}, ${t.tonality}, ${Math.round(t.bpm)} beats a minute`);
    build();
    show();
  }

  const version = (k) => { if (songs[song].tracks[k]) choose(song, k, translate(current(), songs[song].tracks[k], position()), wanted); };
  function compare() {
    const source = songs[song].tracks.findIndex((t) => t.source_version);
    if (source < 0) return;
    version(track === source ? (songs[song].tracks[cover] && cover !== source ? cover : source + 1) : source);
  }
  function step(by) {
    const label = current().label, s = song + by;
    if (s < 0 || s >= songs.length) { wanted = false; show(); return; }
    const same = songs[s].tracks.findIndex((t) => t.label === label && t.audio);
    choose(s, same >= 0 ? same : Math.max(0, songs[s].tracks.findIndex((t) => t.audio)), 0, wanted);
  }
  function toggle() {
    const sound = audio(song, track);
    if (!sound) return;
    wanted = !wanted;
    if (wanted) sound.play().catch(() => { wanted = false; show(); }); else sound.pause();
    show();
  }
  function go(t) {
    const sound = audio(song, track);
    const at = Math.min(Math.max(0, t), end() - 0.05);
    if (!sound) { held = at; return; }
    if (sound.readyState >= 1) { sound.currentTime = at; held = null; }
    else choose(song, track, at, wanted);
  }
  function byBar(by) {
    const t = current(), now = position(), bar = last(t.bars, now + 0.02);
    const target = by < 0 && now - t.bars[Math.max(0, bar)] > 0.6 ? bar : bar + by;
    go(t.bars[Math.min(t.bars.length - 1, Math.max(0, target))]);
  }
  const say = (text) => { $("said").textContent = text; };

  /* What changes only with the song or the version. */
  function build() {
    const t = current();
    $("title").textContent = songs[song].title;
    $("length").textContent = clock(end());
    $("play").disabled = !t.audio;
    $("compare").disabled = songs[song].tracks.length < 2 || !songs[song].tracks.some((x) => x.source_version);
    const versions = $("versions"), focused = versions.contains(document.activeElement);
    versions.replaceChildren(...songs[song].tracks.map((x, k) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = x.label;
      button.setAttribute("aria-pressed", String(k === track));
      button.addEventListener("click", () => version(k));
      return button;
    }));
    if (focused) versions.children[track].focus();
    $("legend").replaceChildren(...t.parts.map((part, k) => {
      const item = document.createElement("li");
      item.textContent = part.name;
      item.style.setProperty("--c", `var(--${t.hues[k]})`);
      return item;
    }));
    roll.setAttribute("aria-label", `Piano roll of ${songs[song].title}, ${t.label}: ${t.parts.map((p) => p.name).join(", ")}`);
  }

  function show() {
    const t = current(), playing = wanted;
    $("play").classList.toggle("playing", playing);
    $("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    $("compare").setAttribute("aria-pressed", String(!!t.source_version));
    document.querySelectorAll(".song").forEach((x) => x.classList.toggle("on", Number(x.dataset.song) === song));
    document.querySelectorAll(".track .play").forEach((button) => {
      const on = Number(button.dataset.song) === song && Number(button.dataset.track) === track;
      button.parentElement.classList.toggle("on", on);
      button.classList.toggle("playing", on && playing);
      button.setAttribute("aria-pressed", String(on && playing));
    });
    tell(position());
  }

  let told = "";
  function tell(now) {
    const t = current(), bar = Math.max(0, last(t.bars, now + 0.001));
    const chord = t.chords.find((c) => c[0] <= now + 0.001 && now < c[1]);
    const section = t.sections.find((x) => x[0] <= now + 0.001 && now < x[1]);
    const key = t.keys.find((x) => x[0] <= now + 0.001 && now < x[1]) || t.keys[t.keys.length - 1];
    const words = [chord ? pretty(chord[2]) : "–", section ? SECTIONS[section[2]] || section[2] : "", `bar ${bar + 1} of ${t.bars.length}`, `${key ? pretty(key[2]) : ""} · ${Math.round(t.bpm)} BPM`, clock(now)];
    if (words.join("|") === told) return;
    told = words.join("|");
    ["chord", "section", "bar", "key", "time"].forEach((id, k) => { $(id).textContent = words[k]; });
    seek.value = String(Math.round(1000 * now / end()));
    seek.setAttribute("aria-valuetext", `${clock(now)}, ${words[2]}, ${words[1]}`);
  }
  const pretty = (name) => name.replace(/([A-G])#/g, "$1♯").replace(/(^|\/)([A-G])b/g, "$1$2♭");

  function sized(canvas) {
    const ratio = devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio);
      picture = null;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    return [pen, w, h];
  }
  function paint() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["paper", "card", "ink", "soft", "line", "accent", "roll", "grid", "octave", "label", "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "s-intro", "s-verse", "s-prechorus", "s-chorus", "s-interlude", "s-outro"]) colours[name] = style.getPropertyValue(`--${name}`).trim();
    picture = null;
  }

  function drawRoll(now) {
    const t = current(), [pen, w, h] = sized(roll);
    const scale = w / Math.min(SHOWN_S, Math.max(5, w / 70));
    const shown = w / scale;
    const from = calm.matches ? Math.floor(now / (shown * 0.8)) * shown * 0.8 : now - HEAD * shown;
    const to = from + shown, x = (s) => (s - from) * scale;
    const top = 46, floor = h - 16, kit = t.kit.length ? Math.min(h * 0.2, 8 * t.kit.length + 8) : 0, bottom = floor - kit;
    const row = (bottom - top) / (t.high - t.low), y = (p) => bottom - (p - t.low) * row;
    pen.fillStyle = colours.roll; pen.fillRect(0, 0, w, h);
    for (const s of t.sections) if (s[1] > from && s[0] < to) {
      pen.globalAlpha = dark.matches ? 0.5 : 0.6; pen.fillStyle = colours[`s-${s[2]}`] || colours.grid;
      pen.fillRect(x(s[0]), 0, (s[1] - s[0]) * scale, 20); pen.globalAlpha = 1;
      pen.fillStyle = colours.ink; pen.font = "600 11px system-ui, sans-serif";
      pen.fillText(SECTIONS[s[2]] || s[2], Math.max(x(s[0]), Math.min(4, x(s[1]) - 70)) + 6, 14);
    }
    pen.font = "10px system-ui, sans-serif";
    for (let p = Math.ceil(t.low / 12) * 12; p <= t.high; p += 12) {
      pen.fillStyle = colours.octave; pen.fillRect(0, Math.round(y(p)), w, 1);
    }
    for (let k = Math.max(0, last(t.bars, from)); k < t.bars.length && t.bars[k] < to; k++) {
      pen.fillStyle = colours.grid; pen.fillRect(Math.round(x(t.bars[k])), 20, 1, h);
      pen.fillStyle = colours.label; pen.fillText(String(k + 1), x(t.bars[k]) + 4, h - 5);
    }
    for (let k = Math.max(0, last(t.starts, from - t.longest)); k < t.notes.length && t.starts[k] < to; k++) {
      const [a, b, pitch, part] = t.notes[k];
      if (b < from) continue;
      const sounding = a <= now && now < b, drum = t.parts[part].drums, lead = t.parts[part].lead;
      pen.fillStyle = colours[t.hues[part]];
      pen.globalAlpha = sounding ? 1 : lead ? 0.86 : 0.5;
      if (drum) {
        const line = kit / t.kit.length, up = floor - (t.kit.indexOf(pitch) + 0.5) * line, size = Math.min(3.2, line * 0.5) * (now >= a && now < a + 0.12 ? 1.5 : 1);
        pen.globalAlpha = now >= a && now < a + 0.12 ? 1 : 0.5;
        pen.beginPath(); pen.arc(x(a), up, size, 0, 7); pen.fill();
      } else {
        const high = Math.max(3, Math.min(lead ? 12 : 10, row * (lead ? 1.5 : 1.1)));
        pen.beginPath();
        pen.roundRect(x(a), y(pitch) - high / 2, Math.max(2.5, (b - a) * scale - 1.5), high, Math.min(3, high / 2));
        pen.fill();
        if (sounding) { pen.globalAlpha = 0.9; pen.lineWidth = 1.4; pen.strokeStyle = colours.ink; pen.stroke(); }
      }
    }
    pen.globalAlpha = 1;
    let free = -1e9;
    for (const c of t.chords) if (c[1] > from && c[0] < to) {
      const on = c[0] <= now && now < c[1], text = pretty(c[2]), at = Math.max(x(c[0]) + 4, Math.min(8, x(c[1]) - 30));
      pen.font = on ? "700 13px system-ui, sans-serif" : "500 12px system-ui, sans-serif";
      if (at < free && !on) continue;
      pen.fillStyle = on ? colours.accent : colours.soft;
      const room = x(c[1]) - 4 - at;
      if (on) pen.fillText(text, at, 37); else if (room > 12) pen.fillText(text, at, 37, room);
      free = on ? at + pen.measureText(text).width + 6 : x(c[1]);
    }
    pen.fillStyle = colours.roll; pen.globalAlpha = 0.75; pen.fillRect(0, top - 4, 24, bottom - top + 4); pen.globalAlpha = 1;
    pen.font = "10px system-ui, sans-serif"; pen.fillStyle = colours.label;
    for (let p = Math.ceil(t.low / 12) * 12; p <= t.high; p += 12) pen.fillText(`C${p / 12 - 1}`, 5, y(p) + 3.5);
    pen.fillStyle = colours.accent; pen.fillRect(Math.round(x(now)) - 1, 20, 2, h - 20);
  }

  function drawOverview(now) {
    const t = current(), [pen, w, h] = sized(overview), total = end();
    if (!picture) {
      picture = document.createElement("canvas");
      picture.width = overview.width; picture.height = overview.height;
      const p = picture.getContext("2d"), ratio = devicePixelRatio || 1;
      p.setTransform(ratio, 0, 0, ratio, 0, 0);
      for (const s of t.sections) {
        p.fillStyle = colours[`s-${s[2]}`] || colours.grid;
        p.fillRect(s[0] / total * w, 0, Math.max(1, (s[1] - s[0]) / total * w - 1), h);
      }
      for (const [a, b, pitch, part] of t.notes) {
        if (t.parts[part].drums) continue;
        p.fillStyle = colours[t.parts[part].lead ? "p0" : "ink"];
        p.globalAlpha = t.parts[part].lead ? 0.95 : 0.28;
        p.fillRect(a / total * w, h - 5 - (pitch - t.low) / (t.high - t.low) * (h - 10), Math.max(1, (b - a) / total * w), t.parts[part].lead ? 2 : 1.3);
      }
    }
    pen.clearRect(0, 0, w, h);
    pen.drawImage(picture, 0, 0, w, h);
    pen.fillStyle = colours.card; pen.globalAlpha = 0.55; pen.fillRect(now / total * w, 0, w, h); pen.globalAlpha = 1;
    pen.fillStyle = colours.accent; pen.fillRect(Math.round(now / total * w) - 1, 0, 3, h);
  }

  let drawn = "";
  function frame() {
    const now = position();
    const what = `${now}|${song}|${track}|${roll.clientWidth}|${roll.clientHeight}|${dark.matches}|${picture === null}`;
    if (what !== drawn && songs.length) { drawRoll(now); drawOverview(now); tell(now); drawn = what; }
    requestAnimationFrame(frame);
  }

  document.querySelector(".list").addEventListener("click", (event) => {
    const button = event.target.closest("button.play");
    if (!button) return;
    const s = Number(button.dataset.song), k = Number(button.dataset.track);
    if (s === song && k === track) toggle();
    else choose(s, k, s === song && wanted ? translate(current(), songs[s].tracks[k], position()) : 0, true);
  });
  $("play").addEventListener("click", toggle);
  $("previous").addEventListener("click", () => (position() > 3 ? go(0) : step(-1)));
  $("next").addEventListener("click", () => step(1));
  $("compare").addEventListener("click", compare);
  seek.addEventListener("input", () => go(Number(seek.value) / 1000 * end()));
  seek.addEventListener("keydown", (event) => { if (/^Arrow/.test(event.key)) event.preventDefault(); });
  let drag = null;
  roll.addEventListener("pointerdown", (event) => { drag = [event.clientX, position()]; roll.setPointerCapture(event.pointerId); });
  roll.addEventListener("pointermove", (event) => { if (drag && Math.abs(event.clientX - drag[0]) > 3) go(drag[1] - (event.clientX - drag[0]) / roll.clientWidth * SHOWN_S); });
  roll.addEventListener("pointerup", () => { drag = null; });
  roll.addEventListener("pointercancel", () => { drag = null; });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target.closest("button, a");
    const key = event.key.toLowerCase();
    if (key === " " && !onButton) toggle();
    else if (key === "arrowleft") byBar(-1);
    else if (key === "arrowright") byBar(1);
    else if (key === "a" || key === "b") compare();
    else if (key === "n") step(1);
    else if (key === "p") step(-1);
    else if (/^[1-9]$/.test(key)) version(Number(key) - 1);
    else return;
    event.preventDefault();
  });
  dark.addEventListener("change", paint);
  addEventListener("resize", () => { picture = null; });
  paint();
  if (songs.length) {
    const first = songs[0].tracks.findIndex((t) => !t.source_version);
    choose(0, Math.max(0, first), 0, false);
  }
  requestAnimationFrame(frame);
  window.album = { position, state: () => ({ song, track, playing: wanted, bar: last(current().bars, position()), source: current().source[Math.max(0, last(current().bars, position()))] }) };
})();
