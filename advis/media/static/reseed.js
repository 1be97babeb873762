// The law of seeds: both sweeps over a scalar tape from any output and along any direction, and what is said of them.
// It follows films/play.py, sweep.py and narration.py for numbers; the tests compare the two over many programs.
import { lowered, tokenWidth } from "./film.js";
import { numberText, scaleOf } from "./numbers.js";

/**
 * @typedef {{key: string, source: string, partial: number}} Link
 * @typedef {{key: string, name: string, operation: string, links: Link[]}} Node  with the links that a derivative passes
 * @typedef {{nodes: Node[], inputs: string[], outputs: string[]}} Program
 * @typedef {[string, number | null][]} Seeds  of the inputs, or of the outputs; null does not move
 */
const LONGEST_TOKEN = 136, MOST_NAMED = 3, LONGEST = 48, SMALLEST = 0.001;

const numbersIn = (words) => words.split(" ").map((word) => (word === "_" ? null : Number(word)));
const nodeKeys = (indices) => indices.map((index) => `n${index}`);
const indexOf = (key) => Number(key.slice(1));
const plus = (a, b) => (a === undefined ? b : a + b);

/** The program in a film: the nodes that a derivative reaches, in the order of the record. @returns {Program} */
export function programOf({ scenes, data: { seeds } }) {
  const partials = numbersIn(seeds.partials), said = (cell) => cell.map(([, part]) => part).join("");
  const edges = scenes.flatMap(({ marks }) => marks.filter(({ kind }) => kind === "edge"));
  const links = edges.map((edge, i) => ({ ...edge, partial: partials[i] })).filter(({ partial }) => partial !== null);
  const rows = scenes.find(({ kind }) => kind === "table").marks.filter(({ cells }) => typeof cells.at(-1) === "string");
  const node = ({ key, cells: [name, operation] }) => ({ key, name: said(name), operation: said(operation), links: links.filter(({ target }) => target === key) });
  return { nodes: rows.map(node), inputs: nodeKeys(seeds.inputs), outputs: nodeKeys(seeds.outputs) };
}

/** The seeds with which a film was made. @returns {{tangents: Seeds, adjoints: Seeds}} */
export function givenSeeds({ data: { seeds } }) {
  const pairs = (indices, words) => nodeKeys(indices).map((key, i) => [key, numbersIn(words)[i]]);
  return { tangents: pairs(seeds.inputs, seeds.tangents), adjoints: pairs(seeds.outputs, seeds.adjoints) };
}

/** The program that ends at one of its nodes. @param {Program} program @returns {Program} */
export function endingAt({ nodes, inputs }, key) {
  const last = Math.max(...[key, ...inputs].map(indexOf));
  return { nodes: nodes.filter((node) => indexOf(node.key) <= last), inputs, outputs: [key] };
}

/**
 * Forward and reverse as tracks, each by itself.
 * @param {Program} program @param {Seeds} tangents @param {Seeds} adjoints
 */
export function reseeded(program, tangents, adjoints) {
  const there = swept(program, "tangent", tangents), back = swept(program, "adjoint", adjoints);
  const [forward, reverse] = [there, back].map((sweep) => ({ steps: sweep.last, tracks: tracksOf(sweep) }));
  reverse.tracks.sum = changing(conserved(there, back).map((spans, step) => [step, "", spans]));
  return { forward, reverse };
}

/** A track without the entries that say again what stands there. */
const changing = (track) => track.filter((entry, i) => !i || JSON.stringify(entry.slice(1)) !== JSON.stringify(track[i - 1].slice(1)));

/** One sweep: at each node its seed, its number now, its turn, and what arrived there, with the sum so far. */
function swept({ nodes: record, inputs, outputs }, voice, seeds) {
  const forward = voice === "tangent", seedOf = new Map(seeds), turns = [];
  const nodes = record.map((node) => ({ ...node, seed: seedOf.get(node.key) ?? undefined, now: seedOf.get(node.key) ?? undefined, turn: 0, arrived: [] }));
  const all = new Map(nodes.map((node) => [node.key, node])), [starts, ends] = (forward ? [inputs, outputs] : [outputs, inputs]).map((keys) => keys.map((key) => all.get(key)));
  for (const node of forward ? nodes : nodes.toReversed()) {
    if (inputs.includes(node.key) || (!forward && node.now === undefined)) continue;
    const step = (node.turn = turns.push(node));
    node.flows = node.links.map(({ key, source, partial }) => {
      const [from, to] = forward ? [all.get(source), node] : [node, all.get(source)], last = to.arrived.at(-1);
      const amount = partial * (from.now ?? 0), said = `${numberText(partial)} · ${numberText(from.now ?? 0)}`;
      const total = plus(last ? last.total : to.seed, amount), scale = scaleOf(last ? last.scale : to.seed ?? 0, amount);
      const flow = { step, key, from, to, amount, said, total, scale, before: to.arrived.findLast((earlier) => earlier.step < step) };
      if (from.now !== undefined) to.now = plus(to.now, amount);
      to.arrived.push(flow);
      return flow;
    });
  }
  return { voice, forward, nodes, turns, starts, ends, seeded: starts.filter(({ seed }) => seed !== undefined), last: turns.length + 1 };
}

function tracksOf(sweep) {
  const { voice, nodes, turns } = sweep, tracks = {};
  for (const node of nodes) {
    tracks[node.key] = rolesOf(sweep, node);
    tracks[`${node.key}.${voice[0]}`] = numbersOf(sweep, node);
    const shares = sharesOf(node.arrived);
    for (const [i, { key, step, said, amount }] of node.arrived.entries()) {
      const token = `${said} = ${numberText(amount)}`, shown = tokenWidth(token) <= LONGEST_TOKEN ? token : `= ${numberText(amount)}`;
      const odd = Number.isFinite(amount) ? "" : " odd", word = odd && oddWord(amount), sign = shares.length > 1 && amount < 0 ? " negative" : "";
      tracks[key] = [[step, `flow${odd} ${voice}${sign}`, shown, shares[i]], [step + 1, `done${odd} ${voice}${sign}`, word, shares[i]]];
    }
  }
  const spoken = [openingSaid(sweep), ...turns.map((node) => turnSaid(sweep, node)), closingSaid(sweep)];
  tracks.say = spoken.map((spans, step) => [step, "", spans.filter(([, part]) => part)]);
  return tracks;
}

/** A tangent or adjoint: empty, then the sum so far with …, then the sum. */
function numbersOf({ forward, starts, last }, node) {
  const { arrived, seed, now, turn } = node, entries = new Map();
  const put = (step, x, scale, more) => {
    const role = [more ? "partial" : "", Number.isFinite(x) ? "" : "odd"].filter(Boolean).join(" ");
    entries.set(step, [role, numberText(x, scale) + (more ? " …" : ""), levelOf(x)]);
  };
  if (starts.includes(node) && (forward || seed !== undefined)) put(0, seed ?? 0, 0, arrived.length);
  for (const { step, total, scale } of arrived) put(step, total, scale, arrived.at(-1).step > step);
  if (!entries.size) put(turn || last, now ?? 0, 0, false);
  return [...entries].map(([step, state]) => [step, ...state]);
}

/** When a node is active: at the start if it is seeded, in its turn, as the result; idle is what is not reached. */
function rolesOf({ voice, seeded, ends, last }, node) {
  const entries = new Map(), { turn, now, arrived } = node, put = (step, word) => entries.set(step, word);
  if (now === undefined) put(0, "idle");
  if (seeded.includes(node)) put(0, "active").set(1, "done");
  if (turn) put(turn, "active").set(turn + 1, now === undefined ? "idle" : "done");
  if (ends.includes(node)) put(last, "active");
  const odd = (step) => (Number.isFinite(arrived.findLast((flow) => flow.step <= step)?.total ?? 0) ? "" : " odd");
  return [...entries].map(([step, word]) => [step, word === "idle" ? word : `${word} ${voice}${odd(step)}`]);
}

/** Of a sum the share of each term; as in films/sweep.py. */
function sharesOf(arrived) {
  const sizes = arrived.map(({ amount }) => scaleOf(Math.sqrt(amount * amount))), whole = sizes.reduce(plus, 0) || 1;
  return sizes.map((size) => Math.max(rounded(size / whole), SMALLEST));
}

/** The logarithm of a magnitude, from 0 to 1; as in films/magnitude.py. */
function levelOf(x) {
  if (!Number.isFinite(x)) return 1;
  return x ? rounded(Math.min(Math.max(0.5 + Math.log10(Math.abs(x)) / 40, 0.0001), 1)) : 0;
}

/** Four decimals, ties to the even one. */
function rounded(x) {
  const scaled = x * 1e4, whole = Math.floor(scaled);
  return (scaled - whole === 0.5 ? whole + (whole % 2) : Math.round(scaled)) / 1e4;
}

const oddWord = (x) => (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "−inf");

/** Σ⟨adjoint so far, tangent⟩ before the reverse sweep, after each step and at the end, as it is told. */
function conserved(there, back) {
  const tangents = new Map(there.nodes.map(({ key, now }) => [key, now ?? 0])), sums = [];
  const pending = new Map(back.starts.map(({ key, seed }) => [key, seed * tangents.get(key)]));
  const total = () => sums.push([...pending.values()].reduce(plus, 0));
  total();
  for (const { key, flows } of back.turns) {
    pending.delete(key);
    for (const { to, amount } of flows) pending.set(to.key, (pending.get(to.key) ?? 0) + amount * tangents.get(to.key));
    total();
  }
  const said = (x) => tell`Σ⟨${["adjoint", "adjoint so far"]}, ${["tangent", "tangent"]}⟩ = ${["strong", numberText(x, 1e-3 * scaleOf(...sums))]} = ⟨u, Jv⟩`;
  return [...sums, sums.at(-1)].map(said);
}

// -- what is said

/** A sentence as pieces: what is put in is text, a piece with its role, or a list of pieces. */
const tell = (texts, ...put) => texts.flatMap((text, i) => [["", text], ...(i < put.length ? piecesOf(put[i]) : [])]);
const piecesOf = (item) => (typeof item === "string" ? [["", item]] : typeof item[0] === "string" ? [item] : item);
const nameOf = ({ name }) => ["name", name];
const formulaOf = ({ name }) => ["name", lowered(name)];

/** Up to three of a list with something between, and how many more there are. */
function listed(items, between, more, said) {
  const spans = items.slice(0, MOST_NAMED).flatMap((item, i) => [["", i ? between : ""], ...said(item)]);
  return items.length > MOST_NAMED ? [...spans, ["", `${more} ${items.length - MOST_NAMED} more`]] : spans;
}

function openingSaid({ voice, forward, nodes, starts, seeded }) {
  const start = (node) => tell`${formulaOf(node)} starts with ${voice} ${[voice, numberText(node.seed)]}`;
  const rest = forward && seeded.length < starts.length ? "; the other inputs do not move." : ".";
  const grey = seeded.length && nodes.some(({ now }) => now === undefined) ? " The seed does not reach what is grey." : "";
  return tell`The seed: ${listed(seeded, ", ", ", and", start)}${rest}${grey}`;
}

function turnSaid({ forward, turns }, node) {
  const letters = [...node.operation], operation = letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : node.operation;
  return tell`Step ${String(node.turn)} of ${String(turns.length)}. ${nameOf(node)}${["strong", ` = ${operation} `]}${forward ? collects(node) : handsBack(node)}`;
}

function collects({ flows }) {
  const terms = listed(flows, " plus ", " and", ({ said, from }) => tell`${["tangent", said]} from ${nameOf(from)}`);
  const { total, scale } = flows.at(-1), several = flows.length > 1;
  return tell`collects ${terms}${several ? ": its tangent is " : ", so its tangent is "}${["tangent", numberText(total, scale)]}.`;
}

function handsBack({ now, flows }) {
  const top = (before) => (before ? ` on top of ${numberText(before.total, before.scale)}` : "");
  const gets = listed(flows, "; ", "; and", ({ to, said, before }) => tell`${nameOf(to)}${["adjoint", ` gets ${said}`]}${top(before)}`);
  return tell`hands its adjoint ${["adjoint", numberText(now)]} back: ${gets}.`;
}

function closingSaid({ voice, forward, seeded, ends }) {
  const partial = (node) => (forward ? tell`∂${formulaOf(node)}/∂${formulaOf(seeded[0])}` : tell`∂${formulaOf(seeded[0])}/∂${formulaOf(node)}`);
  const unit = seeded.length === 1 && seeded[0].seed === 1, what = (node) => (unit ? partial(node) : tell`the ${voice} of ${formulaOf(node)}`);
  return tell`Done: ${listed(ends, "; ", "; and", (node) => tell`${what(node)} = ${[voice, numberText(node.now ?? 0, node.arrived.at(-1)?.scale ?? 0)]}`)}.`;
}
