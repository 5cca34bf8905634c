/** How deep a retraining trains: the table of rules, what comes before it, and what is made of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../../../../rng/stream.js";
import type { BaseSpec } from "../../../../spec/base.js";
import type { RunInput } from "../../../../spec/pipeline/run.js";
import { planStages } from "../../../../spec/pipeline/stages.js";
import { DRIFT_VERDICTS } from "../../../../spec/records/drift.js";
import {
  asksForDepth,
  atDepth,
  type DepthSituation,
  decideDepth,
  depthText,
  MOST_DAYS_SINCE_FULL,
  MOST_GENERATIONS,
  MOST_HEADS,
  refusedDepth,
} from "../../../../spec/retraining/depth.js";
import type { ChampionFacts } from "../../../../spec/retraining/depthDecision.js";
import { RETRAIN_REASONS } from "../../../../spec/retraining/retraining.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const FACTS: ChampionFacts = {
  ...{ champion: 4, base: "model:digits@3", sameBase: true, tuned: true },
  ...{ deeper: 3, heads: 1, full: { version: 2, ageDays: 9 }, generations: 2 },
  ...{ images: 1000, fresh: 100, forgotten: 0, appeared: [], gone: [] },
};
const of = (facts: Partial<ChampionFacts>, more: Partial<DepthSituation> = {}) =>
  decideDepth({ asked: "auto", reasons: ["data"], facts: { ...FACTS, ...facts }, ...more });

test("each row of the table decides where it is the first that matches, and says why with figures", () => {
  const cases: readonly (readonly [
    string,
    Partial<ChampionFacts>,
    Partial<DepthSituation>,
    string,
    RegExp,
  ])[] = [
    ["few new images", {}, {}, "head", /^100 of 1000 images \(10\.0 %\) are new since version 3, 20\.0 %/],
    ["few new images", {}, { drift: "same" }, "head", /no difference to those of before is proven$/],
    ["few new images", { fresh: 200 }, { drift: "cannot-say" }, "head", /of classes that are known$/],
    ["many new images", { fresh: 201 }, {}, "from-champion", /201 of 1000 .* more than 20\.0 %/],
    ["many new images", { fresh: 500 }, {}, "from-champion", /50\.0 %/],
    ["mostly new images", { fresh: 501 }, {}, "full", /501 of 1000 .* more than 50\.0 %/],
    ["many heads since", { heads: MOST_HEADS }, {}, "from-champion", /5 versions since version 3/],
    ["images that look different", {}, { drift: "different" }, "from-champion", /version 4 .*different/],
    ["images that look different", {}, { drift: "may-hurt" }, "from-champion", /drift: may-hurt/],
    ["a class that appears", { appeared: ["owl"] }, {}, "from-champion", /class "owl" is new .* tell it$/],
    ["a class that is gone", { gone: ["a", "b"] }, {}, "full", /classes "a" and "b", .* are gone$/],
    ["images taken back", { forgotten: 1 }, {}, "full", /learned from 1 image that is gone or has/],
    ["few new images", { forgotten: 9, tuned: false }, {}, "head", /^100 of 1000/],
    [
      "long since the last full training",
      { generations: MOST_GENERATIONS },
      {},
      "full",
      /version 2, is 9 days and 10 versions old/,
    ],
    [
      "long since the last full training",
      { full: { version: 2, ageDays: MOST_DAYS_SINCE_FULL } },
      {},
      "full",
      /version 2, is 90 days/,
    ],
    ["other values or code", {}, { reasons: ["data", "settings"] }, "full", /the run file has other values/],
    ["other values or code", {}, { reasons: ["code"] }, "full", /this version of thaw/],
    ["no other images", {}, { reasons: ["age"] }, "full", /images are those of before/],
    ["no other images", {}, { reasons: ["asked"] }, "full", /images are those of before/],
    ["another base", { sameBase: false, fresh: 900 }, {}, "full", /made from the base model:digits@3/],
  ];
  for (const [rule, facts, more, depth, reason] of cases) {
    const decision = of(facts, more);
    assert.deepEqual([decision.rule, decision.depth], [rule, depth], JSON.stringify([facts, more]));
    assert.match(decision.reason, reason);
  }
});

test("without a version to start from it trains in full, whatever is asked for", () => {
  for (const asked of ["auto", "head", "from-champion", "full"] as const) {
    const { evidence, ...none } = decideDepth({ asked, reasons: ["first"] });
    assert.equal(none.depth, "full");
    assert.equal(none.champion, undefined);
    assert.deepEqual(evidence, { asked, reasons: ["first"] });
  }
  const gone = decideDepth({
    ...{ asked: "auto", reasons: ["data"] },
    facts: { champion: 4, unreadable: "data were deleted" },
  });
  assert.deepEqual([gone.depth, gone.rule], ["full", "a version that cannot be read"]);
  assert.match(gone.reason, /version 4 can be no start: data were deleted/);
});

test("the weights of a version without tuned layers are its base's: that is a full training, and is said", () => {
  const asked = of({ tuned: false }, { asked: "from-champion" });
  assert.deepEqual([asked.depth, asked.rule, asked.champion], ["full", "asked: from-champion", undefined]);
  assert.match(asked.reason, /version 4 has no tuned layers, so that its weights are those of the base/);
  assert.equal(of({ tuned: false, fresh: 300 }).depth, "full");
  assert.equal(of({ tuned: false }, { asked: "head" }).depth, "head");
});

test("what is asked for is done whatever the images say, if it can be meant", () => {
  for (const asked of ["head", "from-champion"] as const) {
    const decision = of({ fresh: 990, forgotten: 5, gone: ["a"] }, { asked, drift: "may-hurt" });
    assert.deepEqual([decision.depth, decision.rule, decision.champion], [asked, `asked: ${asked}`, 4]);
  }
  assert.equal(of({}, { asked: "full" }).depth, "full");
});

test("a depth that could be read in two ways is refused, with both", () => {
  const file = { name: "digits", base: "efficientnet-lite1" };
  const other = { ...FACTS, sameBase: false };
  for (const asked of ["head", "from-champion"] as const) {
    const base = refusedDepth(asked, other, file);
    assert.match(
      base?.message ?? "",
      /digits@4, which is in use, was made from model:digits@3, while .* efficientnet-lite1$/,
    );
    assert.match(base?.hint ?? "", /model\.depth=full.*; a base of the run file that digits@4 came of/);
    const gone = refusedDepth(asked, { champion: 4, unreadable: "no data" }, file);
    assert.match(gone?.message ?? "", /digits@4, .* cannot be read: no data/);
    assert.match(gone?.hint ?? "", /model\.depth=full.* efficientnet-lite1; .*thaw rollback/);
    assert.equal(refusedDepth(asked, FACTS, file), undefined);
    assert.equal(refusedDepth(asked, undefined, file), undefined);
  }
  for (const asked of ["auto", "full"] as const) assert.equal(refusedDepth(asked, other, file), undefined);
});

/** Facts of all kinds, drawn by number. */
function drawn(index: number): DepthSituation {
  const draw = randomStream(index, "depth situations");
  let next = 0;
  const below = (count: number): number => draw.word(next++) % count;
  const some = (count: number): boolean => below(count) === 0;
  const reasons = RETRAIN_REASONS.filter((reason) => reason !== "first" && !some(2));
  const drift = DRIFT_VERDICTS[below(DRIFT_VERDICTS.length + 1)];
  return {
    asked: "auto",
    reasons: reasons.length === 0 ? ["data"] : reasons,
    ...(drift === undefined ? {} : { drift }),
    facts: {
      ...{ champion: 9, base: "small@1", sameBase: !some(6), tuned: some(2) },
      ...{ deeper: 5, heads: below(7), generations: below(12) },
      ...(some(3) ? {} : { full: { version: 1, ageDays: below(120) } }),
      ...{ images: 100, fresh: below(101), forgotten: some(3) ? below(4) : 0 },
      ...{ appeared: some(4) ? ["new"] : [], gone: some(4) ? ["old"] : [] },
    },
  };
}

test("on any facts: nothing that was taken back stays learned, other code and bases are never built upon, more is never less deep", () => {
  const order = ["head", "from-champion", "full"];
  const seen = new Set<string>();
  for (let index = 0; index < 3_000; index++) {
    const situation = drawn(index);
    const facts = situation.facts as ChampionFacts;
    const decision = decideDepth(situation);
    const said = JSON.stringify([situation, decision]);
    seen.add(decision.rule);
    assert.deepEqual(decideDepth(situation), decision, said);
    assert.equal(decision.champion, decision.depth === "full" ? undefined : 9, said);
    if (decision.depth === "from-champion") assert.ok(facts.tuned, said);
    if (decision.depth !== "full") {
      assert.ok(facts.sameBase && !(facts.tuned && facts.forgotten > 0), said);
      assert.ok(!situation.reasons.some((reason) => reason === "settings" || reason === "code"), said);
      assert.ok(facts.gone.length === 0 && facts.generations < MOST_GENERATIONS, said);
    }
    if (decision.depth === "head") {
      assert.ok(facts.appeared.length === 0 && facts.fresh <= 20 && facts.heads < MOST_HEADS, said);
      assert.ok(situation.drift !== "different" && situation.drift !== "may-hurt", said);
    }
    const fresh = { ...situation, facts: { ...facts, fresh: Math.min(100, facts.fresh + 25) } };
    assert.ok(order.indexOf(decideDepth(fresh).depth) >= order.indexOf(decision.depth), said);
  }
  assert.ok(seen.size === 12, `rows that decided: ${[...seen].join(", ")}`);
});

type Bases = Pick<RunInput, "file" | "base" | "candidates">;

const FILE = runFileSchema.parse({ name: "digits", data: { path: "images" }, bases: ["small", "big"] });
const SPEC: BaseSpec = {
  ...{ name: "model:digits@3", architecture: "efficientnet-lite0", digest: "d".repeat(64) },
  layers: [{ kind: "tune", key: "k", digest: "l" }],
  ...{ lineage: ["digits@3"], tunedOn: [{ kind: "ingest", key: "i", digest: "data" }] },
  origin: { source: "s", licence: "Apache-2.0", pretrainedOn: "p" },
};

test("a run that starts from a version has that as its base and compares no others; a full one is as it was", () => {
  const run: Bases = { file: FILE, candidates: { small: SPEC } };
  const start = { name: SPEC.name, spec: SPEC };
  for (const depth of [of({}), of({ fresh: 300 })]) {
    const { file, base, candidates }: Bases = atDepth(run, depth, start);
    assert.deepEqual([file.base, file.bases, base, candidates], [SPEC.name, [], SPEC, undefined]);
    assert.deepEqual({ ...file, base: FILE.base, bases: FILE.bases }, FILE, "nothing else of the run file");
  }
  const full = of({ fresh: 900 });
  assert.deepEqual(atDepth(run, full, start), { ...run, depth: full });
});

test("what the champion's layers were tuned on is met in ingest; only the recipe of a head, and the report, know of the depth", () => {
  const run = atDepth<Bases>({ file: FILE }, of({}), { name: SPEC.name, spec: SPEC });
  const plan = (depth: typeof run.depth | undefined) => planStages(run.file, run.base, {}, { depth });
  const parameters = (depth: typeof run.depth | undefined, name: string) =>
    plan(depth).find((stage) => stage.name === name)?.parameters ?? {};
  assert.deepEqual(parameters(run.depth, "ingest").met, ["data"]);
  assert.equal(parameters(run.depth, "recipe").headOnly, run.depth?.reason);
  assert.deepEqual(parameters(run.depth, "report").depth, run.depth);
  const deep = of({ fresh: 300 });
  assert.deepEqual(parameters(deep, "recipe"), parameters(undefined, "recipe"));
  const others = (depth: typeof run.depth | undefined) =>
    plan(depth).filter(({ name }) => name !== "recipe" && name !== "report");
  assert.deepEqual(others(run.depth), others(undefined));
});

test("a run file that says nothing trains in full, as those of older clients do", () => {
  assert.equal(FILE.model.depth, "full");
  assert.equal(asksForDepth(FILE.model), false);
  assert.equal(asksForDepth({}), false);
  assert.equal(asksForDepth({ depth: "auto" }), true);
});

test("the depth is told with the version that it starts from, and the reason", () => {
  assert.match(depthText(of({})), /^trains the head only, on the base as version 4 has it: 100 of/);
  assert.match(depthText(of({ fresh: 300 })), /^trains on from the weights of version 4: 300 of/);
  assert.match(depthText(of({ fresh: 900 })), /^trains in full: 900 of/);
});
