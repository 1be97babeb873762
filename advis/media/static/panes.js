// The panes beside the drawing: the trace as a table, and the reader's source; and how what matters comes into view.
import { VOICES, at, pieces } from "./film.js";
import { fill, h, write } from "./elements.js";

export function table(scene, cast, film) {
  const { columns = [], marks = [] } = scene;
  const widths = columns.map((column, i) => columnWidth(column, marks.map((row) => row.cells?.[i] ?? ""), film));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const cols = widths.map((width, i) => h("col", { style: `width:${columns[i][1] === "name" ? `${width}px` : `${(100 * width) / total}%`}` }));
  const head = columns.map(([heading, role]) => h("th", { scope: "col", class: role }, [heading]));
  const rows = marks.map((row) => tableRow(row, columns, cast));
  const parts = [h("colgroup", {}, cols), h("thead", {}, [h("tr", {}, head)]), h("tbody", {}, rows)];
  return pane(scene, [h("table", { style: `min-width:${columns.length * 76}px` }, parts)]);
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
  element.classList.remove("active", "done", "flow", "idle", "odd", "output", ...Object.keys(VOICES));
  element.classList.add(...role.split(" ").filter(Boolean));
  if (role.startsWith("active")) element.setAttribute("aria-current", "step");
  else element.removeAttribute("aria-current");
}

export function lines(scene, cast) {
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

/** Scroll a pane, never the page, until an element of it is in view; code moves sideways no more than it must. */
export function reveal(pane, element, smooth) {
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
