// Elements: made with their attributes and children, written with roles. All text goes in as text.
import { pieces } from "./film.js";

export const ICONS = {
  first: "M18 5l-7 7 7 7M7 5v14",
  previous: "M15 5l-7 7 7 7",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8 6v12M16 6v12",
  next: "M9 5l7 7-7 7",
  last: "M6 5l7 7-7 7M17 5v14",
  whole: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 12h6",
  less: "M6 12h12",
  more: "M6 12h12M12 6v12",
  find: "M10.5 5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M15 15l4.5 4.5",
  screen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};

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

export const icon = (name) =>
  s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: name }, [s("path", { d: ICONS[name] })]);

export function button(name, label, onClick) {
  const element = h("button", { type: "button", class: name, "aria-label": label, title: label }, [icon(name)]);
  element.addEventListener("click", onClick);
  return element;
}
