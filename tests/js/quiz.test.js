// How answers are read and judged: node --test tests/js
import assert from "node:assert/strict";
import { test } from "node:test";
import { closeTo, judged, numberIn, questionsOf } from "../../advis/media/static/quiz.js";

test("numbers are read as people write them", () => {
  const written = ["5", "-0.5", "−0.5", " 0,25 ", "1/2", "-3/4", "1e-3", "1e−3", ".5", "5.", "+2", "1 / 8", "inf", "−inf", "-1/−4"];
  assert.deepEqual(written.map(numberIn), [5, -0.5, -0.5, 0.25, 0.5, -0.75, 1e-3, 1e-3, 0.5, 5, 2, 0.125, Infinity, -Infinity, 0.25]);
  assert.ok(Number.isNaN(numberIn("nan")));
  for (const odd of ["", " ", "x1", "1/2/3", "/", "1/", "1/0", "2*3", "0x10", "1e", "alert(1)", "--1", "1 2 a"]) assert.equal(numberIn(odd), undefined, odd);
});

test("near is right, as pictures show four digits", () => {
  assert.ok(closeTo(0.284, 0.28366));
  assert.ok(!closeTo(0.28, 0.28366));
  assert.ok(!closeTo(-0.284, 0.28366));
  assert.ok(closeTo(0, 0) && !closeTo(1e-3, 0));
  assert.ok(closeTo(NaN, NaN) && closeTo(Infinity, Infinity) && !closeTo(Infinity, -Infinity) && !closeTo(1, NaN));
});

const question = {
  kind: "number",
  answers: [["5.5", 1, [["", "So 5.5."]]], ["5", 0, [["", "Alone."]]]],
};

test("right, a mistake that is known, another one, and what is no answer", () => {
  assert.deepEqual(judged(question, "11/2"), { right: true, said: [["", "So 5.5."]] });
  assert.deepEqual(judged(question, "5"), { right: false, said: [["", "Alone."]] });
  assert.deepEqual(judged(question, "7"), { right: false, said: [] });
  assert.equal(judged(question, "five"), undefined);
});

test("a node is judged by its key, and every node that is ready is right", () => {
  const turn = { kind: "node", answers: [["n3", 1, "a"], ["n4", 1, "b"], ["n5", 0, "c"]] };
  assert.deepEqual(["n3", "n4", "n5", "n9"].map((key) => judged(turn, key).right), [true, true, false, false]);
  assert.equal(judged(turn, ""), undefined);
});

test("a play asks in turn what its sweeps ask", () => {
  const asks = (step) => [[step, "node", "?", [], []]];
  const film = { data: { quiz: [asks(1), asks(2), asks(3)] }, variants: [{ steps: 4 }, { steps: 6 }, { steps: 6 }] };
  assert.deepEqual(questionsOf(film).map((way) => way.map(({ step }) => step)), [[1], [2], [3], [2, 10]]);
  assert.deepEqual(questionsOf({ data: { quiz: [asks(1)] }, variants: [] }).map((way) => way.length), [1]);
});
