/** Power laws of learning curves against SciPy's curve_fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CurvePoint, errorAt, fitPowerLaw } from "../../../../learn/transferability/powerLaw.js";
import { assertClose, fixture } from "../support.js";

const { cases } = fixture<{
  cases: { name: string; points: CurvePoint[]; cost: number; foretold: number[] }[];
}>("evidence/powerLaw.json");

for (const { name, points, cost, foretold } of cases) {
  test(`${name}: as good a fit as SciPy's, and the same forecast`, () => {
    const law = fitPowerLaw(points);
    const own = points.reduce(
      (sum, { images, error, deviation }) => sum + ((error - errorAt(law, images)) / deviation) ** 2,
      0,
    );
    assert.ok(own <= cost * (1 + 1e-6) + 1e-9, `sum of squares ${own}, SciPy's ${cost}`);
    const last = points.at(-1)?.images ?? 0;
    assertClose([errorAt(law, 2 * last), errorAt(law, 4 * last)], foretold, 1e-4, "forecast");
    assert.ok(law.floor >= 0 && law.factor >= 0 && law.exponent > 0 && law.exponent <= 1);
  });
}

test("points on a law give the law", () => {
  const truth = { floor: 0.08, factor: 2, exponent: 0.45 };
  const points = [50, 100, 200, 400, 800].map((images) => ({
    images,
    error: errorAt(truth, images),
    deviation: 0.01,
  }));
  const law = fitPowerLaw(points);
  assertClose([law.floor, law.factor, law.exponent], [0.08, 2, 0.45], 1e-6, "law");
});
