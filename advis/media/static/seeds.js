// Any node as the output, any input as what moves: in the header, by a click at the selected box, or by the keys o and s.
// Only a film with its partials in full has this: see films/reseed.py.
import { h, s } from "./elements.js";
import { FEATURES } from "./player.js";
import { endingAt, givenSeeds, programOf, reseeded } from "./reseed.js";

const TAKES = { o: "output", s: "input" }, WORDS = { output: "make it the output", input: "move this input" };

FEATURES.push((player) => (player.film.data.seeds ? seedsOf(player) : undefined));

function seedsOf(player) {
  const original = player.film, program = programOf(original), given = givenSeeds(original);
  const marks = original.scenes.flatMap((scene) => scene.marks);
  const names = new Map(program.nodes.map(({ key, name }) => [key, name]));
  const lists = { output: listOf("Output", given.adjoints, [...names.keys()]), input: listOf("What moves", given.tangents, program.inputs) };
  const reset = h("button", { type: "button", class: "reset", title: "As recorded", disabled: true }, ["reset"]);
  let offer = null; // the button at the selected box
  for (const list of Object.values(lists)) list.addEventListener("change", choose);
  reset.addEventListener("click", () => {
    for (const list of Object.values(lists)) list.value = list.dataset.given;
    choose();
    player.element.focus({ preventScroll: true }); // the button is gone
  });

  /** What can be chosen; first, with an empty value, what the film was made with, unless that is one of the rest. */
  function listOf(label, seeds, keys) {
    const there = seeds.filter(([, seed]) => seed !== null), one = there.length === 1 && there[0][1] === 1 ? there[0][0] : "";
    const all = there.length === seeds.length && there.length > 1 ? "all" : there.map(([key]) => names.get(key)).join(", ");
    const options = [...(one ? [] : [["", all]]), ...keys.map((key) => [key, names.get(key)])];
    const list = h("select", { "aria-label": label, "data-given": one }, options.map(([value, text]) => h("option", { value }, [text])));
    list.value = one;
    return list;
  }

  const changed = (what) => lists[what].value !== lists[what].dataset.given;

  function choose() {
    reset.disabled = !changed("output") && !changed("input");
    player.pause();
    player.film = reset.disabled ? original : reseededFilm();
    player.way ||= original.variants.length; // the first one has no seed
    player.showTab();
    player.show(0, false);
    offerAt(player.state.selected);
  }

  /** Make a node the output, or what moves. Whether it can be that. */
  function take(what, key) {
    if (![...(lists[what]?.options ?? [])].some(({ value }) => value && value === key)) return false;
    lists[what].value = key;
    choose();
    return true;
  }

  function reseededFilm() {
    const output = changed("output") ? lists.output.value : "", input = changed("input") ? lists.input.value : "";
    const tangents = input ? given.tangents.map(([key]) => [key, key === input ? 1 : null]) : given.tangents;
    const part = output ? endingAt(program, output) : program, swept = reseeded(part, tangents, output ? [[output, 1]] : given.adjoints);
    const tracks = Object.entries(original.tracks), inside = new Set(part.nodes.map(({ key }) => key));
    const still = ([key, track]) => [key, key.endsWith(".v") ? track : [[0, names.has(key) && !inside.has(key) ? "idle" : ""]]];
    const rest = Object.fromEntries(tracks.map(still)), whole = (way) => ({ ...way, tracks: { ...rest, ...way.tracks } });
    const ways = [swept.forward, swept.reverse].map((way) => ({ ...way, tracks: output ? marked(way.tracks, output) : way.tracks }));
    const [record, ...parts] = original.variants;
    return { ...original, ...whole(inTurn(...ways)), variants: [record, ...parts.map((part, i) => ({ ...part, ...whole(ways[i]) }))] };
  }

  /** The output has the double line of an output, and the first sentence says where the program ends. */
  function marked(tracks, output) {
    const lit = tracks[output].map(([step, role]) => [step, `${role} output`]), [[, , said], ...told] = tracks.say;
    const ends = [["", " The program ends at "], ["name", names.get(output)], ["", "."]];
    return { ...tracks, [output]: [[0, "output"], ...lit], say: [[0, "", [...said, ...ends]], ...told] };
  }

  /** A button below the selected box: it is drawn, so that it stays there however the drawing is scaled. */
  function offerAt(key) {
    offer?.remove();
    const mark = marks.find((one) => one.kind === "box" && one.key === key), what = program.inputs.includes(key) ? "input" : "output";
    if (!mark || !names.has(key) || lists[what].value === key) return;
    const [left, top, width, height] = mark.at, label = s("text", { x: left + width / 2, y: top + height + 20, "text-anchor": "middle" }, [WORDS[what]]);
    const button = { class: "offer", role: "button", tabindex: 0, "data-take": what, "aria-label": `${names.get(key)}: ${WORDS[what]}` };
    offer = s("g", button, [s("rect", { x: left, y: top + height + 3, width, height: 25, rx: 7 }), label]);
    player.cast.faces.get(key).find(({ tagName }) => tagName === "g").ownerSVGElement.append(offer);
  }

  const offered = (event) => take(event.target.closest("[data-take]")?.dataset.take, player.state.selected);
  return {
    tools: [h("div", { class: "seeds", role: "group", "aria-label": "Output and seed" }, [h("label", {}, ["output", lists.output]), h("label", {}, ["moves", lists.input]), reset])],
    selected: offerAt,
    click: offered,
    press: (event) => (event.key === "Enter" || event.key === " " ? offered(event) : take(TAKES[event.key], player.state.selected)),
  };
}

/** One sweep after the other, as in films/play.py. */
export function inTurn(first, second) {
  const start = first.steps + 1, moved = (track) => track.map(([step, ...state]) => [step + start, ...state]);
  const wakes = (before, track) => (track[0]?.[0] && before.at(-1)?.[1] === "idle" ? [[start, ""]] : []);
  const joined = (before, track) => [...before, ...wakes(before, track), ...moved(track)];
  const later = Object.entries(second.tracks).map(([key, track]) => [key, joined(first.tracks[key] ?? [], track)]);
  return { steps: start + second.steps, tracks: { ...first.tracks, ...Object.fromEntries(later) } };
}
