// Any node as the output, any input as what moves: in the header, by a click at the selected box, or by the keys o and s.
// Only a film with its partials in full has this: see films/reseed.py.
import { h, s } from "./elements.js";
import { FEATURES } from "./player.js";
import { endingAt, givenSeeds, programOf, reseeded } from "./reseed.js";

FEATURES.push((player) => (player.film.data.seeds ? seedsOf(player) : undefined));

const GIVEN = ""; // stands in both lists for what the film was made with

function seedsOf(player) {
  const original = withBlanks(player.film), program = programOf(original), given = givenSeeds(original);
  const boxes = original.scenes.flatMap(({ kind, marks }) => (kind === "drawing" ? marks.filter((mark) => mark.stack) : []));
  const meters = new Map(boxes.map(({ key, stack }) => [key, structuredClone(stack)]));
  const name = (key) => program.names.get(key).name, chosen = { output: GIVEN, input: GIVEN };
  const [output, input] = [lister("output", "output", given.adjoints, program.nodes.map(({ key }) => key)), lister("input", "moves", given.tangents, program.inputs)];
  const reset = h("button", { type: "button", class: "reset", title: "As recorded" }, ["reset"]);
  let offers = null; // the buttons at the selected box
  player.film = original;
  reset.addEventListener("click", () => choose({ output: GIVEN, input: GIVEN }));

  /** A list of what can be chosen, after what the film was made with. */
  function lister(what, label, seeds, keys) {
    const there = seeds.filter(([, seed]) => seed !== null), alone = there.length === 1 && there[0][1] === 1;
    const first = there.length === 1 ? name(there[0][0]) : there.length === seeds.length ? "all" : `${there.length} of ${seeds.length}`;
    const rest = keys.filter((key) => !alone || key !== there[0][0]);
    const options = [[GIVEN, first], ...rest.map((key) => [key, name(key)])].map(([value, text]) => h("option", { value }, [text]));
    const list = h("select", { "aria-label": what === "output" ? "Output" : "What moves" }, options);
    list.addEventListener("change", () => choose({ [what]: list.value }));
    return { list, label: h("label", {}, [label, list]), has: (key) => rest.includes(key), given: alone ? there[0][0] : GIVEN };
  }

  function choose(part) {
    Object.assign(chosen, part);
    const changed = chosen.output || chosen.input;
    output.list.value = chosen.output;
    input.list.value = chosen.input;
    reset.disabled = !changed;
    player.pause();
    player.film = changed ? reseededFilm() : original;
    for (const { key, stack } of boxes) if (!changed) fit(stack, meters.get(key));
    if (!player.way) player.way = original.variants.length; // evaluation has no seed
    player.showTab();
    player.show(0, false);
    offer(player.state.selected);
  }

  /** Make the output, or what moves, of a node; what is so already stays. Whether the node can be that. */
  function take(what, key) {
    const list = what === "output" ? output : input, known = list.has(key) || key === list.given;
    if (known) choose({ [what]: list.has(key) ? key : GIVEN });
    return known;
  }

  function reseededFilm() {
    const tangents = chosen.input ? given.tangents.map(([key]) => [key, key === chosen.input ? 1 : null]) : given.tangents;
    const part = chosen.output ? endingAt(program, chosen.output) : program, inside = new Set(part.nodes.map(({ key }) => key));
    const swept = reseeded(part, tangents, chosen.output ? [[chosen.output, 1]] : given.adjoints);
    for (const { key, stack } of boxes) fit(stack, swept.meters[key] ?? []);
    const beyond = program.nodes.filter(({ key }) => !inside.has(key)).map(({ key }) => [key, [[0, "idle"]]]);
    const rest = { ...blanks(original), ...values(original), ...Object.fromEntries(beyond) };
    const [forward, reverse] = [swept.forward, swept.reverse].map(({ steps, tracks }) => ({ steps, tracks: marked(tracks) }));
    const [evaluate, ...others] = original.variants, both = { steps: forward.steps + 1 + reverse.steps, tracks: inTurn(forward, reverse) };
    const whole = ({ steps, tracks }) => ({ steps, tracks: { ...rest, ...tracks } });
    return { ...original, ...whole(both), variants: [evaluate, { ...others[0], ...whole(forward) }, { ...others[1], ...whole(reverse) }] };
  }

  /** The output has the double line of an output, and the first sentence says where the program ends. */
  function marked(tracks) {
    const { output } = chosen;
    if (!output) return tracks;
    const lit = (tracks[output] ?? []).map(([step, role]) => [step, `${role} output`]), [[, , said], ...told] = tracks.say;
    const ends = [["", " The program ends at "], ["name", name(output)], ["", "."]];
    return { ...tracks, [output]: lit[0]?.[0] ? [[0, "output"], ...lit] : lit, say: [[0, "", [...said, ...ends]], ...told] };
  }

  /** Buttons below the selected box: they are drawn, so that they stay with it however the drawing is scaled. */
  function offer(key) {
    offers?.remove();
    offers = null;
    const face = (player.cast.faces.get(key) ?? []).find((element) => element.tagName === "g");
    const mark = original.scenes.flatMap(({ marks }) => marks).find((one) => one.kind === "box" && one.key === key);
    const what = input.has(key) || key === input.given ? "input" : "output", now = chosen[what] || (what === "input" ? input : output).given;
    if (!face || !program.names.has(key) || key === now) return;
    const [left, top, width, height] = mark.at, text = what === "input" ? "move this input" : "make it the output";
    const place = { x: left + width / 2, y: top + height + 20 }, shape = { x: left, y: top + height + 3, width, height: 25, rx: 7 };
    const label = s("text", { ...place, "text-anchor": "middle" }, [text]);
    offers = s("g", { class: "offer", role: "button", tabindex: 0, "data-take": what, "aria-label": `${name(key)}: ${text}` }, [s("rect", shape), label]);
    face.ownerSVGElement.append(offers);
  }

  const taken = (event) => event.target.closest("[data-take]") && take(event.target.closest("[data-take]").dataset.take, player.state.selected);
  return {
    tools: [h("div", { class: "seeds", role: "group", "aria-label": "Output and seed" }, [output.label, input.label, reset])],
    start: () => (reset.disabled = true),
    selected: offer,
    click: taken,
    press: (event) => {
      if (event.key === "Enter" || event.key === " ") return taken(event);
      const what = { o: "output", s: "input" }[event.key];
      return what && take(what, player.state.selected);
    },
  };
}

const blanks = (film) => Object.fromEntries(Object.keys(film.tracks).map((key) => [key, [[0]]]));
const values = ({ tracks }) => Object.fromEntries(Object.entries(tracks).filter(([key]) => key.endsWith(".v")));

/** A film with a track for every node in every variant, so that what was grey becomes as it was. */
function withBlanks(film) {
  const nodes = Object.fromEntries(film.scenes.flatMap(({ marks }) => marks.filter(({ kind }) => kind === "row")).map(({ key }) => [key, [[0]]]));
  const whole = (part) => ({ ...part, tracks: { ...nodes, ...part.tracks } });
  return { ...whole(film), variants: film.variants.map(whole) };
}

/** One sweep after the other, as in films/play.py. */
function inTurn(first, second) {
  const moved = (track) => track.map(([step, ...state]) => [step + first.steps + 1, ...state]);
  const later = Object.entries(second.tracks).map(([key, track]) => [key, [...(first.tracks[key] ?? []), ...moved(track)]]);
  return { ...first.tracks, ...Object.fromEntries(later) };
}

/** Give the pieces of a meter other lengths; those that are not there have none. */
function fit(stack, pieces) {
  const none = { start: 0, length: 0, negative: false };
  for (const piece of stack) Object.assign(piece, pieces.find(({ edge }) => edge === piece.edge) ?? none);
}
