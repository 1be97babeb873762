// The law of seeds: both sweeps over a scalar tape from any output and along any direction, and what is said of them.
// It follows films/play.py, sweep.py and narration.py for numbers; the tests compare the two over many programs.
import { tokenWidth } from "./film.js";
import { numberText, scaleOf } from "./numbers.js";

/**
 * @typedef {{key: string, source: string, target: string, partial: number}} Link
 * @typedef {{key: string, name: string, operation: string, links: Link[]}} Node  whose links are those that a derivative passes
 * @typedef {{nodes: Node[], names: Map<string, Node>, inputs: string[], outputs: string[]}} Program
 * @typedef {[string, number | null][]} Seeds  of the inputs, or of the outputs; null does not move
 */
const LONGEST_TOKEN = 136, MOST_NAMED = 3, LONGEST = 48;

const numbersIn = (words) => words.split(" ").map((word) => (word === "_" ? null : Number(word)));
const indexOf = (key) => Number(key.slice(1));
const plus = (a, b) => (a === undefined ? b : a + b);

/** The program in a film: the nodes that a derivative reaches, in the order of the record. @returns {Program} */
export function programOf({ scenes, data: { seeds } }) {
  const partials = numbersIn(seeds.partials), links = new Map();
  const edges = scenes.flatMap(({ kind, marks }) => (kind === "drawing" ? marks.filter((mark) => mark.kind === "edge") : []));
  for (const [i, { key, source, target }] of edges.entries()) {
    if (partials[i] !== null) links.set(target, [...(links.get(target) ?? []), { key, source, target, partial: partials[i] }]);
  }
  const said = (cell) => cell.map(([, part]) => part).join("");
  const rows = scenes.find(({ kind }) => kind === "table").marks.filter(({ cells }) => typeof cells.at(-1) === "string");
  const nodes = rows.map(({ key, cells }) => ({ key, name: said(cells[0]), operation: said(cells[1]), links: links.get(key) ?? [] }));
  return { nodes, names: new Map(nodes.map((node) => [node.key, node])), inputs: nodeKeys(seeds.inputs), outputs: nodeKeys(seeds.outputs) };
}

const nodeKeys = (indices) => indices.map((index) => `n${index}`);

/** The seeds with which a film was made. @returns {{tangents: Seeds, adjoints: Seeds}} */
export function givenSeeds({ data: { seeds } }) {
  const pairs = (indices, words) => nodeKeys(indices).map((key, i) => [key, numbersIn(words)[i]]);
  return { tangents: pairs(seeds.inputs, seeds.tangents), adjoints: pairs(seeds.outputs, seeds.adjoints) };
}

/** The program that ends at one of its nodes. @param {Program} program @returns {Program} */
export function endingAt({ nodes, names, inputs }, key) {
  const last = Math.max(indexOf(key), ...inputs.map(indexOf));
  return { nodes: nodes.filter((node) => indexOf(node.key) <= last), names, inputs, outputs: [key] };
}

/**
 * Forward and reverse as tracks, each by itself, and the pieces of each meter.
 * @param {Program} program @param {Seeds} tangents @param {Seeds} adjoints
 */
export function reseeded(program, tangents, adjoints) {
  const forward = swept(program, "tangent", tangents), reverse = swept(program, "adjoint", adjoints);
  const back = tracksOf(reverse);
  back.sum = conserved(forward, reverse).map((text, step) => [step, "", text]);
  return { forward: { steps: forward.last, tracks: tracksOf(forward) }, reverse: { steps: reverse.last, tracks: back }, meters: meters(reverse) };
}

/** One sweep: what arrives where at which step, with the sum so far and the largest term of it. */
function swept(program, voice, seeds) {
  const forward = voice === "tangent", column = new Map(), arrivals = new Map(), turns = [];
  for (const [key, seed] of seeds) if (seed !== null) column.set(key, seed);
  const starts = new Map(column);
  for (const node of forward ? program.nodes : program.nodes.toReversed()) {
    if (program.inputs.includes(node.key) || (!forward && !column.has(node.key))) continue;
    const step = turns.length + 1;
    const flows = node.links.map((link) => {
      const [from, to] = forward ? [link.source, node.key] : [node.key, link.source], given = column.get(from);
      const amount = link.partial * (given ?? 0), before = arrivals.get(to) ?? [];
      if (given !== undefined) column.set(to, plus(column.get(to), amount));
      const { total, scale } = before.at(-1) ?? { total: starts.get(to), scale: scaleOf(starts.get(to)) };
      const arrival = { step, link, from, to, given: given ?? 0, amount, total: plus(total, amount), scale: Math.max(scale, scaleOf(amount)) };
      arrivals.set(to, [...before, arrival]);
      return arrival;
    });
    turns.push({ node, flows });
  }
  return { program, voice, forward, seeds, starts, column, arrivals, turns, last: turns.length + 1 };
}

const valueAt = ({ column }, key) => column.get(key) ?? 0;

function tracksOf(sweep) {
  const { arrivals, voice, turns } = sweep, tracks = { ...numberTracks(sweep), ...nodeTracks(sweep) };
  for (const { step, link, given, amount } of [...arrivals.values()].flat()) {
    const product = numberText(amount), said = `${numberText(link.partial)} · ${numberText(given)} = ${product}`;
    const token = tokenWidth(said) <= LONGEST_TOKEN ? said : `= ${product}`;
    tracks[link.key] = [[step, `flow ${voice}`, token], [step + 1, `done ${voice}`]];
  }
  const spoken = [openingSaid(sweep), ...turns.map((turn, i) => turnSaid(sweep, turn, i + 1)), closingSaid(sweep)];
  tracks.say = spoken.map((spans, step) => [step, "", spans.filter(([, part]) => part)]);
  return tracks;
}

/** Each tangent or adjoint: empty, then the sum so far with …, then the sum. */
function numberTracks(sweep) {
  const { program, arrivals, starts, turns, last, voice, forward } = sweep;
  const turn = new Map(turns.map(({ node }, i) => [node.key, i + 1])), ends = forward ? program.inputs : program.outputs;
  const state = (x, scale, left) => (left ? ["partial", `${numberText(x, scale)} …`] : ["", numberText(x, scale)]);
  return Object.fromEntries(program.nodes.map(({ key }) => {
    const entries = new Map(), arrived = arrivals.get(key) ?? [];
    if (ends.includes(key) && (forward || starts.has(key))) entries.set(0, state(starts.get(key) ?? 0, 0, arrived.length));
    for (const { step, total, scale } of arrived) {
      entries.set(step, state(total, scale, arrived.filter((later) => later.step > step).length));
    }
    if (!entries.size) entries.set(turn.get(key) ?? last, state(valueAt(sweep, key), 0, 0));
    return [`${key}.${voice[0]}`, [...entries].map(([step, shown]) => [step, ...shown])];
  }));
}

/** Who is active when: the seeded ends first, each node in its turn, the result at last; idle is who is not reached. */
function nodeTracks({ program, voice, forward, arrivals, starts, column, turns, last }) {
  const words = new Map(program.nodes.filter(({ key }) => !column.has(key)).map(({ key }) => [key, new Map([[0, "idle"]])]));
  const put = (key, step, word) => words.set(key, (words.get(key) ?? new Map()).set(step, word));
  const [first, ends] = forward ? [program.inputs, program.outputs] : [program.outputs, program.inputs];
  for (const key of first) if (starts.has(key)) put(key, 0, "active"), put(key, 1, "done");
  for (const [i, { node: { key } }] of turns.entries()) put(key, i + 1, "active"), put(key, i + 2, column.has(key) ? "done" : "idle");
  for (const key of ends) put(key, last, "active");
  const role = (key, step, word) => {
    const total = (arrivals.get(key) ?? []).findLast((arrival) => arrival.step <= step)?.total ?? 0;
    return word === "idle" ? word : `${word} ${voice}${Number.isFinite(total) ? "" : " odd"}`;
  };
  const track = (key, entries) => [...entries].sort(([a], [b]) => a - b).map(([step, word]) => [step, role(key, step, word)]);
  return Object.fromEntries([...words].map(([key, entries]) => [key, track(key, entries)]));
}

/** Of each sum its pieces: the edge, where it starts, how long it is, and its sign. */
function meters({ arrivals }) {
  return Object.fromEntries([...arrivals].map(([key, arrived]) => {
    const sizes = arrived.map(({ amount }) => Math.sqrt(amount * amount)).map((size) => (Number.isFinite(size) ? size : 0));
    const whole = sizes.reduce((a, b) => a + b, 0) || 1;
    let end = 0;
    return [key, arrived.map(({ link, amount }, i) => {
      const start = end / whole;
      end += sizes[i];
      return { edge: link.key, start, length: sizes[i] / whole, negative: amount < 0 };
    })];
  }));
}

/** Σ⟨adjoint so far, tangent⟩ before the reverse sweep and after each step, as it is told. */
function conserved(forward, reverse) {
  const tangent = (key) => valueAt(forward, key), total = () => [...pending.values()].reduce((a, b) => a + b, 0);
  const pending = new Map(reverse.program.outputs.map((key) => [key, reverse.starts.get(key) * tangent(key)])), sums = [total()];
  for (const { node, flows } of reverse.turns) {
    pending.delete(node.key);
    for (const { to, amount } of flows) pending.set(to, (pending.get(to) ?? 0) + amount * tangent(to));
    sums.push(total());
  }
  const scale = 1e-3 * scaleOf(...sums);
  const spans = (x) => [["", "Σ⟨"], ["adjoint", "adjoint so far"], ["", ", "], ["tangent", "tangent"], ["", "⟩ = "], ["strong", numberText(x, scale)], ["", " = ⟨u, Jv⟩"]];
  return [...sums, sums.at(-1)].map(spans);
}

const nameOf = ({ program }, key) => program.names.get(key).name;

/** Up to three of a list, in pieces with something between; and how many more there are. */
function listed(items, between, more, pieces) {
  const spans = items.slice(0, MOST_NAMED).flatMap((item, i) => [["", i ? between : ""], ...pieces(item)]);
  return items.length > MOST_NAMED ? [...spans, ["", more(items.length - MOST_NAMED)]] : spans;
}

function openingSaid(sweep) {
  const { program, voice, forward, starts, column } = sweep, ends = forward ? program.inputs : program.outputs;
  const seeded = ends.filter((key) => starts.has(key));
  const start = (key) => [["name", nameOf(sweep, key)], ["", ` starts with ${voice} `], [voice, numberText(starts.get(key))]];
  const rest = forward && seeded.length < ends.length ? "; the other inputs do not move." : ".";
  const grey = seeded.length && program.nodes.some(({ key }) => !column.has(key)) ? " The seed does not reach what is grey." : "";
  return [["", "The seed: "], ...listed(seeded, ", ", (more) => `, and ${more} more`, start), ["", rest + grey]];
}

function turnSaid(sweep, { node, flows }, step) {
  const letters = [...node.operation], operation = letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : node.operation;
  const head = [["", `Step ${step} of ${sweep.turns.length}. `], ["name", node.name], ["strong", ` = ${operation} `]];
  return [...head, ...(sweep.forward ? collects : handsBack)(sweep, node, flows, step)];
}

const factors = ({ link, given }) => `${numberText(link.partial)} · ${numberText(given)}`;

function collects(sweep, node, flows) {
  const from = (flow) => [["tangent", factors(flow)], ["", " from "], ["name", nameOf(sweep, flow.from)]];
  const { total, scale } = flows.at(-1), several = flows.length > 1;
  const terms = listed(flows, " plus ", (more) => ` and ${more} more`, from);
  const so = several ? ": its tangent is " : ", so its tangent is ";
  return [["", "collects "], ...terms, ["", so], ["tangent", numberText(total, several ? scale : 0)], ["", "."]];
}

function handsBack(sweep, node, flows, step) {
  const gets = (flow) => {
    const before = sweep.arrivals.get(flow.to).findLast((arrival) => arrival.step < step);
    const top = before ? [["", ` on top of ${numberText(before.total, before.scale)}`]] : [];
    return [["name", nameOf(sweep, flow.to)], ["adjoint", ` gets ${factors(flow)}`], ...top];
  };
  const parts = listed(flows, "; ", (more) => `; and ${more} more`, gets);
  return [["", "hands its adjoint "], ["adjoint", numberText(valueAt(sweep, node.key))], ["", " back: "], ...parts, ["", "."]];
}

function closingSaid(sweep) {
  const { program, forward, starts, voice } = sweep;
  const [first, ends] = forward ? [program.inputs, program.outputs] : [program.outputs, program.inputs];
  const seeded = first.filter((key) => starts.has(key)), unit = seeded.length === 1 && starts.get(seeded[0]) === 1;
  const name = (key) => {
    if (!unit) return [["", `the ${voice} of `], ["name", nameOf(sweep, key)]];
    const [top, bottom] = forward ? [key, seeded[0]] : [seeded[0], key];
    return [["", "∂"], ["name", nameOf(sweep, top)], ["", "/∂"], ["name", nameOf(sweep, bottom)]];
  };
  const result = (key) => [...name(key), ["", " = "], [voice, numberText(valueAt(sweep, key))]];
  return [["", "Done: "], ...listed(ends, "; ", (more) => `; and ${more} more`, result), ["", "."]];
}
