// Search: a node by its name or operation, or a line of source, in every place of the film.
import { at, lookup, pieces } from "./film.js";
import { button, h } from "./elements.js";
import { FEATURES } from "./player.js";

const MOST = 8;
const FEWEST = 20; // so many things are seen at a glance
const plain = (text) => pieces(text ?? "").map(([, piece]) => piece).join("");

/**
 * Everything that can be found: what it says, where it stands, and its key there.
 * @returns {{said: string, line: number, block: string, key: string}[]}
 */
export function findable(film, said = () => "") {
  return film.scenes.flatMap(({ kind, block = "", marks = [] }) => {
    const of = (mark) => plain(mark.title) || said(mark.key, block);
    if (kind === "drawing") {
      const boxes = marks.filter(({ kind, shape, key }) => kind === "box" && key && shape !== "constant");
      return boxes.map((mark) => ({ said: of(mark), line: 0, block, key: mark.key }));
    }
    const lines = kind === "lines" ? marks.filter(({ segments }) => segments?.length) : [];
    return lines.map(({ number, text, segments }) => ({ said: text.trim(), line: number, block, key: segments[0][0] }));
  });
}

/** What answers a query: its number as a line, or its letters in a name, an operation or a line; names first. */
export function found(items, query) {
  const words = query.trim().toLowerCase(), line = Number(/^(?:line\s*|:)?(\d+)$/.exec(words)?.[1] ?? -1);
  if (!words) return [];
  const rank = ({ said, line: here }) => {
    const text = said.toLowerCase();
    if (here && here === line) return 0;
    if (!here && (text === words || text.startsWith(`${words} `))) return 1;
    return text.includes(words) ? (here ? 3 : 2) : 9;
  };
  return items.map((item, i) => [rank(item), i, item]).filter(([r]) => r < 9).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , item]) => item);
}

class Search {
  constructor(player) {
    this.player = player;
    this.field = h("input", { type: "search", placeholder: "name, operation, line 12", "aria-label": "Search", autocomplete: "off" });
    this.list = h("ul", {});
    this.told = h("p", { role: "status" });
    this.box = h("div", { class: "search", role: "search", hidden: true }, [this.field, this.list, this.told]);
    this.opener = button("find", "Search (/)", () => this.toggle());
    this.field.addEventListener("input", () => this.show());
    this.box.addEventListener("keydown", (event) => this.press(event));
  }

  toggle(open = this.box.hidden) {
    this.box.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) this.field.focus();
    else this.player.element.focus({ preventScroll: true });
  }

  press(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.toggle(false);
    if (event.key === "Enter" && event.target === this.field && this.results?.length) this.pick(this.results[0]);
  }

  get items() {
    const { film, guide } = this.player, states = lookup(film.tracks, 0);
    const said = (key, block) => {
      const turns = guide?.blocks.get(block)?.turns ?? [], turn = turns.findIndex(Boolean);
      const whole = turns.length > 1 ? key.replace(/@(\d+)/, (_, place) => turns[turn][place]) : key;
      const [name, operation] = ["n", "o"].map((part) => plain(at(states, `${whole}.${part}`).text));
      return operation ? `${name} = ${operation}` : name;
    };
    return (this.known ??= findable(film, said));
  }

  show() {
    const results = (this.results = found(this.items, this.field.value)), { guide } = this.player;
    const rows = results.slice(0, MOST).map((item) => {
      const where = [item.line ? `line ${item.line}` : "", guide?.blocks.get(item.block)?.label ?? ""].filter(Boolean).join(" · ");
      const row = h("button", { type: "button" }, [h("span", {}, [item.said]), h("i", {}, [where])]);
      row.addEventListener("click", () => this.pick(item));
      return h("li", {}, [row]);
    });
    this.list.replaceChildren(...rows);
    const more = results.length - MOST, asked = this.field.value.trim();
    this.told.textContent = !asked ? "" : !results.length ? `Nothing says ${asked}.` : more > 0 ? `and ${more} more` : "";
  }

  pick({ block, key }) {
    const { player } = this, { guide } = player;
    if (guide && block !== guide.block) guide.go(block, Math.max(guide.blocks.get(block)?.turns.findIndex(Boolean) ?? 0, 0));
    this.toggle(false);
    player.select("");
    player.select(player.meant(key));
  }
}

FEATURES.push((player) => {
  const search = new Search(player);
  if (!player.guide && search.items.length < FEWEST) return undefined;
  return {
    tools: [search.opener],
    bars: [search.box],
    press: ({ key }) => key === "/" && (search.toggle(true), true),
  };
});
