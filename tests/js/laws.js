// The laws of the player, asked from Python: each line is a question, {film, …}, each answer a line. See laws.py.
import { createInterface } from "node:readline";
import { after, leastFrom, openChoices, shown } from "../../advis/media/static/choices.js";
import { lower, stateAt, unpack } from "../../advis/media/static/film.js";
import { read } from "../../advis/media/static/checked.js";
import { numberText } from "../../advis/media/static/numbers.js";
import { endingAt, givenSeeds, programOf, reseeded } from "../../advis/media/static/reseed.js";
import { inTurn } from "../../advis/media/static/seeds.js";

/** The states of a step: of a film with choices, those of its first order, as in Python. */
function at(film, step) {
  return film.choices.length ? shown(film, after(film, film.data.orders[0].choices.slice(0, step)), 0) : stateAt(film, step);
}

const ask = {
  steps({ film }) {
    const marks = film.scenes.flatMap((scene) => (scene.kind === "drawing" ? scene.marks ?? [] : []));
    return Array.from({ length: film.steps + 1 }, (_, step) => {
      const states = at(film, step);
      return { states: Object.fromEntries(states), inks: marks.map((mark) => lower(mark, states)) };
    });
  },
  checked({ text }) {
    read(text);
    return "sound";
  },
  variants({ film }) {
    const states = (variant) => Array.from({ length: variant.steps + 1 }, (_, step) => Object.fromEntries(stateAt(variant, step)));
    return film.variants.map((variant) => ({ label: variant.label, voice: variant.voice, states: states(variant) }));
  },
  numbers: ({ words, scale }) => words.map((word) => numberText(Number(word), scale)),
  reseed({ film, output, moves }) {
    const whole = programOf(film), given = givenSeeds(film);
    const tangents = moves ? given.tangents.map(([key]) => [key, key === moves ? 1 : null]) : given.tangents;
    const found = output ? reseeded(endingAt(whole, output), tangents, [[output, 1]]) : reseeded(whole, tangents, given.adjoints);
    return { ...found, both: inTurn(found.forward, found.reverse) };
  },
  choose({ film, keys, order }) {
    const chosen = after(film, keys), open = openChoices(film, chosen).map(({ key }) => key);
    return { chosen, open, least: leastFrom(film, chosen), states: Object.fromEntries(shown(film, chosen, order)) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { what, film, ...rest } = JSON.parse(line);
  let answer;
  try {
    answer = { answer: ask[what]({ film: film && unpack(film), ...rest }) };
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer, (_, item) => (typeof item === "bigint" ? String(item) : item))}\n`);
}
