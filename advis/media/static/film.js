// The two laws of the player: which state a mark has at a step, and the inks that a mark and its state give.
// They are pure, and the same functions stand in Python (films/film.py, films/draw.py); the tests compare the two.
import { lowerGroup, unpackInks } from "./groups.js";

/**
 * @typedef {string | [string, string][]} Text  a text, or pieces with their roles
 * @typedef {{role: string, text: Text, level: number}} State
 * @typedef {[number, string?, Text?, number?]} Entry  from this step on: role, text, level
 * @typedef {{kind: string, title: string, steps: number, voice: string, subtitle?: string,
 *            scenes: any[], tracks: Record<string, Entry[]>, choices: any[], data: any}} Film
 * @typedef {{tag: string, role: string, at: number[], spans: [string, string][], anchor: string}} Ink
 */

const PAD = 14, TITLE = 23, RULE = 32, FIRST_ROW = 51, ROW = 19, FOLD = 12, METER = 7;
export const VOICES = { value: "value", tangent: "▸ tangent", adjoint: "◂ adjoint" };
const HATCHES = new WeakMap(); // by the place of a box, which is the same at every step
const EMPTY = Object.freeze({ role: "", text: "", level: 0 });

/**
 * The plain form of a film from its compact one; the rules stand in films/pack.py.
 * @param {any} record @returns {Film}
 */
export function unpack(record) {
  const { words, ...film } = record;
  const piece = (text) => (typeof text === "number" ? words[text] : text);
  const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [words[flat[2 * i]], piece(flat[2 * i + 1])]);
  const text = (packed) => (typeof packed === "string" ? packed : pairs(packed));
  const whole = (key, owner) => (key.startsWith(".") ? owner + key : key);
  const mark = (fields, i) => {
    if (fields.kind === "box") {
      fields.title = pairs(fields.title ?? []);
      fields.rows = pairs(fields.rows ?? []).map(([voice, key]) => [voice, whole(key, fields.key)]);
    }
    if (fields.kind === "group") fields.inks = unpackInks(fields.inks ?? [], words, pairs);
    if (fields.cells) fields.cells = fields.cells.map((cell) => (typeof cell === "string" ? whole(cell, fields.key) : pairs(cell)));
    if (fields.kind === "line") unpackLine(fields, words, i);
    for (const axis of ["right", "down"]) if (fields[axis]) fields.path = pathThrough(fields[axis], axis);
    if (fields.kind === "edge" && !fields.label_at?.length) fields.label_at = [0, 0];
    return fields;
  };
  film.scenes = record.scenes.map((scene) => ({ ...scene, marks: scene.marks.flatMap((run) => rowsOf(run).map(mark)) }));
  const choice = ([key, takes, gives, cost, size, said]) => ({ key, takes, gives, cost, size, text: text(said) });
  film.choices = (record.choices ?? []).map(choice);
  const entry = ([step, role = 0, said = "", level = 0]) => [step, words[role], text(said), level];
  const track = (packed) => {
    if (typeof packed === "string") return [[0, "", packed, 0]];
    if (typeof packed[0] !== "number") return packed.map(entry);
    const [step, now, later, said = "", level = 0] = packed;
    return [[step, words[now], text(said), level], [step + 1, words[later], "", level]];
  };
  const unpacked = (tracks) => Object.fromEntries(Object.entries(tracks).map(([key, packed]) => [key, track(packed)]));
  const block = ([key, label, parent, each, turns]) => ({ key, label, parent, each, turns });
  film.blocks = (record.blocks ?? []).map(block);
  film.tracks = unpacked(record.tracks);
  film.variants = (record.variants ?? []).map(([label, voice, steps, packed]) => {
    const back = ([step, ...state]) => [step - (film.steps - steps), ...state];
    const part = (k, whole) => (k > 0 ? whole.slice(0, k) : whole.slice(k).map(back)), tracks = { ...film.tracks };
    for (const [key, own] of Object.entries(packed)) {
      if (own === null) delete tracks[key];
      else tracks[key] = typeof own === "number" ? part(own, tracks[key]) : track(own);
    }
    return { label, voice, steps, tracks };
  });
  return film;
}

/** The marks of a run, from its columns. */
function rowsOf({ kind, ...columns }) {
  const names = Object.keys(columns);
  for (const name of names) if (columns[name].runs) columns[name] = repeated(columns[name].runs);
  return columns[names[0]].map((_, i) => Object.fromEntries([["kind", kind], ...names.map((name) => [name, columns[name][i]])]));
}

function unpackLine(line, words, i) {
  const text = (line.text ??= "");
  line.number ??= i + 1;
  line.voice = words[line.voice ?? 0];
  if (typeof line.segments === "string") line.segments = [[line.segments, text.length - text.trimStart().length, [...text].length]];
}

/** A column from its runs: how often, and what. */
function repeated(runs) {
  const column = [];
  for (let i = 0; i < runs.length; i += 2) for (let k = 0; k < runs[i]; k++) column.push(structuredClone(runs[i + 1]));
  return column;
}

/** The cubics through knots that leave and arrive along an axis, with their controls half way. */
function pathThrough(knots, axis) {
  const path = knots.slice(0, 2);
  for (let i = 0; i + 3 < knots.length; i += 2) {
    const [x, y, x2, y2] = knots.slice(i, i + 4);
    const half = Math.round(50 * (axis === "right" ? x + x2 : y + y2)) / 100;
    path.push(...(axis === "right" ? [half, y, half, y2, x2, y2] : [x, half, x2, half, x2, y2]));
  }
  return path;
}

/**
 * The state of every key at a step: the latest entry of its track that is not after it.
 * @param {Film} film @param {number} step @returns {Map<string, State>}
 */
export function stateAt(film, step) {
  const states = new Map();
  for (const [key, track] of Object.entries(film.tracks)) states.set(key, stateOf(track, step));
  return states;
}

/** The latest entry of a track that is not after a step. */
function stateOf(track = [], step) {
  let low = 0, high = track.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track[middle][0] <= step) low = middle + 1;
    else high = middle;
  }
  const [, role = "", text = "", level = 0] = low ? track[low - 1] : [0];
  return { role, text, level };
}

/**
 * States that are looked up when they are asked for: a page shows a small part of a long film.
 * @param {Record<string, Entry[]>} tracks @param {number} step
 * @param {(key: string) => string} meant  what a key stands for
 */
export function lookup(tracks, step, meant = (key) => key) {
  const known = new Map();
  const get = (key) => {
    if (!known.has(key)) known.set(key, stateOf(tracks[meant(key)], step));
    return known.get(key);
  };
  return { get };
}

/** What a key of a shared scene means in a turn: `@3` is a node of its list, a bare `@` the number of the turn. */
export const resolve = (key, turn, nodes) => key.replace(/@(\d*)/, (_, place) => (place ? nodes[place] : turn));

/** @param {Map<string, State>} states @param {string} key @returns {State} */
export const at = (states, key) => states.get(key) ?? EMPTY;

/**
 * The inks of a box or an edge, given the states of all keys at one step.
 * @param {any} mark @param {Map<string, State>} states @returns {Ink[]}
 */
export function lower(mark, states) {
  if (mark.kind === "edge") return lowerEdge(mark, states);
  if (mark.kind === "group") return lowerGroup(mark, at(states, mark.key));
  if (mark.shape !== "constant") return lowerBox(mark, states);
  const [left, top, width, height] = mark.at;
  return [ink("text", "title constant", [left + width / 2, top + height / 2 + 4], titleOf(mark, states), "middle")];
}

const ink = (tag, role, at, spans = [], anchor = "start") => ({ tag, role, at, spans, anchor });

function lowerBox(mark, states) {
  const [left, top, width, height] = mark.at, right = left + width;
  const role = `${mark.shape} ${at(states, mark.key).role}`.trim();
  const round = role.includes("input") ? 18 : 8;
  const idle = role.includes("idle") ? " idle" : "";
  const inner = [left + 4, top + 4, width - 8, height - 8, round - 2];
  const inks = [
    ink("rect", `frame ${role}`, [left, top, width, height, round]),
    ink("rect", role.includes("output") ? `frame inner ${role}` : "off", inner),
    ink("lines", role.includes("odd") ? "hatch" : "off", hatch(mark.at)),
    ink("lines", /^block(?!.*closed)/.test(mark.shape) ? "fold" : "off", [right - FOLD, top, right, top + FOLD]),
    ink("lines", role.includes("walled") ? "barrier" : "off", sides(mark.at)),
    ink("text", `title${idle}`, [left + PAD, top + TITLE], titleOf(mark, states)),
    ink("text", "note", [right - PAD, top + TITLE], [["", role.includes("veiled") ? "" : mark.note ?? ""]], "end"),
    ink("lines", "rule", [left + PAD - 2, top + RULE, right - PAD + 2, top + RULE]),
  ];
  for (const [place, [voice, key]] of (mark.rows ?? []).entries()) {
    const baseline = top + FIRST_ROW + ROW * place, state = at(states, key);
    inks.push(ink("text", `label ${voice}${idle}`, [left + PAD, baseline], [["", VOICES[voice]]]));
    inks.push(ink("text", `number ${voice} ${state.role}`.trim() + idle, [right - PAD, baseline], pieces(state.text), "end"));
  }
  return inks.concat(lowerMeter(mark, states));
}

/** The two sides of a box that nothing passes. */
function sides([left, top, width, height]) {
  const right = left + width, bottom = top + height;
  return [left, top, left, bottom, right, top, right, bottom];
}

/** A title of its own, or the one of the turn that is shown: name and operation. */
function titleOf(mark, states) {
  if (mark.title?.length) return mark.title;
  const [name, operation] = ["n", "o"].map((part) => at(states, `${mark.key}.${part}`).text);
  if (mark.shape.includes("input")) return pieces(name); // of what comes from outside only the name
  return [...pieces(name), ...(operation.length ? [["soft", " = "], ...pieces(operation)] : [])];
}

/** The growing sum: a slot, and in it one piece for each contribution; the arriving one is paler. */
function lowerMeter(mark, states) {
  if (!mark.stack?.length) return [];
  const left = mark.at[0] + PAD, top = mark.at[1] + mark.at[3] - METER - 8, width = mark.at[2] - 2 * PAD;
  const voice = mark.rows.at(-1)[0];
  const inks = [ink("rect", "slot", [left, top, width, METER, 2])];
  let start = 0;
  for (const key of mark.stack) {
    const { role, level } = at(states, key), words = role.split(" "), length = words.includes(voice) ? level : 0;
    const name = `piece ${voice} ${words.includes("flow") ? "coming" : "filled"}${words.includes("negative") ? " negative" : ""}`;
    inks.push(ink("rect", length ? name : "off", [left + width * start, top, Math.max(width * length, 1), METER, 2]));
    start += length;
  }
  return inks;
}

function lowerEdge(mark, states) {
  const [x, y] = mark.label_at, state = at(states, mark.key), flowing = state.role.includes("flow");
  const said = (spans) => spans.some(([, part]) => part), told = pieces(state.text);
  const partial = state.role.includes("veiled") ? [] : pieces(mark.label || at(states, `${mark.key}.p`).text);
  const label = flowing || !said(told) ? partial : told;
  const half = flowing ? tokenWidth(state.text) / 2 : 0;
  return [
    ink("path", `edge ${state.role}`.trim(), mark.path),
    ink("lines", `arrow ${state.role}`.trim(), arrow(mark.path, state.role.includes("adjoint"))),
    ink("text", said(label) && !flowing ? "local" : "off", [x, y + 4], label, "middle"),
    ink("rect", flowing ? `token ${state.role}` : "off", [x - half, y - 11, 2 * half, 22, 11]),
    ink("text", flowing ? "amount" : "off", [x, y + 4.5], pieces(state.text), "middle"),
  ];
}

/** @param {Text} text @returns {number} a width that is enough in every usual font */
export function tokenWidth(text) {
  return 8 * pieces(text).reduce((sum, [, part]) => sum + [...part].length, 0) + 16;
}

/** The two strokes of an arrowhead at one end of a curve that leaves and arrives along an axis. */
function arrow(path, atStart) {
  const [x, y, x2, y2] = atStart ? path.slice(0, 4) : [...path.slice(-2), ...path.slice(-4, -2)];
  if (Math.abs(x2 - x) >= Math.abs(y2 - y)) {
    const back = x2 > x ? 8 : -8;
    return [x + back, y - 4.5, x, y, x, y, x + back, y + 4.5];
  }
  const back = y2 > y ? 8 : -8;
  return [x - 4.5, y + back, x, y, x, y, x + 4.5, y + back];
}

/** Slanting lines over a box, 8 apart: this number is not finite. */
function hatch(at) {
  const [left, top, width, height] = at, known = HATCHES.get(at), strokes = known ?? [];
  if (known) return known;
  HATCHES.set(at, strokes);
  for (let start = 8; start < Math.trunc(width + height); start += 8) {
    const x = Math.min(start, width), y = Math.max(0, start - width);
    const x2 = Math.max(0, start - height), y2 = Math.min(start, height);
    strokes.push(left + x, top + y, left + x2, top + y2);
  }
  return strokes;
}

/** In a formula the count of a name that is given again and again stands below the line. @param {string} name */
export const lowered = (name) => name.replace(/#(\d+)$/, (_, count) => [...count].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join(""));

/** @param {Text} text @returns {[string, string][]} */
export const pieces = (text) => (typeof text === "string" ? [["", text]] : text);

/**
 * The longest sentence of a film: on a narrow page it has its room from the start, so that nothing moves.
 * @param {Film} film
 */
export function longestSaid({ tracks, variants, choices }) {
  const told = [{ tracks }, ...variants].flatMap((way) => Object.keys(way.tracks).filter((key) => /^(say|b[\d.]+)$/.test(key)).flatMap((key) => way.tracks[key]));
  const texts = [...told.map((entry) => entry[2] ?? ""), ...choices.map(({ text }) => text)];
  const words = texts.map((text) => pieces(text).map(([, piece]) => piece).join(""));
  return words.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
}

/**
 * The way of a token along its edge, from where it starts to its place: offsets from that place, the last one zero.
 * @param {any} mark @param {boolean} fromEnd @returns {[number, number][]}
 */
export function journey(mark, fromEnd) {
  const [x, y] = mark.label_at, points = curve(mark.path);
  if (fromEnd) points.reverse();
  const distances = points.map(([px, py]) => (px - x) ** 2 + (py - y) ** 2);
  const way = points.slice(0, distances.indexOf(Math.min(...distances)) + 1);
  const [restX, restY] = [x - way.at(-1)[0], y - way.at(-1)[1]];
  return way.map(([px, py], i) => {
    const part = (i + 1) / way.length; // what the curve misses of the place is made up for on the way
    return [px + restX * part - x, py + restY * part - y];
  });
}

/** Points on a path of cubics, twelve on each. */
function curve(path) {
  const points = [path.slice(0, 2)];
  for (let i = 0; i + 7 < path.length; i += 6) {
    for (let k = 1; k <= 12; k++) points.push([cubic(path, i, k / 12), cubic(path, i + 1, k / 12)]);
  }
  return points;
}

const cubic = (path, i, t) =>
  (1 - t) ** 3 * path[i] + 3 * (1 - t) ** 2 * t * path[i + 2] + 3 * (1 - t) * t ** 2 * path[i + 4] + t ** 3 * path[i + 6];
