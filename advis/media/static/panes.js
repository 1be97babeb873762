// The panes beside the drawing: the trace as a table, and the reader's source; and how what matters comes into view.
import { VOICES, at, pieces, resolve } from "./film.js";
import { fill, h, write } from "./elements.js";

export function table(scene, cast, film) {
  const { columns = [], marks = [] } = scene;
  const turns = film.blocks?.find(({ key }) => key === scene.block)?.turns ?? [];
  const widths = columns.map((column, i) => columnWidth(column, marks.map((row) => row.cells?.[i] ?? ""), film.tracks, turns));
  const roles = columns.map(([, role]) => role), soft = roles.indexOf("soft"); // what may be cut short: the operation
  const need = widths.reduce((sum, width, i) => sum + (i === soft ? Math.min(width, 90) : width), 0);
  const cols = widths.map((width, i) => h("col", i === soft ? { class: "soft" } : { style: `width:${em(width)}` }));
  const head = columns.map(([heading, role]) => (heading ? h("th", { scope: "col", class: role }, [heading]) : h("td")));
  const rows = marks.map((row) => tableRow(row, columns, cast));
  const parts = [h("colgroup", {}, cols), h("thead", {}, [h("tr", {}, head)]), h("tbody", {}, rows)];
  const element = pane(scene, [h("table", { class: need > 440 ? "broad vast" : need > 350 ? "broad" : "", style: `min-width:${em(need)}` }, parts)]);
  element.style.setProperty("--need", `${need}px`);
  return element;
}

const em = (width) => `${(width / 14).toFixed(2)}em`; // of the letters of a table, which are smaller on a narrow page

const SANS = 'ui-sans-serif,system-ui,"Helvetica Neue",Arial,sans-serif', BOLD = `600 14px ${SANS}`; // as in player.css
const FONTS = { name: 'italic 15.7px Georgia,"Times New Roman",serif', strong: BOLD, tangent: BOLD, adjoint: BOLD };
let brush = null; // what measures texts

/** How wide a text is in the letters of a role. */
function widthOf(text, role) {
  brush ??= document.createElement("canvas").getContext("2d");
  brush.font = FONTS[role] ?? `14px ${SANS}`;
  return brush.measureText(text).width;
}

/** What a column needs for the longest text that it will ever hold: reserved from the start, so that nothing moves. */
function columnWidth([heading, role], cells, tracks, turns) {
  const said = (key) => (tracks[key] ?? []).map((entry) => entry[2] ?? "");
  const held = (key) => (key.includes("@") ? longest(turns.flatMap((nodes, turn) => (nodes ? said(resolve(key, turn, nodes)) : []))) : said(key));
  const texts = cells.flatMap((cell) => (typeof cell === "string" ? held(cell) : [cell]));
  const width = (text) => pieces(text).reduce((sum, [own, piece]) => sum + widthOf(piece, own in FONTS ? own : role), 0);
  const widest = texts.reduce((most, text) => Math.max(most, width(text)), 0.9 * widthOf(heading, ""));
  return Math.min(widest + 26, role === "name" ? 190 : 230);
}

/** Of many texts the one of most letters, as a list: there may be too many to measure. */
function longest(texts) {
  const size = (text) => pieces(text).reduce((sum, [, part]) => sum + part.length, 0);
  return [texts.reduce((most, text) => (size(text) > size(most) ? text : most), "")];
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
  const was = [...(element.querySelector(".over > :first-child") ?? element).childNodes];
  element.className = `${role} ${state.role}`;
  write(element, state.text);
  element.title = element.textContent;
  if (!motion) return;
  const now = h("span", {}, [...element.childNodes]), leaving = was.length && h("span", { "aria-hidden": "true" }, was);
  element.replaceChildren(h("div", { class: "over" }, leaving ? [now, leaving] : [now]));
  motion.change(now, leaving);
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
    element.append(sourcePiece(text, segments.filter(([, start, stop]) => start <= place && place < stop), cast, line.voice));
  }
  const keys = segments.map(([key]) => key);
  cast.watch(keys, (states) => light(element, activeRole(states, keys, line.voice)));
  return element;
}

/** The role of the first of these keys whose turn it is, in the voice of their line if it has one. */
function activeRole(states, keys, voice = "") {
  const roles = keys.map((key) => at(states, key).role);
  return roles.find((role) => role.startsWith("active") && role.includes(voice)) ?? "";
}

/** A piece of a line that no segment cuts; the shortest segment over it is the one that a click means. */
function sourcePiece(text, segments, cast, voice) {
  if (!segments.length) return text;
  const element = h("span", { class: "piece" }, [text]);
  const keys = segments.sort((a, b) => b[2] - b[1] - (a[2] - a[1])).map(([key]) => key);
  for (const key of keys) cast.face(key, element);
  cast.watch(keys, (states) => light(element, activeRole(states, keys, voice)));
  return element;
}

function pane(scene, children) {
  const scroller = h("div", { class: "scroll" }, children);
  const hidden = scene.name.startsWith("code"); // until it is asked for
  const title = h("h4", { role: "none" }, [scene.title]);
  return h("div", { class: `pane ${scene.kind}`, role: "group", "aria-label": scene.title, hidden }, [title, scroller]);
}

/** A pane that scrolls can have the focus of the keyboard; one that does not needs none. */
export function reachable(pane) {
  const scrolls = pane.scrollHeight > pane.clientHeight + 1 || pane.scrollWidth > pane.clientWidth + 1;
  if (scrolls) pane.tabIndex = 0;
  else pane.removeAttribute("tabindex");
}

/** The sides of an element, taken out to the tokens that flow while the pane has room for both. */
function withTokens(pane, element) {
  let sides = element.getBoundingClientRect();
  for (const token of pane.querySelectorAll("rect.token")) {
    const { a, e, f } = token.ownerSVGElement.getScreenCTM(); // where it will rest, since it may be on its way
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => a * token[name].baseVal.value);
    const [left, top] = [Math.min(sides.left, x + e), Math.min(sides.top, y + f)];
    const [right, bottom] = [Math.max(sides.right, x + e + width), Math.max(sides.bottom, y + f + height)];
    if (right - left < pane.clientWidth - 64 && bottom - top < pane.clientHeight - 28) sides = { left, top, right, bottom };
  }
  return sides;
}

/** Scroll a pane, never the page, until an element of it is in view; code moves sideways no more than it must. */
export function reveal(pane, element, smooth) {
  const outer = pane.getBoundingClientRect(), inner = withTokens(pane, element);
  const out = (low, high, from, to) => low < from || high > to;
  const middle = (low, high, from, to) => (out(low, high, from, to) ? (low + high - from - to) / 2 : 0);
  const nearest = (low, high, from, to) => {
    if (high - low > to - from) return low < from || low > to ? low - from : 0;
    return low < from ? low - from : high > to ? high - to : 0;
  };
  const sideways = pane.className === "stage" ? middle : nearest;
  const top = middle(inner.top, inner.bottom, outer.top + 24, outer.bottom - 4);
  const wide = pane.scrollWidth > pane.clientWidth;
  const start = inner.left + pane.scrollLeft, long = inner.right - inner.left > outer.width - 64; // where it would stand at the far left
  const home = sideways === nearest && (long ? start < outer.right - 80 : start + inner.right - inner.left < outer.right - 12);
  const left = !wide ? 0 : home ? -pane.scrollLeft : sideways(inner.left, inner.right, outer.left + 52, outer.right - 12);
  const near = Math.max(Math.abs(top), Math.abs(left)) < 600; // a long way would take longer than the step
  if (top || left) pane.scrollBy({ top, left, behavior: smooth && near ? "smooth" : "instant" });
}
