// A program's lines as mathematics, and magnitudes as decades: node --test tests/js
import assert from "node:assert/strict";
import { test } from "node:test";
import { mathematics } from "../../advis/media/static/details.js";
import { decades, decadesOf } from "../../advis/media/static/magnitude.js";

test("a line of a sweep's program reads as mathematics", () => {
  for (const [line, said] of [
    ["    x1_bar = v2_bar * x2", "x̄1 = v̄2 · x2"],
    ["x2_bar = x2_bar + v2_bar * x1", "x̄2 += v̄2 · x1"],
    ["w_bar = np.outer(v1_bar, x)", "w̄ = outer(v̄1, x)"],
    ["x_bar = x_bar + w.T @ v_bar", "x̄ += wᵀ v̄"],
    ["d_y = d_a * np.cos(a) - 2.0", "ẏ = ȧ · cos(a) − 2.0"],
    ["b_bar = -v3_bar * 1e-05", "b̄ = −v̄3 · 1e-05"],
  ]) assert.equal(mathematics(line).normalize("NFC"), said.normalize("NFC"));
});

test("a level is a number of decades above 1, and zero is on no scale", () => {
  assert.equal(decades(0.5), 0);
  assert.ok(Math.abs(decades(0.4) + 4) < 1e-9);
  assert.equal(decades(0), null);
});

test("a scale reaches as far as the film does, at least two decades, and what is not finite does not count", () => {
  const film = (...levels) => ({ tracks: { "n0.a": levels.map((level, step) => [step, "", "1", level]), n0: [[0, "active adjoint"]] } });
  assert.equal(decadesOf([film(0.5, 0.52)]), 2);
  assert.equal(decadesOf([film(0.5), film(0.4125)]), 4);
  assert.equal(decadesOf([{ tracks: { "n0.t": [[0, "odd", "nan", 1]] } }]), 0);
});
