/** What is said of a run beforehand is what becomes of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { foresee, type PlannedStage } from "../../../../client/plan/foresee.js";
import { randomStream } from "../../../../rng/stream.js";
import { allCases, type Case } from "../../../support/walks/cases.js";
import { goThrough, keyOf, type MadeUpStore, outcomeOf } from "../../../support/walks/goThrough.js";

const SEED = 2;
const cases = allCases(SEED);
/** Every third is enough for what is tried four times. */
const some = cases.filter((_, number) => number % 3 === 0);

function plan(one: Case, store: MadeUpStore): Promise<readonly PlannedStage[]> {
  const { runId: _none, ...run } = one.run;
  return foresee(run, async (stage, made) => {
    const artifact = store.get(keyOf(stage, made));
    return artifact === undefined
      ? { why: "it is not in the store" }
      : { artifact, why: "it is in the store", outcome: outcomeOf(stage, one) };
  });
}

/** What an earlier run of the same file has left; gone through once for all shares of it. */
const left = new Map<Case, MadeUpStore>();
function leftOf(one: Case): MadeUpStore {
  const known = left.get(one);
  if (known !== undefined) return known;
  const { from: _all, ...run } = one.run;
  const store: MadeUpStore = new Map();
  goThrough({ ...one, run: { ...run, runId: "earlier" } }, { store });
  left.set(one, store);
  return store;
}

/** The same, of which some is gone. */
function storeOf(one: Case, number: number, share: number): MadeUpStore {
  const stream = randomStream(SEED, "kept", number);
  return new Map([...leftOf(one)].filter((_, index) => stream.uniform(index) < share));
}

const actionOf = (planned: readonly PlannedStage[], name: string): string | undefined =>
  planned.find((stage) => stage.name === name)?.action;

for (const share of [0, 0.5, 0.8, 1]) {
  test(`the plan agrees with the run where ${100 * share} % of its artifacts are in the store`, async () => {
    for (const [number, one] of some.entries()) {
      const store = storeOf(one, number, share);
      const planned = await plan(one, store);
      const { made, found, steps } = goThrough(one, { store: new Map(store) });
      const isBaseOpen = actionOf(planned, "base") === "run";
      const isOpen = isBaseOpen || actionOf(planned, "recipe") === "run";
      if (!isBaseOpen)
        assert.deepEqual(
          namesOf(planned),
          steps.map(({ stage }) => stage.name),
          one.label,
        );
      for (const { name, action, artifact, why } of planned) {
        const which = `${name}, ${action}: ${one.label}`;
        assert.ok(why.length > 0, which);
        // What the recipe leaves out is not made, although it is there.
        if (action === "reuse" && name in made)
          assert.deepEqual([made[name], found.has(name)], [artifact, true], which);
        if (action === "reuse" && !isOpen) assert.ok(name in made, which);
        if (action === "run" && !isOpen) assert.ok(name in made && !found.has(name), which);
        if (action === "skip") assert.ok(!(name in made), which);
        if (action === "maybe") assert.ok(isOpen && name.startsWith("fold-"), which);
      }
    }
  });
}

const namesOf = (planned: readonly PlannedStage[]): readonly string[] => planned.map(({ name }) => name);

const labelled = (what: string, accept: (one: Case) => boolean): Case =>
  cases.find(accept) ?? assert.fail(`no case: ${what}`);

test("a recipe in the store that refuses the labels leaves nothing to run", async () => {
  const refused = labelled(
    "refused",
    ({ verdict, run }) => verdict.choice === "unlearnable" && run.from === undefined,
  );
  const planned = await plan(refused, storeOf(refused, 0, 1));
  const after = planned.slice(planned.findIndex(({ name }) => name === "recipe") + 1);
  assert.ok(after.length > 3);
  for (const { action, why } of after)
    assert.deepEqual([action, why], ["skip", "recipe ends the run: no better than chance"]);
});

test("where the recipe is made anew, nothing is said by its old decision", async () => {
  const from = "recipe";
  const given = labelled(
    "few stages",
    ({ verdict, run, chosen }) =>
      verdict.stages === 1 &&
      chosen === undefined &&
      (run.file.unfreeze.stages ?? []).length > 1 &&
      run.file.evaluation.folds === 5,
  );
  const store = storeOf(given, 0, 1);
  const { from: _other, ...run } = given.run;
  assert.equal(actionOf(await plan({ ...given, run }, store), "tune-2"), "skip");
  const planned = await plan({ ...given, run: { ...run, from } }, store);
  assert.deepEqual(planned.map(({ action }) => action).slice(0, 2), ["reuse", "reuse"]);
  for (const { name, kind, action, why } of planned.slice(2)) {
    assert.equal(action, kind === "fold" ? "maybe" : "run", name);
    if (kind !== "fold")
      assert.equal(
        why,
        name === from ? "--from recipe asks for it" : "it comes after recipe, which is made anew",
      );
  }
});

test("stages that the chosen base does not have are left out, and those that only it has are planned", async () => {
  const has =
    (name: string) =>
    ({ run, chosen }: Case): boolean =>
      run.file.bases[0] === name && chosen !== undefined && chosen !== name && run.from === undefined;
  const isFrozen = ({ chosen }: Case): boolean => chosen === "frozen";
  const frozen = labelled(
    "frozen chosen",
    (one) => has("efficientnet-lite0")(one) && isFrozen(one) && one.verdict.choice !== "unlearnable",
  );
  const planned = await plan(frozen, storeOf(frozen, 0, 1));
  assert.deepEqual(
    planned.flatMap(({ kind, action, why }) => (kind === "tune" ? [[action, why]] : [])),
    [1, 2].map(() => ["skip", "the base frozen, which was chosen, has no such stage"]),
  );
});

test("where only the recipe is gone, what it may change is not promised", async () => {
  const given = labelled(
    "stages, no folds",
    ({ verdict, run, chosen }) =>
      verdict.stages >= 2 &&
      chosen === undefined &&
      (run.file.unfreeze.stages ?? []).length === 2 &&
      run.file.evaluation.folds === 0 &&
      run.file.unfreeze.surgical === "none" &&
      run.from === undefined,
  );
  const store = storeOf(given, 0, 1);
  const { made } = goThrough(given, { store });
  store.delete(made.recipe?.key ?? "");
  const planned = await plan(given, store);
  for (const name of ["ingest", "features", "head", "tune-1", "tune-2"])
    assert.equal(actionOf(planned, name), "reuse", name);
  const evaluate = planned.find(({ name }) => name === "evaluate");
  assert.deepEqual([evaluate?.action, evaluate?.why.slice(0, 10)], ["run", "the recipe"]);
});
