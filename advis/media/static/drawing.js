// The drawing: every mark is built once, and a view patches what changed; nothing is laid out again.
import { at, lower } from "./film.js";
import { drawGroup } from "./groups.js";
import { fill, h, s, write } from "./elements.js";

export function drawing(scene, cast, film) {
  const chosen = new Set(film.choices.map(({ key }) => key));
  const { width = 1, height = 1, description, title, marks } = scene;
  const [edges, boxes, tokens] = ["edges", "boxes", "tokens"].map((name) => s("g", { class: name }));
  for (const mark of marks ?? []) {
    if (mark.kind === "edge") drawEdge(mark, cast, edges, tokens);
    else if (mark.kind === "box") drawBox(mark, cast, boxes);
    else if (mark.kind === "group") drawGroup(mark, cast, boxes, chosen.has(mark.key));
  }
  const options = { viewBox: `0 0 ${width} ${height}`, role: chosen.size ? "group" : "img", "aria-label": description || title };
  const svg = s("svg", { ...options, style: `--w:${width}px;--h:${height}px` }, [edges, boxes, tokens]);
  return h("div", { class: "stage", role: "group", "aria-label": title }, [svg]);
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
