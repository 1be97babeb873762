// The drawing: every mark is built once, and a view patches what changed; nothing is laid out again.
import { at, lower } from "./film.js";
import { drawGroup } from "./groups.js";
import { fill, h, s, write } from "./elements.js";

export function drawing(scene, cast, film) {
  const chosen = new Set(film.choices.map(({ key }) => key));
  const { width = 1, height = 1, description, title, marks } = scene;
  const [edges, boxes, tokens] = ["edges", "boxes", "tokens"].map((name) => s("g", { class: name }));
  edges.append(s("g"), s("g"), s("g"));
  for (const mark of marks ?? []) {
    if (mark.kind === "box") drawBox(mark, cast, boxes);
    else if (mark.kind === "group") drawGroup(mark, cast, boxes, chosen.has(mark.key));
  }
  for (const mark of marks ?? []) if (mark.kind === "edge") drawEdge(mark, cast, edges, tokens); // after boxes, for keys
  const options = { viewBox: `0 0 ${width} ${height}`, role: chosen.size || film.data?.seeds ? "group" : "img", "aria-label": description || title };
  const svg = s("svg", { ...options, style: `--w:${width}px;--h:${height}px` }, [edges, boxes, tokens]);
  return h("div", { class: "stage", role: "group", "aria-label": title }, [svg]);
}

const TAGS = { rect: "rect", path: "path", lines: "path", tiles: "path", text: "text" };

/** Draw the inks of a mark, and return the elements and the view that patches them. */
export function drawInks(mark) {
  const last = lower(mark, new Map());
  const elements = last.map((ink) => s(TAGS[ink.tag]));
  for (const [i, ink] of last.entries()) paint(elements[i], ink, true, true);
  const view = (states, motion) => {
    for (const [i, ink] of lower(mark, states).entries()) {
      const was = last[i], worded = !sameSpans(ink.spans, was.spans), moved = ink.at !== was.at && ink.at.some((x, k) => x !== was.at[k]);
      if (!worded && !moved && ink.role === was.role) continue;
      const changes = motion && worded && ink.role.startsWith("number"), leaving = changes && ghost(elements[i]);
      paint(elements[i], ink, worded, moved);
      if (changes) motion.change(elements[i], leaving);
      else if (motion && was.role === "off" && ink.role.startsWith("piece")) motion.grow(elements[i]);
      last[i] = ink;
    }
  };
  return { elements, view };
}

const sameSpans = (a, b) => a === b || (a.length === b.length && a.every(([role, text], i) => role === b[i][0] && text === b[i][1]));

/** A copy of a text, to be seen until the new one takes its place. */
function ghost(element) {
  const copy = element.textContent && element.cloneNode(true);
  if (copy) element.before(fill(copy, { "aria-hidden": "true" }, []));
  return copy;
}

/** Give an element the look of an ink; words and places only where they changed, since both are dear. */
function paint(element, ink, worded, moved) {
  element.setAttribute("class", ink.role);
  if (ink.tag === "text" && worded) write(element, ink.spans, s);
  if (!moved) return;
  const [x, y, width, height, rx] = ink.at;
  if (ink.tag === "rect") fill(element, { x, y, width, height, rx }, []);
  else fill(element, ink.tag === "text" ? { x, y, "text-anchor": ink.anchor } : { d: outline(ink) }, []);
}

function outline({ tag, at }) {
  if (tag === "path") return `M${at.slice(0, 2)}C${at.slice(2)}`;
  let d = "";
  if (tag === "tiles") {
    for (let i = 0; i < at.length; i += 4) d += `M${at.slice(i, i + 2)}h${at[i + 2]}v${at[i + 3]}h${-at[i + 2]}z`;
    return d;
  }
  for (let i = 0; i < at.length; i += 4) {
    const on = i && at[i] === at[i - 2] && at[i + 1] === at[i - 1]; // dashes go on where a piece begins at the last one's end
    d += `${on ? "" : `M${at.slice(i, i + 2)}`}L${at.slice(i + 2, i + 4)}`;
  }
  return d;
}

function drawBox(mark, cast, layer) {
  const { elements, view } = drawInks(mark);
  const [x, y, width, height] = mark.at;
  const ring = s("rect", { class: "ring", x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: 12 });
  const tooltip = mark.more ? [fill(s("title"), {}, [mark.more])] : [];
  const group = s("g", { class: "node" }, [...tooltip, ...elements, ring]);
  cast.face(mark.key, group);
  const titles = mark.title?.length ? [] : [`${mark.key}.n`, `${mark.key}.o`];
  cast.watch([mark.key, ...titles, ...(mark.rows ?? []).map(([, key]) => key), ...(mark.stack ?? [])], view);
  layer.append(group);
}

const ORDER = new WeakMap(); // of edges, by their links

/**
 * An edge answers the pointer over a wide band, as a whole with its token; with it answer both its ends. Where edges share
 * a line, one is seen and pointed at: that of the step, before those of steps that were, before all others.
 */
function drawEdge(mark, cast, edges, tokens) {
  const { elements, view } = drawInks(mark);
  const link = s("g", { class: "link" }, [s("path", { class: "band", d: outline({ tag: "path", at: mark.path }) }), ...elements.slice(0, 3)]);
  const token = s("g", { class: "link" }, elements.slice(3));
  const raise = (role) => {
    const layer = edges.children[role.includes("flow") ? 2 : role.includes("done") ? 1 : 0];
    if (link.parentNode === layer) return;
    let after = null; // the same order whatever the way to a step
    for (let other = layer.lastChild; other && ORDER.get(other) > ORDER.get(link); other = other.previousSibling) after = other;
    layer.insertBefore(link, after);
  };
  ORDER.set(link, tokens.childElementCount);
  raise("");
  tokens.append(token);
  for (const face of [link, token]) cast.face(mark.key, face);
  cast.kin.set(mark.key, [mark.source, mark.target]);
  cast.watch([mark.key, ...(mark.label ? [] : [`${mark.key}.p`])], (states, motion) => {
    view(states, motion);
    const { role } = at(states, mark.key);
    raise(role);
    if (role.includes("flow")) motion?.travel(token, mark, role.includes("adjoint"));
  });
}
