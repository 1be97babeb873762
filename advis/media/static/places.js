// Through the places of a folded program: a click enters a block, a trail leads back, and the steps are those of a place.
import { at, lookup, pieces, resolve } from "./film.js";
import { button, h } from "./elements.js";
import { FEATURES } from "./player.js";

const MOST_LETTERS = 40, MOST_CRUMBS = 7; // of a trail: letters of a name, and names

/** The last step of each time that a track is active. @param {import("./film.js").Entry[]} track */
export function stopsOf(track = [], steps) {
  const active = (entry) => /^active/.test(entry?.[1] ?? "");
  return track.flatMap((entry, i) => (!active(entry) || active(track[i + 1]) ? [] : [(track[i + 1]?.[0] ?? steps + 1) - 1]));
}

/** Who leads through a film with blocks: which place is shown, in which turn, and which steps it has. */
export class Guide {
  block = ""; // the key of the block that is shown
  turn = 0; // and which of its turns

  constructor(player) {
    this.player = player;
    this.blocks = new Map(player.film.blocks.map((block) => [block.key, block]));
    this.spans = new Map(); // by tab and block: the stops of each turn
    this.bar = h("nav", { class: "trail", "aria-label": "Where in the program" });
  }

  get here() {
    return this.blocks.get(this.block);
  }

  /** The nodes that the keys of the place stand for in a turn; none where it is not shared. */
  nodes(turn = this.turn) {
    return this.here?.turns?.[turn] ?? [];
  }

  get isShared() {
    return this.here?.turns?.length > 1;
  }

  meant(key) {
    return this.isShared ? resolve(key, this.turn, this.nodes()) : key;
  }

  statesAt(step) {
    const states = lookup(this.player.tracks, step, (key) => this.meant(key));
    const told = this.folds.map((key) => states.get(key)).find(({ role, text }) => /^active/.test(role) && text.length);
    return told ? { get: (key) => (key === "say" ? { ...told, role: "" } : states.get(key)) } : states;
  }

  /** The boxes of the place that have a turn of their own. */
  get movers() {
    const scene = this.player.film.scenes.find(({ kind, block = "" }) => kind === "drawing" && block === this.block);
    const still = this.block ? /^(input|constant)/ : /^constant/;
    return (scene?.marks ?? []).filter(({ kind, shape }) => kind === "box" && !still.test(shape)).map(({ key }) => key);
  }

  get folds() {
    return this.movers.filter((key) => key.startsWith("b"));
  }

  /** The stops of every turn of the place, in the way that is played. */
  get turns() {
    const { player, block } = this, name = `${player.way ?? 0} ${block}`;
    if (!this.spans.has(name)) {
      const count = this.isShared ? this.here.turns.length : 1;
      this.spans.set(name, Array.from({ length: count }, (_, turn) => this.stopsIn(turn)));
    }
    return this.spans.get(name);
  }

  stopsIn(turn) {
    const { tracks, steps } = this.player, { isShared } = this;
    if (isShared && !this.here.turns[turn]) return [];
    const keys = this.movers.map((key) => (isShared ? resolve(key, turn, this.nodes(turn)) : key));
    const ends = this.block ? [] : [0, steps];
    return [...new Set([...ends, ...keys.flatMap((key) => stopsOf(tracks[key], steps))])].sort((a, b) => a - b);
  }

  get stops() {
    const stops = this.turns[this.turn];
    return stops?.length ? stops : [this.player.state.step];
  }

  /** The next stop, or the one before: past those of a turn, the ones of the turn that is played after or before it. */
  next(step, by) {
    const later = by > 0 ? this.stops.find((stop) => stop > step) : this.stops.findLast((stop) => stop < step);
    if (later !== undefined) return later;
    const beyond = this.turns.flat().filter((stop) => (by > 0 ? stop > step : stop < step));
    if (!beyond.length) return step;
    return beyond.reduce((best, stop) => ((by > 0 ? stop < best : stop > best) ? stop : best));
  }

  /** Show the turn in which a step lies: the latest that has begun. */
  follow(step) {
    if (!this.isShared || !this.player.steps || this.turns[this.turn].includes(step)) return;
    const begun = this.turns.map((stops, turn) => [stops[0] ?? Infinity, turn]).filter(([first]) => first <= step);
    if (begun.length) this.take(begun.reduce((best, one) => (one[0] > best[0] ? one : best))[1]);
  }

  take(turn) {
    if (turn === this.turn) return;
    const { player } = this, { selected } = player.state;
    player.outline(selected, false);
    this.turn = turn;
    player.outline(selected, true);
    player.measure();
    this.showTrail();
  }

  /** Enter a block from the place that is shown: at the step that is shown if it lies within, else at its beginning. */
  enter(key) {
    const block = this.blocks.get(key), { step } = this.player.state;
    if (!block || block.parent !== this.block) return;
    const first = this.turn * block.each, within = [];
    this.go(key, first, false);
    for (let turn = first; turn < first + block.each; turn++) {
      if (!this.isShared || block.turns[turn]) within.push([this.turns[turn] ?? [], turn]);
    }
    const now = within.find(([stops]) => stops[0] <= step && step < stops.at(-1));
    const [stops, turn] = now ?? within.reduce((best, one) => (one[0][0] < best[0][0] ? one : best), within[0] ?? [[], first]);
    this.turn = turn;
    this.arrive(now || !stops.length ? step : stops[0]);
  }

  /** Show a block in a turn. */
  go(key, turn, arriving = true) {
    const { player } = this;
    player.pause();
    this.block = key;
    this.turn = turn;
    player.furnish(key);
    if (arriving) this.arrive(player.state.step);
  }

  arrive(step) {
    const { player } = this;
    player.measure();
    this.showTrail();
    player.show(step, false);
    player.outline(player.state.selected, true);
    player.offerWhole();
  }

  /** Lead back to the block around this one, `up` levels. */
  leave(up = 1) {
    let { block, turn } = this;
    for (; up && block; up--) {
      const { parent, each } = this.blocks.get(block);
      [block, turn] = [parent, Math.floor(turn / each)];
    }
    this.go(block, block ? turn : 0);
  }

  /** Go to the place in which a key stands, such as `n57`; whether there is one. */
  lead(key) {
    for (const { block = "", kind, marks } of this.player.film.scenes) {
      if (kind !== "drawing") continue;
      const turns = this.blocks.get(block)?.turns ?? [], shared = turns.length > 1;
      const found = (nodes, turn) => marks.some((mark) => mark.kind === "box" && (shared ? resolve(mark.key, turn, nodes) : mark.key) === key);
      const turn = shared ? turns.findIndex((nodes, turn) => nodes && found(nodes, turn)) : found([], 0) ? 0 : -1;
      if (turn < 0) continue;
      this.go(block, turn, false);
      const [first] = this.stops;
      this.arrive(this.block && !this.stops.includes(this.player.state.step) ? first : this.player.state.step);
      return true;
    }
    return false;
  }

  // ---- the trail

  showTrail() {
    const path = [];
    for (let { block, turn } = this; block; ) {
      const { label, parent, each, turns } = this.blocks.get(block);
      path.unshift({ block, label, turn, each, count: turns.length });
      [block, turn] = [parent, Math.floor(turn / each)];
    }
    const crumbs = [{ label: this.player.film.title }, ...path];
    const hint = path.length ? "" : "A box with a folded corner opens: click it, or Enter.";
    const trail = crumbs.map((crumb, i) => this.crumb(crumb, crumbs.length - 1 - i));
    if (trail.length > MOST_CRUMBS) trail.splice(1, trail.length - MOST_CRUMBS + 1, h("li", {}, ["…"]));
    this.bar.replaceChildren(h("ol", {}, trail), h("span", { class: "soft" }, [hint]));
  }

  crumb({ label, turn, each, count }, up) {
    const letters = [...label], text = [letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS).join("")}…` : label];
    const name = up ? h("button", { type: "button", class: "crumb", title: label }, text) : h("b", { "aria-current": "location", title: label }, text);
    if (up) name.addEventListener("click", () => this.leave(up));
    if (!(each > 1)) return h("li", {}, [name]);
    const told = h("span", { class: "turn" }, [up ? `${(turn % each) + 1} of ${each}` : ""]);
    if (!up) told.append(...this.turnChooser(turn, each));
    return h("li", {}, [name, told]);
  }

  /** Which turn of a loop is shown: a number to type, and buttons for the one before and after. */
  turnChooser(turn, each) {
    const first = turn - (turn % each);
    const to = (number) => {
      const at = Math.min(Math.max(first + number - 1, first), first + each - 1);
      if (!this.here.turns[at]) return this.showTrail(); // not in the film
      this.player.pause();
      this.take(at);
      this.player.show(this.turns[at][0] ?? this.player.state.step, false);
    };
    const field = h("input", { type: "number", min: 1, max: each, value: (turn % each) + 1, "aria-label": `Turn, of ${each}` });
    field.style.width = `${String(each).length + 3}ch`;
    field.addEventListener("change", () => to(Math.round(Number(field.value)) || 1));
    field.addEventListener("keydown", (event) => event.stopPropagation());
    const step = (icon, label, by) => button(icon, label, () => to((turn % each) + 1 + by));
    return [step("previous", "Turn before", -1), field, ` of ${each}`, step("next", "Turn after", 1)];
  }
}

FEATURES.push((player) => {
  if (!player.film.blocks.length) return undefined;
  const guide = (player.guide = new Guide(player));
  const keyOf = (key) => guide.blocks.get(key.split(".")[0])?.key;
  return {
    bars: [guide.bar],
    click: (event, key) => {
      const block = keyOf(key);
      if (block) guide.enter(block);
      return Boolean(block);
    },
    press: ({ key }) => {
      const block = keyOf(player.state.selected);
      if (key === "Enter" && block && player.shows(player.state.selected)) guide.enter(block);
      else if (key === "Backspace" && guide.block) guide.leave();
      else return false;
      return true;
    },
    start: () => {
      player.measure();
      guide.showTrail();
    },
  };
});
