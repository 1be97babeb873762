// A record is looked at before it is shown: a message stands in place of what another version made, or what is damaged.
import { after } from "./choices.js";
import { unpack } from "./film.js";
import { h } from "./elements.js";
import { mount } from "./mount.js";
import { followPage } from "./surroundings.js";

const SCHEMA = "advis-film/1";
const AGAIN = "Run its cell again, or save the page anew.";

/** What a reader should know about a record that cannot be shown. */
export class Unshowable extends Error {}

const isText = (value) => typeof value === "string";
const isCount = (value) => Number.isInteger(value) && value >= 0;
const isWhole = (value) => isCount(value) || (isText(value) && /^\d{16,40}$/.test(value)); // the larger ones travel as text
const isKnown = (value) => value !== undefined;
const isList = (value, of = isKnown) => Array.isArray(value) && value.every(of);
const isSpans = (value) => isText(value) || isList(value, (pair) => isList(pair, isText) && pair.length === 2);
const numbers = (value) => isList(value, Number.isFinite);
const isPlace = (value) => numbers(value) && value.length === 4 && value[2] >= 0 && value[3] >= 0;
const isPath = (value) => numbers(value) && value.length >= 8 && value.length % 6 === 2;
const isPoint = (value) => numbers(value) && value.length === 2;
const isSize = (value) => Number.isFinite(value) && value >= 0;
const maybe = (is) => (value) => value === undefined || is(value);
const all = (shape) => (value) => typeof value === "object" && value !== null && !astray(value, shape);

const INK = { tag: (tag) => /^(rect|tiles|path|lines|text)$/.test(tag), role: isText, at: numbers, spans: isSpans, anchor: isText };
const KINDS = {
  box: { key: isText, at: isPlace, shape: isText, title: isSpans, rows: isSpans, stack: maybe(isList), note: maybe(isText), more: maybe(isText) },
  edge: { key: isText, path: isPath, label_at: isPoint, label: maybe(isText), name: maybe(isText) },
  row: { key: isText, cells: maybe((cells) => isList(cells, isSpans)) },
  line: { text: maybe(isText), number: maybe(isCount), segments: maybe((list) => isList(list, isSegment)) },
  group: { key: isText, at: maybe(isPlace), inks: (inks) => isList(inks, all(INK)), more: maybe(isText) },
};
const SCENE = { kind: isText, title: maybe(isText), width: maybe(isSize), height: maybe(isSize), description: maybe(isText), block: maybe(isText), columns: maybe(isSpans), marks: isMarks };
const isTurn = (nodes) => nodes === null || isList(nodes, isCount);
const BLOCK = { key: isText, label: isText, parent: isText, each: isCount, turns: (turns) => isList(turns, isTurn) };
const PLAYED = { voice: isText, steps: isCount, tracks: isTracks };
const VARIANT = { ...PLAYED, label: isText };
const CHOICE = { key: isText, takes: (keys) => isList(keys, isText), gives: isText, cost: isWhole, size: isSize, text: isSpans };
const FILM = { ...PLAYED, title: isText, subtitle: maybe(isText), scenes: (list) => isList(list, all(SCENE)),
  choices: (list) => isList(list, all(CHOICE)), variants: (list) => isList(list, all(VARIANT)),
  blocks: (list) => isList(list, all(BLOCK)) };

/** The name of the first field that is not as it should be; "" where all are. */
function astray(value, shape) {
  return Object.keys(shape).find((name) => !shape[name](value[name])) ?? "";
}

function isMarks(marks) {
  return isList(marks, (mark) => KINDS[mark.kind] && !astray(mark, KINDS[mark.kind]));
}

function isSegment([key, start, stop]) {
  return isText(key) && isCount(start) && isCount(stop);
}

function isTracks(tracks) {
  const isEntry = ([step, role, text, level], i, track) =>
    isCount(step) && (!i || step > track[i - 1][0]) && isText(role) && isSpans(text) && level >= 0 && level <= 1;
  return Object.values(tracks ?? [0]).every((track) => isList(track, isEntry));
}

/** Orders consist of choices that can be made, from factors that have names. */
function isChoosable({ choices, data }) {
  if (!choices.length) return true;
  if (![data.best, data.most].every(isWhole)) return false;
  for (const order of data.orders) after({ choices, data }, order.choices);
  return data.start.every((key) => isText(data.names[key]));
}

/**
 * The film of a JSON text.
 * @param {string} text @returns {import("./film.js").Film} @throws {Unshowable} with a sentence for the reader
 */
export function read(text) {
  let film, what;
  try {
    const record = JSON.parse(text);
    if (record.schema !== SCHEMA) {
      const found = isText(record.schema) ? record.schema.slice(0, 40) : "no schema";
      throw new Unshowable(`This picture was made by another version of advis (${found}, not ${SCHEMA}). ${AGAIN}`);
    }
    film = unpack(record);
    what = astray(film, FILM) || (isChoosable(film) ? "" : "data");
  } catch (error) {
    if (error instanceof Unshowable) throw error;
    what = error instanceof SyntaxError ? "text" : "form";
  }
  if (what) throw new Unshowable(`This picture is damaged (its ${what} cannot be read). ${AGAIN}`);
  return film;
}

/** Show the film of a JSON text as `mount` does, or a message in its place; returns what drives it, or null. */
export function show(root, text, options) {
  try {
    return mount(root, read(text), options);
  } catch (error) {
    const said = error instanceof Unshowable ? error.message : `This picture cannot be shown (${error.message}). ${AGAIN}`;
    const message = h("p", { class: "player message", role: "alert" }, [said]);
    const hidden = "::slotted(img){display:none}"; // the text that stands beside the picture stays
    root.replaceChildren(h("style", {}, [options.style + hidden]), message, h("slot"));
    followPage(message);
    return null;
  }
}
