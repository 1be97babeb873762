// The player: shows a film in a shadow root and runs it.
import { VOICES, at, longestSaid, lookup } from "./film.js";
import { Cast, Motion } from "./cast.js";
import { drawing } from "./drawing.js";
import { button, h, icon, write } from "./elements.js";
import { lines, reachable, reveal, table } from "./panes.js";
import { followPage } from "./surroundings.js";

/** @typedef {import("./film.js").Film} Film */
/** @typedef {{step: number, playing: boolean, speed: number, selected: string}} PlayerState */

const BEAT = 1100; // milliseconds that a step stays at speed 1
const SCROLL = 500; // milliseconds in which a pane has scrolled to its place
const SPEEDS = [0.5, 1, 2, 4];
const MOST_TICKS = 50;
const SCENES = { drawing, table, lines };

/**
 * What a player can do besides playing: a module adds a maker to the list, and a page that needs it not has no such module.
 * The maker is called once for each player, before the player is built, and returns nothing where the film has no use for it.
 * @typedef {{tools?: Element[],                      buttons for the header
 *            bars?: Element[],                       rows between the header and the panes
 *            asides?: Element[],                     what stands below the sentence
 *            reach?: (step: number) => number,       how far one can go, when one wants to go to a step
 *            press?: (event: KeyboardEvent) => boolean,  whether a key was meant for it
 *            click?: (event: MouseEvent, key: string) => boolean,  whether a click in the panes was
 *            start?: () => void,                     the player stands on the page
 *            furnished?: () => void,                 the panes are new
 *            shown?: (step: number) => void,         another step is shown
 *            selected?: (key: string) => void,       another key is selected
 *            stop?: () => void}} Feature             the player goes
 * @type {((player: Player) => Feature | undefined)[]}
 */
export const FEATURES = [];

function header(film, tools, tabs) {
  if (tabs) return h("header", { role: "none" }, [h("div", { class: "title" }, titled(film)), tabs, ...tools]);
  const pill = film.steps && film.voice !== "value" ? [h("span", { class: `voice ${film.voice}` }, [VOICES[film.voice] ?? film.voice])] : [];
  return h("header", { role: "none" }, [h("div", { class: "title" }, titled(film)), ...pill, ...tools]);
}

const titled = (film) => [h("b", { title: film.title }, [film.title]), h("span", { class: "soft" }, [film.subtitle ?? ""])];

export function ticks(steps) {
  if (steps < 1) return h("div", { class: "ticks" });
  const stride = Math.ceil(steps / MOST_TICKS);
  const count = Math.floor(steps / stride) + 1;
  const places = Array.from({ length: count }, (_, i) => (i * stride) / steps);
  return h("div", { class: "ticks" }, places.map((part) => h("s", { style: `left:${100 * part}%` })));
}

/** One film on the stage: its state, and every way to change it. */
export class Player {
  /** @type {PlayerState} */
  state = { step: -1, playing: false, speed: 1, selected: "" };
  frame = new Cast(); // what stands around the panes
  cast = new Cast(); // the panes
  motion = new Motion();
  states = new Map(); // what the panes show
  said = new Map(); // what is said below them
  hovered = "";
  timer = 0;
  look = 0; // the frame in which panes will scroll
  followed = 0; // when they last did
  entry = ""; // the key of the first box of panes that have shown no step yet
  guide = null; // who leads through the places of a folded program: see places.js

  constructor(film, onChange) {
    this.film = film;
    this.onChange = onChange;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.features = FEATURES.map((make) => make(this)).filter(Boolean);
    this.build();
  }

  /** Ask every feature in turn, until one says that it was meant. */
  offered(verb, ...given) {
    return this.features.some((feature) => feature[verb]?.(...given));
  }

  /** Tell every feature. */
  tell(verb, ...given) {
    for (const feature of this.features) feature[verb]?.(...given);
  }

  build() {
    const { film } = this;
    this.tools = [
      ...this.features.flatMap(({ tools = [] }) => tools),
      (this.whole = button("whole", "Whole picture or readable size", () => this.element.classList.toggle("whole"))),
      (this.screen = button("screen", "Full screen", () => this.fullScreen())),
    ];
    this.main = h("div", { class: "main" });
    const parts = [header(film, this.tools, this.tabs()), ...this.features.flatMap(({ bars = [] }) => bars), this.main];
    if (film.tracks.say || film.choices.length) parts.push(this.sentence());
    parts.push(...this.features.flatMap(({ asides = [] }) => asides));
    if (film.steps) parts.push((this.footer = this.controls()));
    const label = `${film.title}${film.subtitle ? `, ${film.subtitle}` : ""}`;
    this.element = h("div", { class: "player", role: "group", tabindex: 0, "aria-label": label }, parts);
    this.furnish("");
    this.listen();
  }

  /** Build the panes of a block, or those that a film shows first. */
  furnish(block) {
    const { film } = this, cast = (this.cast = new Cast());
    const scenes = film.scenes.filter((scene) => SCENES[scene.kind] && (scene.block ?? "") === block);
    const build = (list) => list.map((scene) => SCENES[scene.kind](scene, cast, film));
    const stages = build(scenes.filter(({ kind }) => kind === "drawing"));
    const sides = build(scenes.filter(({ kind }) => kind !== "drawing"));
    this.panes = [...stages, ...sides.map((side) => side.querySelector(".scroll"))];
    const side = sides.length ? [h("aside", { role: "none" }, [h("div", {}, sides)])] : [];
    this.main.replaceChildren(...(stages.length > 1 ? [h("div", { class: "stages" }, stages)] : stages), ...side);
    this.element.classList.toggle("undrawn", !stages.length);
    this.element.classList.toggle("alone", !sides.length);
    this.states = new Map();
    this.entry = scenes.flatMap(({ marks = [] }) => marks).find(({ kind }) => kind === "box")?.key;
    this.tell("furnished");
  }

  sentence() {
    const text = h("p", { role: "status", "aria-live": "polite", "aria-atomic": "true" });
    this.frame.watch(["say"], (states) => write(text, at(states, "say").text));
    return h("div", { class: "say", "data-most": longestSaid(this.film) }, [text]);
  }

  controls() {
    const { steps, voice } = this.film;
    const go = (name, label, to) => button(name, label, () => this.go(to()));
    this.playButton = button("play", "Play", () => this.toggle());
    this.range = h("input", { type: "range", min: 0, max: steps, step: 1, value: 0, "aria-label": "Step" });
    this.range.addEventListener("input", () => this.go(this.stepAt(Number(this.range.value)), false));
    this.count = h("output", { class: "count" });
    const speeds = SPEEDS.map((speed) => h("option", { value: speed }, [`${speed}×`]));
    this.speeds = h("select", { "aria-label": "Speed", title: "Speed" }, speeds);
    this.speeds.addEventListener("change", () => this.setSpeed(Number(this.speeds.value)));
    return h("footer", { class: voice, role: "group", "aria-label": "Steps" }, [
      go("first", "First step", () => this.stepAt(0)),
      go("previous", "Previous step", () => this.next(-1)),
      this.playButton,
      go("next", "Next step", () => this.next(1)),
      go("last", "Last step", () => this.stepAt(Infinity)),
      h("div", { class: "track" }, [(this.ticks = ticks(steps)), this.range]),
      this.count,
      this.speeds,
    ]);
  }

  listen() {
    const keyOf = (event) => event.target.closest("[data-key]")?.dataset.key ?? "", { main } = this;
    main.addEventListener("pointerover", (event) => this.hover(keyOf(event)));
    main.addEventListener("pointerleave", () => this.hover(""));
    main.addEventListener("click", (event) => {
      const key = keyOf(event);
      if (event.target.closest(".choice")) this.choose(key);
      else if (this.offered("click", event, key)) return;
      else this.select(this.meant(key) === this.state.selected ? "" : this.meant(key));
    });
    this.element.addEventListener("keydown", (event) => this.press(event));
  }

  start(root, step, speed, selected) {
    root.host.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab leaves our keys to us
    this.unfollow = followPage(this.element);
    this.sizes = new ResizeObserver(() => {
      this.offerWhole();
      this.panes.forEach(reachable);
    });
    this.sizes.observe(this.element);
    this.screen.hidden = !document.fullscreenEnabled;
    const quiet = this.onChange;
    this.onChange = () => {};
    this.setSpeed(speed);
    this.showTab();
    this.tell("start");
    this.seek(step, false);
    this.select(selected);
    this.onChange = quiet;
  }

  /** The button for the whole picture is there only when the picture does not fit. */
  offerWhole() {
    const stage = this.element.querySelector(".stage");
    const fits = !stage || (stage.scrollWidth <= stage.clientWidth + 1 && stage.scrollHeight <= stage.clientHeight + 1);
    this.whole.hidden = fits && !this.element.classList.contains("whole");
  }

  fullScreen() {
    const { host } = /** @type {ShadowRoot} */ (this.element.getRootNode());
    if (document.fullscreenElement) document.exitFullscreen();
    else host.requestFullscreen();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("select,[type=text]")) return;
    const moves = { ArrowLeft: () => this.next(-1), ArrowRight: () => this.next(1) };
    Object.assign(moves, { Home: () => this.stepAt(0), End: () => this.stepAt(Infinity) });
    const onButton = event.target instanceof HTMLButtonElement, choice = event.target.closest(".choice.open");
    if (choice && (event.key === "Enter" || event.key === " ")) this.choose(choice.dataset.key);
    else if (this.offered("press", event)) return this.taken(event);
    else if (event.key in moves && this.film.steps) this.go(moves[event.key]());
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") this.selectNext(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === " " && this.film.steps && !onButton) this.toggle();
    else if (event.key === "Escape" && this.state.selected) this.select("");
    else return;
    this.taken(event);
  }

  /** A key that was meant for the player is no one else's. */
  taken(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  /** What a reader's hand does: playing ends. */
  go(step, animate = step === this.next(1)) {
    this.pause();
    this.seek(step, animate);
  }

  /** Show a step. One step forward moves, any other change is immediate. */
  seek(step, animate = step === this.next(1)) {
    step = Math.min(Math.max(Math.round(step), 0), this.reach);
    step = Math.min(step, ...this.features.map((feature) => feature.reach?.(step) ?? step));
    if (step === this.state.step) return;
    this.show(step, animate);
  }

  show(step, animate) {
    this.motion.stop();
    this.motion.length = Math.min(320, (0.4 * BEAT) / this.state.speed);
    this.guide?.follow(step);
    const states = this.statesAt(step), moving = animate && !this.calm.matches;
    const views = [...this.frame.dirty(this.said, states), ...this.cast.dirty(this.states, states)];
    this.states = this.said = states;
    for (const view of views) view(states, moving ? this.motion : null);
    cancelAnimationFrame(this.look); // what is in view is settled with the frame, when all is laid out anyway
    const wanted = this.wanted(states);
    this.look = requestAnimationFrame(() => this.follow(wanted, moving));
    this.change({ step });
    this.tell("shown", step);
  }

  /** How many steps there are, and how far one can go. */
  get steps() {
    return this.film.steps;
  }

  get reach() {
    return this.steps;
  }

  get tracks() {
    return this.film.tracks;
  }

  /** The steps that a reader sees: all of them, or in a folded program those at which something in the picture moves. */
  get stops() {
    return this.guide?.stops ?? null;
  }

  /** How far the slider goes, where it stands, and the step at one of its places. */
  get length() {
    return this.stops ? this.stops.length - 1 : this.steps;
  }

  get position() {
    return this.stops ? Math.max(this.stops.findLastIndex((stop) => stop <= this.state.step), 0) : this.state.step;
  }

  stepAt(position) {
    return this.stops ? this.stops[Math.min(position, this.length)] : Math.min(position, this.steps);
  }

  /** The step after this one, or before it. */
  next(by) {
    return this.guide ? this.guide.next(this.state.step, by) : this.state.step + by;
  }

  /** What a key of the panes stands for. */
  meant(key) {
    return this.guide ? this.guide.meant(key) : key;
  }

  /** What a player with tabs, or with choices, does besides: see tabs.js and chooser.js. */
  tabs() {
    return null;
  }

  get isOwn() {
    return false;
  }

  choose() {}

  showTab() {}

  setTab() {}

  statesAt(step) {
    return this.guide ? this.guide.statesAt(step) : lookup(this.tracks, step);
  }

  /** What a step is about; new panes in which nothing is active are seen from their first box on. */
  wanted(states) {
    const { entry } = this, active = (key) => at(states, key).role.startsWith("active");
    this.entry = "";
    return entry && ![...this.cast.faces.keys()].some(active) ? (key) => key === entry : active;
  }

  /** Bring the first face in each pane whose key is wanted into view. */
  follow(wanted, smooth) {
    const now = performance.now(), calm = smooth && now - this.followed > SCROLL; // whoever steps quickly sees where he is at once
    this.followed = now;
    for (const pane of this.panes) {
      pane.scrollBy({ top: 0, behavior: "instant" }); // ends a smooth scroll that is still under way
      if (pane.scrollHeight <= pane.clientHeight + 1 && pane.scrollWidth <= pane.clientWidth + 1) continue;
      const faces = [...this.cast.faces].filter(([key]) => wanted(key)).flatMap(([, elements]) => elements);
      const inside = faces.filter((element) => pane.contains(element));
      const face = inside.find((element) => element.matches(".active")) ?? inside[0];
      if (face) reveal(pane, face, calm);
    }
  }

  play() {
    if (!this.film.steps || this.state.playing || this.isOwn) return;
    this.change({ playing: true });
    if (this.atEnd) this.seek(this.stepAt(0), false);
    else this.seek(this.next(1));
    this.beat();
  }

  get atEnd() {
    return this.next(1) <= this.state.step || this.state.step >= this.steps;
  }

  beat() {
    clearTimeout(this.timer);
    if (!this.state.playing || this.atEnd || !this.element.isConnected) return this.pause();
    this.timer = setTimeout(() => {
      this.seek(this.next(1));
      this.beat();
    }, BEAT / this.state.speed);
  }

  pause() {
    clearTimeout(this.timer);
    if (this.state.playing) this.change({ playing: false });
  }

  toggle() {
    if (this.state.playing) this.pause();
    else this.play();
  }

  setSpeed(speed) {
    if (speed === this.state.speed) return;
    this.change({ speed });
    if (this.state.playing) this.beat();
  }

  /** Outline everything that shows a key; "" for nothing. */
  select(key) {
    if (key === this.state.selected || (key && !this.shows(key) && !this.guide?.lead(key))) return;
    this.outline(this.state.selected, false);
    this.outline(key, true);
    const family = [...this.cast.faces.keys()].filter((name) => this.meant(name) === key).flatMap((name) => this.cast.family(name));
    this.follow((name) => family.includes(name), !this.calm.matches);
    this.change({ selected: key });
    this.tell("selected", key);
  }

  /** Whether the panes have something for a key. */
  shows(key) {
    return [...this.cast.faces.keys()].some((name) => this.meant(name) === key);
  }

  outline(key, on) {
    for (const name of key ? this.cast.faces.keys() : []) if (this.meant(name) === key) this.mark(name, "selected", on);
  }

  selectNext(by) {
    const keys = [...this.cast.faces.keys()].map((name) => this.meant(name));
    const place = keys.indexOf(this.state.selected);
    this.select(keys[place < 0 ? (by > 0 ? 0 : keys.length - 1) : Math.min(Math.max(place + by, 0), keys.length - 1)] ?? "");
  }

  hover(key) {
    if (key === this.hovered) return;
    this.mark(this.hovered, "hovered", false);
    this.mark((this.hovered = key), "hovered", true);
  }

  mark(key, name, on) {
    for (const face of this.cast.family(key).flatMap((each) => this.cast.faces.get(each) ?? [])) face.classList.toggle(name, on);
  }

  change(part) {
    this.state = { ...this.state, ...part };
    if (this.film.steps) this.showControls();
    this.onChange(this.state, part);
  }

  /** The slider as long as what there is to see. */
  measure() {
    if (!this.footer) return;
    this.range.max = String(this.length);
    this.ticks.replaceChildren(...ticks(this.length).children);
  }

  showControls() {
    const { playing, speed } = this.state, { length, position } = this;
    this.range.value = String(position);
    this.range.style.setProperty("--done", `${length ? position / length : 1}`);
    this.range.setAttribute("aria-valuetext", `${position} of ${length}`);
    this.count.textContent = `${position} / ${length}`;
    this.count.style.minWidth = `${2 * String(length).length + 3}ch`;
    this.speeds.value = String(speed);
    const name = playing ? "pause" : "play";
    if (this.playButton.firstChild.getAttribute("class") === name) return;
    this.playButton.replaceChildren(icon(name));
    for (const attribute of ["aria-label", "title"]) this.playButton.setAttribute(attribute, playing ? "Pause" : "Play");
  }

  destroy() {
    this.pause();
    cancelAnimationFrame(this.look);
    this.motion.stop();
    this.tell("stop");
    this.sizes.disconnect();
    this.unfollow();
    this.element.remove();
  }
}
