// Colour by magnitude: boxes, edges and rows by how far their tangent or adjoint is from 1, in decades.
import { at } from "./film.js";
import { ICONS, button, h, s } from "./elements.js";
import { FEATURES } from "./player.js";

const DECADES = 20; // levels 0 and 1 are 1e-20 and 1e20: films/magnitude.py
const LEAST_REACH = 2; // decades that the scale spans to each side, or more where the film has more
ICONS.magnitude = "M4 20h16M6 16v-3M11 16V9M16 16V4";

/** How many decades above 1, from a level; null for exactly zero. @param {number} level */
export const decades = (level) => (level ? (level - 0.5) * 2 * DECADES : null);

/** How many decades to each side of 1 a scale needs for these tracks; 0 where none has a level. @param {any[]} films */
export function decadesOf(films) {
  let most = 0;
  for (const { tracks } of films) {
    for (const [key, track] of Object.entries(tracks)) {
      if (!/\.[ta]$/.test(key)) continue;
      for (const [, role = "", , level = 0] of track) if (level && !role.includes("odd")) most = Math.max(most, LEAST_REACH, Math.abs(decades(level)));
    }
  }
  return Math.max(0, Math.ceil(most - 1e-9));
}

/** @param {import("./player.js").Player} player */
function magnitude(player) {
  const { film } = player, boxes = new Map(), edges = [], shownAs = new Map(); // of the place that is shown
  const most = decadesOf([film, ...film.variants]);
  if (!most) return undefined;
  const opener = button("magnitude", "Colour by magnitude", () => turn(!player.element.classList.contains("sized")));
  const legend = h("div", { class: "legend", hidden: true }, legendParts(most));

  function turn(on) {
    player.element.classList.toggle("sized", on);
    opener.ariaPressed = on;
    legend.hidden = !on;
    paint();
  }

  function furnished() {
    const block = player.guide?.block ?? "", drawings = film.scenes.filter((scene) => scene.kind === "drawing" && (scene.block ?? "") === block);
    for (const known of [boxes, shownAs]) known.clear();
    edges.length = 0;
    for (const mark of drawings.flatMap(({ marks = [] }) => marks)) {
      const keys = (mark.rows ?? []).map(([, key]) => key).filter((key) => /\.[ta]$/.test(key)).reverse();
      if (mark.kind === "edge") edges.push(mark);
      else if (keys.length) boxes.set(mark.key, { keys, mark, bar: gauge(player.cast.faces.get(mark.key)?.find(({ tagName }) => tagName === "g"), mark) });
    }
  }

  function start() {
    opener.ariaPressed = false;
    player.main.after(legend);
  }

  /** The part of the scale at which a key's tangent or adjoint is now, from -1 to 1; a word for what is on no scale. */
  function sizeOf(key) {
    const { keys } = boxes.get(key) ?? { keys: [] }, found = keys.map((each) => at(player.states, each)).find(({ text }) => text);
    if (!found) return "";
    if (found.role.includes("odd")) return "odd";
    return found.level ? Math.max(-1, Math.min(1, decades(found.level) / most)) : "none";
  }

  function paint() {
    if (legend.hidden) return;
    for (const key of boxes.keys()) {
      const size = sizeOf(key), { bar, mark } = boxes.get(key);
      if (shownAs.get(key) === size) continue;
      shownAs.set(key, size);
      for (const face of player.cast.faces.get(key) ?? []) tone(face, size);
      const part = typeof size === "number" ? size : 0, half = mark.at[2] / 2 - 8;
      bar?.setAttribute("x", mark.at[0] + mark.at[2] / 2 + Math.min(0, part * half));
      bar?.setAttribute("width", Math.max(Math.abs(part * half), 2));
    }
    for (const { key, source, target } of edges) {
      const { role } = at(player.states, key), size = /flow|done/.test(role) ? sizeOf(role.includes("adjoint") ? source : target) : "";
      if (shownAs.get(key) !== size) for (const face of player.cast.faces.get(key) ?? []) tone(face, size);
      shownAs.set(key, size);
    }
  }

  return { tools: [opener], start, furnished, shown: paint };
}

function tone(face, size) {
  face.dataset.size = typeof size === "number" ? "some" : size;
  const share = typeof size === "number" ? Math.round(100 * Math.abs(size)) : 0;
  face.style.setProperty("--tone", `color-mix(in srgb, var(--${size > 0 ? "large" : "small"}) ${share}%, var(--av-edge))`);
}

/** A bar along the top of a box, from its middle to the left for what is less than 1, to the right for what is more. */
function gauge(group, { at: [left, top, width] }) {
  if (!group) return undefined;
  const bar = s("rect", { class: "gauge", x: left + width / 2, y: top - 8, width: 2, height: 5, rx: 1 });
  group.append(s("path", { class: "gauge middle", d: `M${left + width / 2} ${top - 10}v9` }), bar);
  return bar;
}

const ten = (exponent) => `10${[...String(exponent)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])).join("")}`;

function legendParts(most) {
  return [
    h("span", {}, [`vanishing, ${ten(-most)}`]),
    h("s", { "aria-hidden": "true" }, [h("u")]),
    h("span", {}, [`${ten(most)}, exploding`]),
    h("span", {}, ["┊ dotted: exactly 0"]),
    h("span", {}, ["▨ hatched: not finite"]),
  ];
}

FEATURES.push(magnitude);
