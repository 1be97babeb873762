// Groups of fixed inks: matrices, prices, bars, maps. A page without them leaves this module out.
import { at, pieces } from "./film.js";
import { drawInks } from "./drawing.js";
import { fill, s } from "./elements.js";

/** The inks of a group from its compact form. @param {any[][]} inks @param {string[]} words */
export function unpackInks(inks, words, pairs) {
  return inks.map(([tag, role, at, spans = "", anchor = 0]) => ({
    tag: words[tag],
    role: words[role],
    at,
    spans: typeof spans === "string" ? [] : pairs(spans),
    anchor: words[anchor] || "start",
  }));
}

/** The inks of a group in a state. */
export const lowerGroup = (mark, state) => mark.inks.map((one) => lowerGrouped(one, state));

/** An ink of a group in a state. */
function lowerGrouped(one, state) {
  if (state.role.split(" ").includes("off")) return { ...one, role: "off" };
  const told = one.role.startsWith("told"), levelled = one.role.startsWith("level");
  const [left, top, width, ...rest] = one.at;
  return {
    ...one,
    role: `${one.role} ${state.role}`.trim(),
    at: levelled ? [left, top, width * state.level, ...rest] : one.at,
    spans: told ? pieces(state.text) : one.spans,
  };
}

/** A group of fixed inks; what can be chosen is a button while it is offered. */
export function drawGroup(mark, cast, layer, choosable) {
  const { elements, view } = drawInks(mark);
  const [x, y, width, height] = mark.at ?? [0, 0, 0, 0], tooltip = mark.more ? [fill(s("title"), {}, [mark.more])] : [];
  const pad = choosable ? 4 : 3, place = { x: x - pad, y: y - pad, width: width + 2 * pad, height: height + 2 * pad };
  const area = width && height ? [s("rect", { class: choosable ? "area" : "ring", ...place, rx: 4 })] : [];
  const group = s("g", { class: choosable ? "choice" : area.length ? "node" : "" }, [...tooltip, ...area, ...elements]);
  if (area.length) cast.face(mark.key, group);
  cast.watch([mark.key], (states, motion) => {
    view(states, motion);
    const { role } = at(states, mark.key), open = /^(open|next)/.test(role);
    if (motion && role.startsWith("active")) motion.fade(group);
    if (!choosable) return;
    group.classList.toggle("open", open);
    for (const [name, value] of Object.entries({ tabindex: 0, role: "button", "aria-label": mark.more })) {
      if (open) group.setAttribute(name, value);
      else group.removeAttribute(name);
    }
  });
  layer.append(group);
}
