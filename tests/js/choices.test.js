// Choosing by itself: node --test tests/js
import assert from "node:assert/strict";
import { test } from "node:test";
import { after, choose, leastFrom, openChoices, shown } from "../../advis/media/static/choices.js";

// three factors, 1 × 2, 2 × 3000 and 3000 × 1: together on the left 6,000 + 3,000 fma, on the right 6,000 + 2
const choice = (key, takes, gives, cost, size) => ({ key, takes, gives, cost, size, text: [["", `${key}.`]] });
const film = {
  choices: [
    choice("ab", ["a", "b"], "(ab)", 6000, 3000),
    choice("bc", ["b", "c"], "(bc)", 6000, 2),
    choice("abc", ["(ab)", "c"], "all", 3000, 1),
    choice("a bc", ["a", "(bc)"], "all", 2, 1),
  ],
  data: {
    start: ["a", "b", "c"], names: { a: "A", b: "B", c: "C" }, left: "J = ", unit: "fma", held: "entries", best: 6002, most: 9000,
    orders: [
      { label: "left", voice: "adjoint", choices: ["ab", "abc"], intro: [["", "From the left."]] },
      { label: "my own", voice: "value", choices: [], intro: [["", "Which?"]] },
    ],
  },
};
const text = (spans) => spans.map(([, part]) => part).join("");

test("a choice puts what it gives in the place of what it takes", () => {
  assert.deepEqual(after(film, ["bc"]).present, ["a", "(bc)"]);
  assert.deepEqual(after(film, ["ab", "abc"]).present, ["all"]);
});

test("the peak counts a product while its operands are still there", () => {
  const done = after(film, ["ab", "abc"]);
  assert.deepEqual([done.spent, done.peak, done.holds], [9000n, 3001, [["all", 1]]]);
});

test("a cost keeps all its digits", () => {
  const dear = { ...film, choices: [choice("ab", ["a", "b"], "(ab)", "9007199254740993", 1), ...film.choices.slice(1)] };
  assert.equal(after(dear, ["ab", "abc"]).spent, 9007199254743993n);
  assert.equal(shown(dear, after(dear, ["ab"]), 1).get("spent").text, "9,007,199,254,740,993 fma · peak 1 entries");
});

test("only neighbours can be chosen", () => {
  assert.deepEqual(openChoices(film, after(film, [])).map(({ key }) => key), ["ab", "bc"]);
  assert.deepEqual(openChoices(film, after(film, ["bc"])).map(({ key }) => key), ["a bc"]);
  assert.throws(() => choose(film, after(film, ["bc"]), "ab"), /side by side/);
  assert.throws(() => after(film, ["ba"]), /no choice/);
});

test("the least from here is the cheapest of all ways on, or null where there is none", () => {
  assert.equal(leastFrom(film, after(film, [])), 6002n);
  assert.equal(leastFrom(film, after(film, ["ab"])), 3000n);
  assert.equal(leastFrom(film, after(film, ["ab", "abc"])), 0n);
  assert.equal(leastFrom({ ...film, choices: film.choices.slice(0, 2) }, after(film, [])), null);
});

test("choosing leaves what was chosen before as it was", () => {
  const before = after(film, ["ab"]), copy = structuredClone(before);
  choose(film, before, "abc");
  assert.deepEqual(before, copy);
});

test("where the reader chooses, what is open can be clicked; where an order plays, only its next choice", () => {
  const roles = (order) => film.choices.map(({ key }) => shown(film, after(film, []), order).get(key).role);
  assert.deepEqual(roles(1), ["open", "open", "off", "off"]);
  assert.deepEqual(roles(0), ["next adjoint", "off", "off", "off"]);
});

test("formula, meter and sentence follow, with commas in the numbers", () => {
  const states = shown(film, after(film, ["ab"]), 1);
  assert.equal(text(states.get("formula").text), "J = (A · B) · C");
  assert.deepEqual(states.get("spent"), { role: "value", text: "6,000 fma · peak 3,000 entries", level: 0.6667 });
  assert.equal(text(states.get("say").text), "ab. So far 6,000 fma; from here the cheapest way ends at 9,000.");
  const done = shown(film, after(film, ["ab", "abc"]), 1).get("say").text;
  assert.equal(text(done), "abc. Done: 9,000 fma, 1.5 times the cheapest order (6,002).");
});
