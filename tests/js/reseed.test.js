// The law of seeds by itself: x1, x2, then n2 = x1 · x2 and n3 = n2 + x1 at x1 = 2, x2 = 5. node --test tests/js
import assert from "node:assert/strict";
import { test } from "node:test";
import { numberText } from "../../advis/media/static/numbers.js";
import { endingAt, givenSeeds, programOf, reseeded } from "../../advis/media/static/reseed.js";

const edge = (key, source, target) => ({ kind: "edge", key, source, target });
const row = (key, name, said) => ({ kind: "row", key, cells: [[["name", name]], [["soft", said]], `${key}.v`, `${key}.t`, `${key}.a`] });
const film = {
  scenes: [
    { kind: "drawing", marks: [edge("e0", "n0", "n2"), edge("e1", "n1", "n2"), edge("e2", "n2", "n3"), edge("e3", "n0", "n3")] },
    { kind: "table", marks: [row("n0", "x1", ""), row("n1", "x2", ""), row("n2", "a", "x1 · x2"), row("n3", "y", "a + x1")] },
  ],
  data: { seeds: { partials: "5 2 1 1", inputs: [0, 1], tangents: "1 _", outputs: [3], adjoints: "1" } },
};
const text = (entry) => entry[2].map(([, part]) => part).join("");
const program = programOf(film), given = givenSeeds(film);

test("with its own seeds the program is swept as it was", () => {
  const { forward, reverse } = reseeded(program, given.tangents, given.adjoints);
  assert.deepEqual([forward.steps, reverse.steps], [3, 3]);
  assert.deepEqual(reverse.tracks["n0.a"], [[1, "partial", "1 …", 0.5], [2, "", "6", 0.5195]]);
  assert.deepEqual(reverse.tracks.e0, [[2, "flow adjoint", "5 · 1 = 5", 0.8333], [3, "done adjoint", "", 0.8333]]);
  assert.equal(text(reverse.tracks.say[2]), "Step 2 of 2. a = x1 · x2 hands its adjoint 1 back: x1 gets 5 · 1 on top of 1; x2 gets 2 · 1.");
  assert.equal(text(forward.tracks.say.at(-1)), "Done: ∂y/∂x1 = 6.");
  assert.deepEqual(reverse.tracks.e3, [[1, "flow adjoint", "1 · 1 = 1", 0.1667], [2, "done adjoint", "", 0.1667]]);
});

test("another output ends the program, and the conserved sum is its tangent at every step", () => {
  const { forward, reverse } = reseeded(endingAt(program, "n2"), given.tangents, [["n2", 1]]);
  assert.ok(!("n3.a" in reverse.tracks) && !("n3.t" in forward.tracks));
  assert.deepEqual(reverse.tracks["n0.a"], [[1, "", "5", 0.5175]]);
  assert.deepEqual(new Set(reverse.tracks.sum.map((entry) => text(entry))), new Set(["Σ⟨adjoint so far, tangent⟩ = 5 = ⟨u, Jv⟩"]));
});

test("what the seed does not reach is idle but for its turn", () => {
  const onlySecond = reseeded(program, [["n0", null], ["n1", 1]], given.adjoints).forward.tracks;
  assert.deepEqual(onlySecond.n0, [[0, "idle"]]);
  assert.equal(text(onlySecond.say[0]), "The seed: x2 starts with tangent 1; the other inputs do not move. The seed does not reach what is grey.");
});

test("half way goes to the even digit", () => {
  assert.deepEqual([1000.5, 1001.5, 2.0625, -2.0625].map((x) => numberText(x)), ["1000", "1002", "2.062", "−2.062"]);
  assert.deepEqual([0, -0, NaN, -Infinity, 1e-17].map((x) => numberText(x, 1)), ["0", "0", "nan", "−inf", "0"]);
  assert.deepEqual([99999.5, 9999, 0.0001, 0.00001234].map((x) => numberText(x)), ["1e5", "9999", "0.0001", "1.234e−5"]);
});
