/** The price table: what holds what, and which row counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { costOf, money, type Prices, pricesSchema, runCost } from "../../../spec/prices.js";
import type { Resources, Usage } from "../../../spec/records/usage.js";

const PRICES: Prices = pricesSchema.parse({
  currency: "EUR",
  cpu_hour: 0.04,
  gib_hour: 0.005,
  gpu_hour: 2,
  spot_factor: 0.5,
  nodes: [
    { node_selector: { gpu: "h100", zone: "a" }, gpu_hour: 5 },
    { node_selector: { gpu: "h100" }, gpu_hour: 4, spot_factor: 0.25 },
    { node_selector: { type: "g6.xlarge" }, node_hour: 1.2 },
  ],
});
const POD: Resources = { cpus: 4, memoryGiB: 16, gpus: 1 };
const BASIC = 4 * 0.04 + 16 * 0.005;

const cases: readonly [string, Resources, number][] = [
  ["processors, memory and GPUs add up", POD, BASIC + 2],
  ["a machine of one's own pays for processors alone", { cpus: 8, gpus: 0 }, 8 * 0.04],
  ["a spot node costs its share", { ...POD, spot: true }, (BASIC + 2) / 2],
  ["a row of the node's labels goes before", { ...POD, node: { gpu: "h100", zone: "b" } }, BASIC + 4],
  ["with its own spot factor", { ...POD, spot: true, node: { gpu: "h100" } }, (BASIC + 4) / 4],
  ["the first row that fits counts", { ...POD, node: { gpu: "h100", zone: "a", more: "1" } }, BASIC + 5],
  ["a whole node is paid whatever the pod asked of it", { ...POD, node: { type: "g6.xlarge" } }, 1.2],
  ["other labels change nothing", { ...POD, node: { gpu: "a100" } }, BASIC + 2],
];

for (const [name, resources, hourly] of cases) {
  test(name, () => {
    assert.ok(Math.abs(costOf({ seconds: 3600, resources }, PRICES) - hourly) < 1e-12);
    assert.ok(Math.abs(costOf({ seconds: 90, resources }, PRICES) - hourly / 40) < 1e-12);
  });
}

test("a run costs what its own stages cost", () => {
  const usage: Usage = { run: "run", seconds: 1800, cpuSeconds: 100, resources: POD };
  const cost = runCost(new Map([["head", usage]]), PRICES);
  assert.equal(cost.currency, "EUR");
  assert.deepEqual(cost.stages, [{ stage: "head", amount: cost.amount, seconds: 1800 }]);
  assert.ok(Math.abs(cost.amount - (BASIC + 2) / 2) < 1e-12);
  assert.equal(runCost(new Map(), PRICES).amount, 0);
});

test("a table that is wrong is refused", () => {
  for (const wrong of [
    {},
    { currency: "euro" },
    { currency: "EUR", cpu_hour: -1 },
    { currency: "EUR", cpu_hours: 1 },
    { currency: "EUR", nodes: [{ node_selector: {}, gpu_hour: 1 }] },
  ])
    assert.equal(pricesSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
});

test("small amounts keep two digits that say something", () => {
  assert.deepEqual(
    [0, 0.000123, 0.05, 0.1234, 12.345].map((amount) => money(amount, "EUR")),
    ["0.00 EUR", "0.00012 EUR", "0.05 EUR", "0.12 EUR", "12.35 EUR"],
  );
});
