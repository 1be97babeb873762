// The panes: a menu in the header shows and hides them, what is hidden leaves its place to the others, and they stand
// beside the drawing or below it, wherever it is larger.
import { at } from "./film.js";
import { ICONS, button, h } from "./elements.js";
import { FEATURES } from "./player.js";

const NARROW = 900; // below this width the panes stand below the drawing
const AROUND = 28; // the drawing's padding
ICONS.panes = "M4 5h16v14H4zM14 5v14M14 12h6";

/** Whether a drawing is larger with the panes below it, in a player of this width and a window with this room. */
function larger(scenes, width, need, room) {
  const wide = Math.max(1, ...scenes.map((scene) => scene.width)), high = scenes.reduce((sum, { height }) => sum + height, 1);
  const aside = Math.max(Math.min(need, 0.44 * width), Math.min(0.28 * width, 400));
  const below = Math.min((width - AROUND) / wide, Math.max(222, room - 478) / high);
  return below > Math.min((width - aside - AROUND) / wide, Math.max(344, room - 250) / high, 1.45);
}

/** @param {import("./player.js").Player} player */
function views(player) {
  if (player.film.scenes.every(({ kind }) => kind === "drawing")) return undefined;
  const list = h("div", { class: "list", role: "group", "aria-label": "Panes", hidden: true });
  const opener = button("panes", "Panes", () => open(list.hidden));
  const menu = h("div", { class: "menu" }, [opener, list]);
  const shape = new ResizeObserver(reshape);
  const hidden = new Map(); // by the name of a pane, for the places of a folded program have the same ones
  let drawings = [], need = 300; // the width of a table that shows all of its columns

  function open(on) {
    list.hidden = !on;
    opener.ariaExpanded = on;
    if (on) list.firstChild.focus();
  }
  open(false);
  menu.addEventListener("focusout", ({ relatedTarget }) => menu.contains(relatedTarget) || open(false));

  /** The panes of a place are there. */
  function furnished() {
    const { element, film, guide } = player, block = guide?.block ?? "";
    drawings = film.scenes.filter((scene) => scene.kind === "drawing" && scene.width && (scene.block ?? "") === block);
    const table = element.querySelector(".pane.table");
    need = parseFloat(table?.style.getPropertyValue("--need")) || need;
    element.style.setProperty("--need", `${need}px`);
    list.replaceChildren(...[...element.querySelectorAll(".stage, .pane:not(.details), .say")].map(item));
    reshape();
    arrange();
  }

  function start() {
    furnished();
    shape.observe(player.element);
  }

  /** The switch of a pane. */
  function item(pane) {
    const name = pane.matches(".say") ? "Sentence" : pane.getAttribute("aria-label");
    pane.hidden = hidden.get(name) ?? pane.hidden;
    const element = h("button", { type: "button", "aria-label": name, "aria-pressed": String(!pane.hidden) }, [name]);
    element.addEventListener("click", () => {
      hidden.set(name, (pane.hidden = !pane.hidden));
      element.ariaPressed = !pane.hidden;
      arrange();
    });
    return element;
  }

  /** Give the place of what is hidden to the others. */
  function arrange() {
    const { element } = player, seen = (kind) => [...element.querySelectorAll(kind)].some((pane) => !pane.hidden);
    const drawn = seen(".stage"), told = seen(".pane");
    element.classList.toggle("undrawn", !drawn);
    element.classList.toggle("alone", !told);
    for (const [place, on] of [["aside", told], [".stages", drawn], [".main", drawn || told]]) {
      element.querySelector(place)?.toggleAttribute("hidden", !on);
    }
    player.follow((key) => at(player.states, key).role.startsWith("active"), false);
  }

  function reshape() {
    const { clientWidth } = player.element;
    player.element.classList.toggle("flat", clientWidth < NARROW || (drawings.length > 0 && larger(drawings, clientWidth, need, player.room?.() ?? innerHeight)));
  }

  /** @param {KeyboardEvent} event */
  function press({ key, target }) {
    if (list.hidden) return false;
    const items = [...list.children], way = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (key === "Escape") {
      open(false);
      opener.focus();
    } else if (way) items[(items.indexOf(target) + way + items.length) % items.length].focus();
    return key === "Escape" || Boolean(way);
  }

  return { tools: [menu], start, furnished, press, arrange, stop: () => shape.disconnect() };
}

FEATURES.push(views);
