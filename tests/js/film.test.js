// The laws of the player by themselves: node --test tests/js
import assert from "node:assert/strict";
import { test } from "node:test";
import { journey, lower, stateAt, tokenWidth } from "../../advis/media/static/film.js";

const film = { steps: 4, scenes: [], tracks: { "n1.a": [[2, "partial", "5 …"], [4, "", "5.5"]], n1: [[0], [3, "active adjoint"]] } };
const edge = { kind: "edge", key: "e0", path: [0, 0, 50, 0, 50, 100, 100, 100], label: "2", label_at: [50, 50] };

test("a state holds from its step on", () => {
  const texts = [0, 1, 2, 3, 4, 9].map((step) => stateAt(film, step).get("n1.a").text);
  assert.deepEqual(texts, ["", "", "5 …", "5 …", "5.5", "5.5"]);
  assert.equal(stateAt(film, 3).get("n1").role, "active adjoint");
});

test("a token is as wide as its letters, not its code units", () => {
  assert.equal(tokenWidth("𝔸"), tokenWidth("A"));
  assert.equal(tokenWidth([["", "1"], ["strong", "2"]]), tokenWidth("12"));
});

test("an edge shows its partial at rest and its token in flow", () => {
  const roles = (role) => lower(edge, new Map([["e0", { role, text: "2 · 1", level: 0 }]])).map((ink) => ink.role);
  assert.deepEqual(roles(""), ["edge", "arrow", "local", "off", "off"]);
  assert.deepEqual(roles("flow adjoint"), ["edge flow adjoint", "arrow flow adjoint", "off", "token flow adjoint", "amount"]);
});

test("a token travels from the end that it comes from to its place", () => {
  for (const [fromEnd, start] of [[false, [0, 0]], [true, [100, 100]]]) {
    const way = journey(edge, fromEnd);
    assert.deepEqual(way.at(-1), [0, 0]);
    const [dx, dy] = way[0];
    assert.ok(Math.hypot(50 + dx - start[0], 50 + dy - start[1]) < 5, `starts at ${start}`);
  }
});

test("a token whose place is off the curve still ends there without a jump", () => {
  const way = journey({ ...edge, label_at: [60, 40] }, false);
  assert.deepEqual(way.at(-1), [0, 0]);
  const hops = way.slice(1).map(([x, y], i) => Math.hypot(x - way[i][0], y - way[i][1]));
  assert.ok(Math.max(...hops) < 40);
});
