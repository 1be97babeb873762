// The player: shows a film in a shadow root and runs it. It builds every mark once and then patches what changed;
// nothing is laid out again. All text goes in as text, so labels need no trust.
import { VOICES, at, journey, lower, pieces, stateAt } from "./film.js";
import { drawGroup } from "./groups.js";

/** @typedef {import("./film.js").Film} Film */
/** @typedef {{step: number, playing: boolean, speed: number, selected: string}} PlayerState */
/** @typedef {(states: Map<string, any>, motion: Motion | null) => void} View  patches what it has drawn */

const BEAT = 1100; // milliseconds that a step stays at speed 1
const SPEEDS = [0.5, 1, 2, 4];
const MOST_TICKS = 50;
const ICONS = {
  first: "M18 5l-7 7 7 7M7 5v14",
  previous: "M15 5l-7 7 7 7",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8 6v12M16 6v12",
  next: "M9 5l7 7-7 7",
  last: "M6 5l7 7-7 7M17 5v14",
  whole: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 12h6",
  screen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};

// ---- elements -------------------------------------------------------------------------------------------------

export function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

export const h = (tag, attributes = {}, children = []) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, children = []) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/** Put a text with roles into an element; `make` is h or s. */
export function write(element, text, make = h) {
  const part = ([role, piece]) => (role ? fill(make(make === s ? "tspan" : "span", { class: role }), {}, [piece]) : piece);
  element.replaceChildren(...pieces(text).map(part));
}

const icon = (name) =>
  s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: name }, [s("path", { d: ICONS[name] })]);

function button(name, label, onClick) {
  const element = h("button", { type: "button", class: name, "aria-label": label, title: label }, [icon(name)]);
  element.addEventListener("click", onClick);
  return element;
}

// ---- who shows what -------------------------------------------------------------------------------------------

/** Views by the keys they read, and faces (elements to light or outline) by the key they show. */
class Cast {
  views = new Map();
  faces = new Map();

  /** @param {string[]} keys @param {View} view */
  watch(keys, view) {
    for (const key of keys) this.views.set(key, [...(this.views.get(key) ?? []), view]);
  }

  face(key, element) {
    element.dataset.key = key;
    this.faces.set(key, [...(this.faces.get(key) ?? []), element]);
  }

  /** The views of every key whose state is not the same. */
  dirty(before, after) {
    const views = new Set();
    for (const [key, now] of after) {
      const was = at(before, key);
      if (was.role === now.role && was.text === now.text && was.level === now.level) continue;
      for (const view of this.views.get(key) ?? []) views.add(view);
    }
    return views;
  }
}

/** The motions of one step: numbers fade in, tokens travel. A new step ends them. */
class Motion {
  running = [];
  length = 320;

  stop() {
    for (const animation of this.running) animation.cancel();
    this.running = [];
  }

  fade(element) {
    this.run(element, [{ opacity: 0 }, { opacity: 1 }], this.length / 2);
  }

  /** Let a token travel from where its edge starts to its place. */
  travel(element, mark, fromEnd) {
    const frames = journey(mark, fromEnd).map(([x, y]) => ({ transform: `translate(${x}px, ${y}px)` }));
    this.run(element, frames, 0);
  }

  run(element, frames, delay) {
    const options = { duration: this.length, delay, easing: "cubic-bezier(.4, 0, .3, 1)", fill: "backwards" };
    this.running.push(element.animate(frames, options));
  }
}

// ---- the drawing ----------------------------------------------------------------------------------------------

function drawing(scene, cast, film) {
  const chosen = new Set(film.choices.map(({ key }) => key));
  const { width = 1, height = 1, description, title, marks } = scene;
  const [edges, boxes, tokens] = ["edges", "boxes", "tokens"].map((name) => s("g", { class: name }));
  for (const mark of marks ?? []) {
    if (mark.kind === "edge") drawEdge(mark, cast, edges, tokens);
    else if (mark.kind === "box") drawBox(mark, cast, boxes);
    else if (mark.kind === "group") drawGroup(mark, cast, boxes, chosen.has(mark.key));
  }
  const options = { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description || title };
  const svg = s("svg", { ...options, style: `--w:${width}px;--h:${height}px` }, [edges, boxes, tokens]);
  return h("section", { class: "stage", "aria-label": title }, [svg]);
}

const TAGS = { rect: "rect", path: "path", lines: "path", tiles: "path", text: "text" };

/** Draw the inks of a mark, and return the elements and the view that patches them. */
export function drawInks(mark) {
  const last = lower(mark, new Map());
  const elements = last.map((ink) => paint(s(TAGS[ink.tag]), ink));
  const view = (states, motion) => {
    for (const [i, ink] of lower(mark, states).entries()) {
      const worded = JSON.stringify(ink.spans) !== JSON.stringify(last[i].spans);
      if (!worded && ink.role === last[i].role && ink.at.every((x, k) => x === last[i].at[k])) continue;
      paint(elements[i], ink);
      if (worded && ink.role.startsWith("number")) motion?.fade(elements[i]);
      last[i] = ink;
    }
  };
  return { elements, view };
}

function paint(element, ink) {
  element.setAttribute("class", ink.role);
  if (ink.tag === "rect") {
    const [x, y, width, height, rx] = ink.at;
    return fill(element, { x, y, width, height, rx }, []);
  }
  if (ink.tag !== "text") return fill(element, { d: outline(ink) }, []);
  write(element, ink.spans, s);
  return fill(element, { x: ink.at[0], y: ink.at[1], "text-anchor": ink.anchor }, []);
}

function outline({ tag, at }) {
  if (tag === "path") return `M${at.slice(0, 2)}C${at.slice(2)}`;
  let d = "";
  if (tag === "tiles") {
    for (let i = 0; i < at.length; i += 4) d += `M${at.slice(i, i + 2)}h${at[i + 2]}v${at[i + 3]}h${-at[i + 2]}z`;
    return d;
  }
  for (let i = 0; i < at.length; i += 4) d += `M${at.slice(i, i + 2)}L${at.slice(i + 2, i + 4)}`;
  return d;
}

function drawBox(mark, cast, layer) {
  const { elements, view } = drawInks(mark);
  const [x, y, width, height] = mark.at;
  const ring = s("rect", { class: "ring", x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: 12 });
  const tooltip = mark.more ? [fill(s("title"), {}, [mark.more])] : [];
  const group = s("g", { class: "node" }, [...tooltip, ...elements, ring]);
  cast.face(mark.key, group);
  cast.watch([mark.key, ...(mark.rows ?? []).map(([, key]) => key), ...(mark.stack ?? []).map(({ edge }) => edge)], view);
  layer.append(group);
}

function drawEdge(mark, cast, edges, tokens) {
  const { elements, view } = drawInks(mark);
  const token = s("g", {}, elements.slice(3));
  edges.append(...elements.slice(0, 3));
  tokens.append(token);
  cast.watch([mark.key], (states, motion) => {
    view(states, motion);
    const { role } = at(states, mark.key);
    if (role.includes("flow")) motion?.travel(token, mark, role.includes("adjoint"));
  });
}

// ---- the table and the source ---------------------------------------------------------------------------------

function table(scene, cast, film) {
  const { columns = [], marks = [] } = scene;
  const widths = columns.map((column, i) => columnWidth(column, marks.map((row) => row.cells?.[i] ?? ""), film));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const cols = widths.map((width) => h("col", { style: `width:${(100 * width) / total}%` }));
  const head = columns.map(([heading, role]) => h("th", { scope: "col", class: role }, [heading]));
  const rows = marks.map((row) => tableRow(row, columns, cast));
  const parts = [h("colgroup", {}, cols), h("thead", {}, [h("tr", {}, head)]), h("tbody", {}, rows)];
  return pane(scene, [h("table", { style: `min-width:${columns.length * 72}px` }, parts)]);
}

/** What a column needs for the longest text that it will ever hold: reserved from the start, so that nothing moves. */
function columnWidth([heading, role], cells, film) {
  const held = (key) => (film.tracks[key] ?? []).map((entry) => entry[2] ?? "");
  const texts = cells.flatMap((cell) => (typeof cell === "string" ? held(cell) : [cell]));
  const letters = texts.map((text) => pieces(text).reduce((sum, [, piece]) => sum + piece.length, 0));
  const widest = letters.reduce((most, count) => Math.max(most, count), [...heading].length);
  return Math.min(widest * (role === "name" ? 9 : 8.4) + 26, role === "name" ? 150 : 230);
}

function tableRow(row, columns, cast) {
  const cells = (row.cells ?? []).map((cell, i) => {
    const role = columns[i]?.[1] ?? "", element = h("td", { class: role });
    if (typeof cell === "string") cast.watch([cell], (states, motion) => showCell(element, role, at(states, cell), motion));
    else write(element, cell);
    element.title = element.textContent;
    return element;
  });
  const element = h("tr", {}, cells);
  cast.face(row.key, element);
  cast.watch([row.key], (states) => light(element, at(states, row.key).role));
  return element;
}

function showCell(element, role, state, motion) {
  element.className = `${role} ${state.role}`;
  write(element, state.text);
  element.title = element.textContent;
  motion?.fade(element);
}

/** Give an element the role of a state, and tell assistive technology where the step is. */
function light(element, role) {
  element.classList.remove("active", "done", "flow", ...Object.keys(VOICES));
  element.classList.add(...role.split(" ").filter(Boolean));
  if (role.startsWith("active")) element.setAttribute("aria-current", "step");
  else element.removeAttribute("aria-current");
}

function lines(scene, cast) {
  return pane(scene, [h("div", { class: "code" }, (scene.marks ?? []).map((line) => sourceLine(line, cast)))]);
}

function sourceLine(line, cast) {
  const element = h("div", { class: "line" }, [h("i", {}, [line.number ? String(line.number) : ""])]);
  const letters = [...(line.text ?? "")], segments = line.segments ?? [];
  const cuts = new Set([0, letters.length, ...segments.flatMap(([, start, stop]) => [start, stop])]);
  const places = [...cuts].filter((place) => place <= letters.length).sort((a, b) => a - b);
  for (const [i, place] of places.slice(0, -1).entries()) {
    const text = letters.slice(place, places[i + 1]).join("");
    element.append(sourcePiece(text, segments.filter(([, start, stop]) => start <= place && place < stop), cast));
  }
  const keys = segments.map(([key]) => key);
  cast.watch(keys, (states) => light(element, activeRole(states, keys)));
  return element;
}

/** The role of the first of these keys whose turn it is. */
const activeRole = (states, keys) => keys.map((key) => at(states, key).role).find((role) => role.startsWith("active")) ?? "";

/** A piece of a line that no segment cuts; the shortest segment over it is the one that a click means. */
function sourcePiece(text, segments, cast) {
  if (!segments.length) return text;
  const element = h("span", { class: "piece" }, [text]);
  const keys = segments.sort((a, b) => b[2] - b[1] - (a[2] - a[1])).map(([key]) => key);
  for (const key of keys) cast.face(key, element);
  cast.watch(keys, (states) => light(element, activeRole(states, keys)));
  return element;
}

function pane(scene, children) {
  const scroller = h("div", { class: "scroll" }, children);
  return h("section", { class: `pane ${scene.kind}`, "aria-label": scene.title }, [h("h4", {}, [scene.title]), scroller]);
}

const SCENES = { drawing, table, lines };

/** Scroll a pane, never the page, until an element of it is in view; code moves sideways no more than it must. */
function reveal(pane, element, smooth) {
  const outer = pane.getBoundingClientRect(), inner = element.getBoundingClientRect();
  const out = (low, high, from, to) => low < from || high > to;
  const middle = (low, high, from, to) => (out(low, high, from, to) ? (low + high - from - to) / 2 : 0);
  const nearest = (low, high, from, to) => (low < from ? low - from : high > to ? Math.min(high - to, low - from) : 0);
  const sideways = pane.className === "stage" ? middle : nearest;
  const top = middle(inner.top, inner.bottom, outer.top + 24, outer.bottom - 4);
  const wide = pane.scrollWidth > pane.clientWidth;
  const left = wide ? sideways(inner.left, inner.right, outer.left + 52, outer.right - 12) : 0;
  const near = Math.max(Math.abs(top), Math.abs(left)) < 600; // a long way would take longer than the step
  if (top || left) pane.scrollBy({ top, left, behavior: smooth && near ? "smooth" : "instant" });
}

// ---- the frame around it --------------------------------------------------------------------------------------

function header(film, tools, tabs) {
  if (tabs) return h("header", {}, [h("div", { class: "title" }, titled(film)), tabs, ...tools]);
  const pill = film.steps && film.voice !== "value" ? [h("span", { class: `voice ${film.voice}` }, [VOICES[film.voice] ?? film.voice])] : [];
  return h("header", {}, [h("div", { class: "title" }, titled(film)), ...pill, ...tools]);
}

const titled = (film) => [h("b", {}, [film.title]), h("span", { class: "soft" }, [film.subtitle ?? ""])];

export function ticks(steps) {
  const stride = Math.ceil(steps / MOST_TICKS);
  const count = Math.floor(steps / stride) + 1;
  const places = Array.from({ length: count }, (_, i) => (i * stride) / steps);
  return h("div", { class: "ticks" }, places.map((part) => h("s", { style: `left:${100 * part}%` })));
}

/** Is the page around us dark? Notebooks and documentation say so themselves; else the reader's system decides. */
function pageIsDark(system) {
  const { body, documentElement: top } = document;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (/\bvscode-(dark|high-contrast)\b(?!-light)/.test(body.className)) return true;
  if (body.classList.contains("vscode-light")) return false;
  const names = [top.dataset.theme, body.dataset.theme, top.getAttribute("theme")];
  const said = names.find((name) => /^(dark|light)$/.test(name));
  return said ? said === "dark" : system.matches;
}

/** Keep an element's class `dark` true to the page; returns what ends this. */
function followPage(element) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => element.classList.toggle("dark", pageIsDark(system));
  const observer = new MutationObserver(apply);
  for (const node of [document.body, document.documentElement]) observer.observe(node, { attributes: true });
  system.addEventListener("change", apply);
  apply();
  return () => {
    observer.disconnect();
    system.removeEventListener("change", apply);
  };
}

// ---- the player -----------------------------------------------------------------------------------------------

/** One film on the stage: its state, and every way to change it. */
export class Player {
  /** @type {PlayerState} */
  state = { step: -1, playing: false, speed: 1, selected: "" };
  cast = new Cast();
  motion = new Motion();
  states = new Map();
  hovered = "";
  timer = 0;

  constructor(film, onChange) {
    this.film = film;
    this.onChange = onChange;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.build();
  }

  build() {
    const { film, cast } = this;
    const scenes = film.scenes.filter(({ kind }) => SCENES[kind]);
    const build = (list) => list.map((scene) => SCENES[scene.kind](scene, cast, film));
    const stages = build(scenes.filter(({ kind }) => kind === "drawing"));
    const sides = build(scenes.filter(({ kind }) => kind !== "drawing"));
    this.panes = [...stages, ...sides.map((side) => side.querySelector(".scroll"))];
    this.tools = [
      button("whole", "Whole picture or readable size", () => this.element.classList.toggle("whole")),
      button("screen", "Full screen", () => this.fullScreen()),
    ];
    const side = sides.length ? [h("aside", {}, [h("div", {}, sides)])] : [];
    const stage = stages.length > 1 ? [h("div", { class: "stages" }, stages)] : stages;
    const parts = [header(film, this.tools, this.tabs()), h("main", {}, [...stage, ...side])];
    if (film.tracks.say || film.choices.length) parts.push(this.sentence());
    if (film.steps) parts.push((this.footer = this.controls()));
    const label = `${film.title}${film.subtitle ? `, ${film.subtitle}` : ""}`;
    const flat = film.scenes.some(({ kind, width, height }) => kind === "drawing" && width > 2.4 * height);
    const shape = `player${stages.length ? "" : " undrawn"}${sides.length ? "" : " alone"}${flat ? " flat" : ""}`;
    this.element = h("div", { class: shape, role: "group", tabindex: 0, "aria-label": label }, parts);
    this.listen();
  }

  sentence() {
    const text = h("p", { role: "status", "aria-live": "polite", "aria-atomic": "true" });
    this.cast.watch(["say"], (states) => write(text, at(states, "say").text));
    return h("div", { class: "say" }, [text]);
  }

  controls() {
    const { steps, voice } = this.film;
    const go = (name, label, to) => button(name, label, () => this.go(to()));
    this.playButton = button("play", "Play", () => this.toggle());
    this.range = h("input", { type: "range", min: 0, max: steps, step: 1, value: 0, "aria-label": "Step" });
    this.range.addEventListener("input", () => this.go(Number(this.range.value), false));
    this.count = h("output", { class: "count" });
    const speeds = SPEEDS.map((speed) => h("option", { value: speed }, [`${speed}×`]));
    this.speeds = h("select", { "aria-label": "Speed", title: "Speed" }, speeds);
    this.speeds.addEventListener("change", () => this.setSpeed(Number(this.speeds.value)));
    return h("footer", { class: voice }, [
      go("first", "First step", () => 0),
      go("previous", "Previous step", () => this.state.step - 1),
      this.playButton,
      go("next", "Next step", () => this.state.step + 1),
      go("last", "Last step", () => this.steps),
      h("div", { class: "track" }, [(this.ticks = ticks(steps)), this.range]),
      this.count,
      this.speeds,
    ]);
  }

  listen() {
    const keyOf = (event) => event.target.closest("[data-key]")?.dataset.key ?? "";
    const main = this.element.querySelector("main");
    main.addEventListener("pointerover", (event) => this.hover(keyOf(event)));
    main.addEventListener("pointerleave", () => this.hover(""));
    main.addEventListener("click", (event) => {
      const key = keyOf(event);
      if (event.target.closest(".choice")) this.choose(key);
      else this.select(key === this.state.selected ? "" : key);
    });
    this.element.addEventListener("keydown", (event) => this.press(event));
  }

  start(root, step, speed, selected) {
    root.host.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab leaves our keys to us
    this.unfollow = followPage(this.element);
    this.sizes = new ResizeObserver(() => this.offerWhole());
    this.sizes.observe(this.element);
    this.tools[1].hidden = !document.fullscreenEnabled;
    const quiet = this.onChange;
    this.onChange = () => {};
    this.setSpeed(speed);
    this.showTab();
    this.seek(step, false);
    this.select(selected);
    this.onChange = quiet;
  }

  /** The button for the whole picture is there only when the picture does not fit. */
  offerWhole() {
    const stage = this.element.querySelector(".stage");
    const fits = !stage || (stage.scrollWidth <= stage.clientWidth + 1 && stage.scrollHeight <= stage.clientHeight + 1);
    this.tools[0].hidden = fits && !this.element.classList.contains("whole");
  }

  fullScreen() {
    const { host } = /** @type {ShadowRoot} */ (this.element.getRootNode());
    if (document.fullscreenElement) document.exitFullscreen();
    else host.requestFullscreen();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target === this.speeds) return;
    const { step } = this.state;
    const moves = { ArrowLeft: step - 1, ArrowRight: step + 1, Home: 0, End: this.steps };
    const onButton = event.target instanceof HTMLButtonElement, choice = event.target.closest(".choice.open");
    if (choice && (event.key === "Enter" || event.key === " ")) this.choose(choice.dataset.key);
    else if (event.key in moves && this.film.steps) this.go(moves[event.key]);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") this.selectNext(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === " " && this.film.steps && !onButton) this.toggle();
    else if (event.key === "Escape" && this.state.selected) this.select("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** What a reader's hand does: playing ends. */
  go(step, animate = step === this.state.step + 1) {
    this.pause();
    this.seek(step, animate);
  }

  /** Show a step. One step forward moves, any other change is immediate. */
  seek(step, animate = step === this.state.step + 1) {
    step = Math.min(Math.max(Math.round(step), 0), this.reach);
    if (step === this.state.step) return;
    this.show(step, animate);
  }

  show(step, animate) {
    this.motion.stop();
    this.motion.length = Math.min(320, (0.4 * BEAT) / this.state.speed);
    const states = this.statesAt(step), moving = animate && !this.calm.matches;
    const views = this.cast.dirty(this.states, states);
    this.states = states;
    for (const view of views) view(states, moving ? this.motion : null);
    this.follow((key) => at(states, key).role.startsWith("active"), moving);
    this.change({ step });
  }

  /** How many steps there are, and how far one can go. */
  get steps() {
    return this.film.steps;
  }

  get reach() {
    return this.steps;
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

  statesAt(step) {
    return stateAt(this.film, step);
  }

  /** Bring the first face in each pane whose key is wanted into view. */
  follow(wanted, smooth) {
    for (const pane of this.panes) {
      pane.scrollBy({ top: 0, behavior: "instant" }); // ends a smooth scroll that is still under way
      if (pane.scrollHeight <= pane.clientHeight + 1 && pane.scrollWidth <= pane.clientWidth + 1) continue;
      const faces = [...this.cast.faces].filter(([key]) => wanted(key)).flatMap(([, elements]) => elements);
      const face = faces.find((element) => pane.contains(element));
      if (face) reveal(pane, face, smooth);
    }
  }

  play() {
    if (!this.film.steps || this.state.playing || this.isOwn) return;
    this.change({ playing: true });
    if (this.state.step >= this.steps) this.seek(0, false);
    else this.seek(this.state.step + 1);
    this.beat();
  }

  beat() {
    clearTimeout(this.timer);
    if (this.state.step >= this.steps || !this.element.isConnected) return this.pause();
    this.timer = setTimeout(() => {
      this.seek(this.state.step + 1);
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
    if (key === this.state.selected || (key && !this.cast.faces.has(key))) return;
    this.mark(this.state.selected, "selected", false);
    this.mark(key, "selected", true);
    this.follow((name) => name === key, !this.calm.matches);
    this.change({ selected: key });
  }

  selectNext(by) {
    const keys = [...this.cast.faces.keys()];
    const place = keys.indexOf(this.state.selected);
    this.select(keys[place < 0 ? (by > 0 ? 0 : keys.length - 1) : Math.min(Math.max(place + by, 0), keys.length - 1)] ?? "");
  }

  hover(key) {
    if (key === this.hovered) return;
    this.mark(this.hovered, "hovered", false);
    this.mark((this.hovered = key), "hovered", true);
  }

  mark(key, name, on) {
    for (const face of this.cast.faces.get(key) ?? []) face.classList.toggle(name, on);
  }

  change(part) {
    this.state = { ...this.state, ...part };
    if (this.film.steps) this.showControls();
    this.onChange(this.state, part);
  }

  showControls() {
    const { step, playing, speed } = this.state, { steps } = this;
    this.range.value = String(step);
    this.range.style.setProperty("--done", `${step / steps}`);
    this.range.setAttribute("aria-valuetext", `${step} of ${steps}`);
    this.count.textContent = `${step} / ${steps}`;
    this.count.style.minWidth = `${2 * String(steps).length + 3}ch`;
    this.speeds.value = String(speed);
    const name = playing ? "pause" : "play";
    if (this.playButton.firstChild.getAttribute("class") === name) return;
    this.playButton.replaceChildren(icon(name));
    for (const attribute of ["aria-label", "title"]) this.playButton.setAttribute(attribute, playing ? "Pause" : "Play");
  }

  destroy() {
    this.pause();
    this.motion.stop();
    this.sizes.disconnect();
    this.unfollow();
    this.element.remove();
  }
}
