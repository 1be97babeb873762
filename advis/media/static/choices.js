// The second law of the player: what a choice changes, and the states that follow from what was chosen.
// Costs are whole numbers of any size (BigInt); one that a number of JavaScript cannot hold travels as text.
// It is pure, and the same functions stand in Python (films/choices.py, where the keys are told); the tests compare them.

/**
 * @typedef {import("./film.js").Film} Film
 * @typedef {{key: string, takes: string[], gives: string, cost: number | string, size: number, text: any}} Choice
 * @typedef {{present: string[], made: string[], spent: bigint, holds: [string, number][], peak: number}} Chosen
 */

/** What stands after a choice. @param {Film} film @param {Chosen} chosen @param {string} key @returns {Chosen} */
export function choose(film, chosen, key) {
  const choice = film.choices.find((one) => one.key === key);
  if (!choice) throw new RangeError(`choose: "${key}" is no choice of this film`);
  const place = placeOf(chosen.present, choice.takes);
  if (place < 0) throw new RangeError(`choose: "${key}" takes ${choice.takes.join(" and ")}, which do not stand side by side now`);
  const holds = [...chosen.holds, [choice.gives, choice.size]];
  return {
    present: [...chosen.present.slice(0, place), choice.gives, ...chosen.present.slice(place + choice.takes.length)],
    made: [...chosen.made, key],
    spent: chosen.spent + BigInt(choice.cost),
    holds: holds.filter(([held]) => !choice.takes.includes(held)),
    peak: Math.max(chosen.peak, holds.reduce((sum, [, size]) => sum + size, 0)),
  };
}

/** What stands after choices, from the start. @param {Film} film @param {string[]} keys @returns {Chosen} */
export function after(film, keys) {
  const start = { present: film.data.start, made: [], spent: 0n, holds: [], peak: 0 };
  return keys.reduce((chosen, key) => choose(film, chosen, key), start);
}

function placeOf(present, takes) {
  return present.findIndex((_, at) => takes.every((take, i) => present[at + i] === take));
}

/** The choices that can be made now. @param {Film} film @param {Chosen} chosen @returns {Choice[]} */
export const openChoices = (film, chosen) => film.choices.filter(({ takes }) => placeOf(chosen.present, takes) >= 0);

/** The least cost of all that is left to do, null if pairs cannot do it: dynamic programming over what stands now. */
export function leastFrom(film, chosen) {
  const pairs = new Map(film.choices.map((choice) => [choice.takes.join(" "), choice]));
  const row = chosen.present, best = new Map(row.map((key, k) => [`${k} ${k}`, [0n, key]]));
  for (let length = 1; length < row.length; length++) {
    for (let first = 0; first + length < row.length; first++) {
      for (let at = first; at < first + length; at++) {
        const left = best.get(`${first} ${at}`), right = best.get(`${at + 1} ${first + length}`);
        const choice = left && right && pairs.get(`${left[1]} ${right[1]}`);
        if (!choice) continue;
        const cost = left[0] + right[0] + BigInt(choice.cost), known = best.get(`${first} ${first + length}`);
        if (!known || cost < known[0]) best.set(`${first} ${first + length}`, [cost, choice.gives]);
      }
    }
  }
  return best.get(`0 ${row.length - 1}`)?.[0] ?? null;
}

/**
 * The state of every key, given what was chosen while an order is played, or made by the reader.
 * @param {Film} film @param {Chosen} chosen @param {number} order
 */
export function shown(film, chosen, order) {
  const { voice, choices: keys, intro } = film.data.orders[order];
  const following = keys[chosen.made.length], last = film.choices.find(({ key }) => key === chosen.made.at(-1));
  const states = new Map();
  const put = (key, role, text = "", level = 0) => states.set(key, { role, text, level });
  for (const { gives } of film.choices) put(gives, "off");
  for (const key of film.data.start) put(key, "gone");
  for (const key of chosen.present) put(key, "");
  for (const { key } of film.choices) put(key, "off");
  const next = film.choices.find(({ key }) => key === following);
  if (next) for (const key of [next.key, ...next.takes]) put(key, `next ${voice}`);
  if (last) put(last.gives, `active ${states.get(last.gives).role || voice}`);
  if (!keys.length) for (const { key } of openChoices(film, chosen)) put(key, "open");
  const { unit, held, most } = film.data;
  put("formula", "", formula(film, chosen, voice));
  put("spent", voice, `${grouped(chosen.spent)} ${unit} · peak ${grouped(chosen.peak)} ${held}`, share(chosen.spent, most));
  put("say", "", sentence(film, chosen, last, intro));
  return states;
}

const share = (part, whole) => (whole ? Math.floor(1e4 * Math.min(1, Number(part) / Number(whole)) + 0.5) / 1e4 : 0);

/** A whole number with commas, as everywhere. */
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/** What was put together, in parentheses; the newest pair in the colour of the voice. */
function formula(film, chosen, voice) {
  const parts = new Map(Object.entries(film.data.names).map(([key, name]) => [key, [["name", name]]]));
  const joined = (keys) => keys.flatMap((key, i) => (i ? [["soft", " · "], ...parts.get(key)] : parts.get(key)));
  for (const [i, key] of chosen.made.entries()) {
    const choice = film.choices.find((one) => one.key === key), newest = i === chosen.made.length - 1;
    const pair = joined(choice.takes), role = newest ? voice : "soft";
    const alone = (chosen.present.length === 1 && newest) || choice.takes.length === 1;
    parts.set(choice.gives, alone ? pair : [[role, "("], ...pair, [role, ")"]]);
  }
  return [["", film.data.left], ...joined(chosen.present)];
}

/** What the last choice did, what was paid so far, and what the cheapest way from here would cost in all. */
function sentence(film, chosen, last, intro) {
  if (!last) return intro;
  const { unit, best } = film.data, { spent, present } = chosen, said = [...last.text, ["", " "]];
  if (present.length === 1) {
    const dear = best ? `, ${times(Number(spent) / Number(best))} times the cheapest order (${grouped(best)})` : "";
    return [...said, ["strong", `Done: ${grouped(spent)} ${unit}`], ["", `${spent <= BigInt(best) ? ", as cheap as can be" : dear}.`]];
  }
  const rest = leastFrom(film, chosen);
  const more = rest === null ? "" : `; from here the cheapest way ends at ${grouped(spent + rest)}`;
  return [...said, ["", `So far ${grouped(spent)} ${unit}${more}.`]];
}

function times(ratio) {
  const tenths = Math.floor(10 * ratio + 0.5);
  return ratio >= 100 ? grouped(Math.floor(tenths / 10)) : String(tenths / 10);
}
