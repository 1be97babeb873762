// Details on demand: the numbers behind what is selected, the rule that its step applied, the local Jacobian of an edge.
import { VOICES, at, lowered, pieces } from "./film.js";
import { ICONS, button, h, write } from "./elements.js";
import { FEATURES } from "./player.js";

ICONS.details = "M12 11v6M12 7.2v.1M12 3a9 9 0 1 0 .01 0";
ICONS.close = "M6 6l12 12M18 6L6 18";
const MOST_COLUMNS = 5; // of a map whose squares carry their numbers

const wordsOf = (text) => pieces(text ?? "").map(([, piece]) => piece).join("");
const signed = (text) => text.replace(/-/g, "−");

/** A line of a sweep's program as mathematics: `x_bar = x_bar + w.T @ v_bar` is x̄ += wᵀ v̄. @param {string} line */
export function mathematics(line) {
  const over = (mark) => (whole, name) => name[0] + mark + name.slice(1);
  return line
    .trim()
    .replace(/^(\w+) = \1 ([+-]) /, "$1 $2= ")
    .replace(/\bd_(\w+)/g, over("\u0307"))
    .replace(/\b(\w+?)_bar\b/g, over("\u0304"))
    .replace(/\bnp\./g, "")
    .replace(/ \* /g, " · ")
    .replace(/ @ /g, " ")
    .replace(/\.T\b/g, "ᵀ")
    .replace(/(?<![\de])-/g, "−");
}

/** Arrays by their keys, from columns. */
function arraysOf({ arrays = { key: [] } }) {
  const names = Object.keys(arrays);
  return new Map(arrays.key.map((key, i) => [key, Object.fromEntries(names.map((name) => [name, arrays[name][i]]))]));
}

/** @param {import("./player.js").Player} player */
function details(player) {
  const { film } = player, known = new Map(); // the boxes and edges of the place that is shown
  if (!film.scenes.some(({ kind }) => kind === "table")) return undefined;
  const arrays = arraysOf(film.data), program = film.scenes.filter(({ name }) => name.startsWith("code")).flatMap(({ marks: lines }) => lines);
  const body = h("div", { class: "scroll" }), close = button("close", "Close the details", () => open(false));
  const pane = h("div", { class: "pane details", role: "group", "aria-label": "Details", hidden: true }, [h("h4", { role: "none" }, ["Details", close]), body]);
  const opener = button("details", "Details of what is selected", () => open(pane.hidden));

  function open(on) {
    if (!on && pane.matches(":focus-within")) opener.focus();
    pane.hidden = !on;
    opener.ariaPressed = on;
    player.element.classList.toggle("detailed", on);
    for (const feature of player.features) feature.arrange?.();
    tell();
  }

  function furnished() {
    const block = player.guide?.block ?? "", drawings = film.scenes.filter((scene) => scene.kind === "drawing" && (scene.block ?? "") === block);
    known.clear();
    for (const mark of drawings.flatMap(({ marks = [] }) => marks)) if (mark.kind !== "group") known.set(mark.key, mark);
    player.element.querySelector("aside > div")?.prepend(pane);
  }

  function start() {
    opener.ariaPressed = false;
    player.main.addEventListener("dblclick", ({ target }) => {
      const { key } = target.closest("[data-key]")?.dataset ?? {};
      if (!known.has(key)) return;
      player.select(player.meant(key));
      open(true);
    });
  }

  /** What is selected, if it stands in this place. */
  const chosen = () => [...known.values()].find(({ key }) => player.meant(key) === player.state.selected);

  /** A text of a mark, which in a place of several turns is that of the turn. */
  const own = (mark, suffix) => at(player.states, `${mark.key}.${suffix}`).text;

  function titleOf(mark) {
    if (mark.title?.length) return mark.title;
    const operation = wordsOf(own(mark, "o"));
    return [["name", wordsOf(own(mark, "n"))], ["soft", operation ? ` = ${operation}` : ""]];
  }

  const nameOf = (mark) => (mark ? titleOf(mark).find(([role]) => role === "name")?.[1] ?? wordsOf(titleOf(mark)) : "");
  const labelOf = (edge) => edge.label || wordsOf(own(edge, "p"));

  /** @param {KeyboardEvent} event */
  function press({ key, target }) {
    const wanted = key === "Enter" && !(target instanceof HTMLButtonElement) && chosen();
    if (wanted) open(pane.hidden);
    else if (key === "Escape" && !pane.hidden) open(false);
    else return false;
    return true;
  }

  function tell() {
    if (pane.hidden) return;
    const mark = chosen();
    const hint = h("p", { class: "soft" }, ["Click a box, a row, a line or an edge, or choose one with ↑ and ↓."]);
    body.replaceChildren(...(mark ? (mark.kind === "edge" ? edgeTold(mark) : boxTold(mark)) : [hint]));
  }

  function boxTold(mark) {
    const title = h("p", { class: "head" });
    write(title, mark.more || titleOf(mark));
    const told = (mark.rows ?? []).map(([voice, key]) => quantity(voice, key)), short = told.every(({ length }) => length === 1);
    return [title, ...sideBySide(short ? [told.flat()] : told, rule(mark))];
  }

  /** A value, tangent or adjoint: what stands in the box, and of an array all that the film knows. */
  function quantity(voice, key) {
    const { role, text } = at(player.states, key), array = arrays.get(player.meant(key)), growing = role.includes("partial");
    const shown = wordsOf(text) || "not yet", line = h("p", { class: `row ${voice}` }, [h("b", {}, [VOICES[voice]]), h("span", {}, [shown])]);
    if (!array) return [line];
    return [line, ...(growing ? [h("p", { class: "soft" }, ["This sum is still growing."])] : wordsOf(text) ? arrayTold(array) : [])];
  }

  /** What the step of a node did: the lines of the sweep's program, and each partial with its product. */
  function rule(mark) {
    const voice = player.playing?.voice ?? film.voice, edges = [...known.values()].filter(({ kind, target }) => kind === "edge" && target === mark.key);
    const lines = program.filter((line) => line.voice && line.voice !== "value" && line.segments?.[0]?.[0] === mark.key);
    const spoken = lines.filter((line) => voice === "value" || line.voice === voice);
    if (!edges.length) return [];
    const said = spoken.map((line) => h("p", { class: `rule ${line.voice}` }, [mathematics(line.text)]));
    return [h("h5", {}, ["The rule"]), ...(said.length ? said : [general(voice)]), ...edges.map(contribution)];
  }

  function general(voice) {
    const text = voice === "tangent" ? "ẏ = Σ (∂y/∂x) ẋ" : "x̄ += (∂y/∂x)ᵀ ȳ, for each operand x of y";
    return h("p", { class: `rule ${voice}` }, [text]);
  }

  function contribution(edge) {
    const source = lowered(edge.name || nameOf(known.get(edge.source))), target = lowered(nameOf(known.get(edge.target)));
    const { role } = at(player.states, edge.key), words = role.split(" "), voice = words.find((word) => word in VOICES);
    const passed = words.includes("flow") || (words.includes("done") && voice !== "value");
    const entry = passed && player.tracks[player.meant(edge.key)]?.find(([step, word = ""]) => step <= player.state.step && /^flow/.test(word) && word.includes(voice));
    const product = entry ? wordsOf(entry[2]) : "", label = labelOf(edge), name = isMany(label) ? `${source} → ${target}` : `∂${target}/∂${source}`;
    const said = label ? ` ${isMany(label) ? "passes" : /×/.test(label) ? "is" : "="} ${label}` : " passes nothing";
    return h("p", { class: `share ${voice}` }, [h("i", {}, [name]), said, h("span", {}, [product])]);
  }

  function edgeTold(mark) {
    const [source, target] = [mark.source, mark.target].map((key) => nameOf(known.get(key))), array = arrays.get(player.meant(mark.key));
    const title = h("p", { class: "head" }, [h("span", { class: "name" }, [source]), " → ", h("span", { class: "name" }, [target])]);
    const matrix = array ? arrayTold(array) : /×/.test(labelOf(mark)) ? [h("p", { class: "soft" }, ["More entries than are kept here."])] : [];
    return [title, ...sideBySide([[h("h5", {}, [isMany(labelOf(mark)) ? "Many in one" : "The local Jacobian"]), contribution(mark), ...matrix]])];
  }

  return { tools: [opener], start, furnished, press, shown: tell, selected: tell };
}

/** Whether a curve stands for many values, or for a value used many times. */
const isMany = (label) => / (values|times)$/.test(label);

/** Parts side by side where there is room. */
const sideBySide = (each, ...more) => [h("div", { class: "parts" }, [...each, ...more].filter((part) => part.length).map((part) => h("div", {}, part)))];

/** Statistics of an array in words, and its map. */
function arrayTold(array) {
  const { dtype, shape, norm, low, high, odd, rows, columns, numbers } = array, count = shape.reduce((product, n) => product * n, 1);
  const finite = odd ? `${odd} of ${count} not finite` : "all finite";
  const facts = [`${shape.join("×")} ${dtype}`, `norm ${norm}`, `from ${low} to ${high}`, finite].map(signed).join(" · ");
  const few = rows * columns === count, entries = numbers ? numbers.split(" ") : [];
  const said = h("p", { class: "soft" }, [facts]), note = few ? [] : [h("p", { class: "soft" }, [entries.length ? "Each square is the mean of a block of entries." : "Its entries are not kept here."])];
  return [said, ...(entries.length ? [heatMap(entries, columns)] : []), ...note];
}

/** A matrix in colour: the sign is told by a minus, too, and what is not finite is hatched and named. */
function heatMap(entries, columns) {
  const most = entries.reduce((largest, text) => (Number.isFinite(Number(text)) ? Math.max(largest, Math.abs(Number(text))) : largest), 0);
  const bare = columns > MOST_COLUMNS;
  const cells = entries.map((text) => {
    const x = Number(text), odd = !Number.isFinite(x), share = odd || !most ? 0 : Math.abs(x) / most;
    const written = odd ? signed(text) : bare ? (x < 0 ? "−" : "") : signed(String(Number(x.toPrecision(3))));
    return h("span", { class: odd ? "odd" : x < 0 ? "minus" : "plus", style: `--share:${Math.round(70 * share)}%`, title: signed(text) }, [written]);
  });
  return h("div", { class: bare ? "heat bare" : "heat", role: "img", "aria-label": `Entries: ${signed(entries.join(", "))}`, style: `--columns:${columns}` }, cells);
}

FEATURES.push(details);
