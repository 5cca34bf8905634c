/** What holds of every run, whatever its file, its decisions and the order in which ready stages are taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../../../../rng/stream.js";
import { planStages, type StagePlan, sourceOf } from "../../../../spec/pipeline/stages.js";
import { onBase } from "../../../../spec/pipeline/walk/facts.js";
import { readyStages, type Step, stagesToCome, walk } from "../../../../spec/pipeline/walk/walk.js";
import { allCases, type Case, RUN_ID } from "../../../support/walks/cases.js";
import { type Gone, goThrough } from "../../../support/walks/goThrough.js";

const SEED = 1;
const cases = allCases(SEED);
/** What takes longer is tried with every third: which ones, the seed of the decisions says. */
const some = cases.filter((_, number) => number % 3 === SEED);
const names = (steps: readonly Step[], ...states: readonly Step["standing"]["state"][]): readonly string[] =>
  steps.flatMap(({ stage, standing }) => (states.includes(standing.state) ? [stage.name] : []));
const isRefused = ({ verdict }: Case): boolean => verdict.choice === "unlearnable";

/** Taken one after the other, with what was seen before each; gone through once for all tests that look at some. */
const inOrder = new Map<Case, Gone & { readonly seen: readonly (readonly Step[])[] }>();
function goneInOrder(one: Case) {
  const known = inOrder.get(one);
  if (known !== undefined) return known;
  const seen: (readonly Step[])[] = [];
  const gone = { ...goThrough(one, { see: (steps) => seen.push(steps) }), seen };
  inOrder.set(one, gone);
  return gone;
}
/** What was seen is not kept of all: a fifth of the time was garbage collection. */
const orderOf = (one: Case): readonly string[] =>
  (some.includes(one) ? goneInOrder(one) : goThrough(one)).order;

/** The stages of the run, told without the walk. */
function expected({ run, chosen, verdict }: Case): readonly string[] {
  const { file, base } = chosen === undefined ? run : onBase(run, chosen);
  const all = planStages(file, base, run.candidates).map(({ name }) => name);
  if (isRefused({ verdict } as Case)) return all.slice(0, all.indexOf("recipe") + 1);
  const numberOf = (name: string): number => Number(name.split("-")[1]);
  return all.filter(
    (name) =>
      !(name.startsWith("tune-") && numberOf(name) > verdict.stages) &&
      !(name.startsWith("fold-") && numberOf(name) > (verdict.folds?.count ?? 0)),
  );
}

test("there are runs of many makes, refused ones and ones with parts made anew among them", () => {
  assert.ok(cases.length > 500, `${cases.length}`);
  assert.ok(cases.filter(isRefused).length > 30);
  for (const chosen of [undefined, "efficientnet-lite0", "efficientnet-lite1", "frozen"])
    assert.ok(cases.filter((one) => one.chosen === chosen).length > 30, chosen);
  const from = new Set(cases.map(({ run }) => run.from));
  for (const name of [
    undefined,
    "ingest",
    "recipe-2",
    "base",
    "recipe",
    "tune-3",
    "fold-5",
    "scratch",
    "report",
  ])
    assert.ok(from.has(name), name);
});

test("taken one after the other, stages come in the order of the plan, without those left out", () => {
  for (const one of cases) assert.deepEqual(orderOf(one), expected(one), one.label);
});

test("at the end every stage is done or left out with a reason, or not run since the labels cannot be learned", () => {
  for (const one of some) {
    const { steps, order } = goneInOrder(one);
    const done = names(steps, "done");
    assert.deepEqual(stagesToCome(steps), [], one.label);
    for (const { stage, standing } of steps) {
      if (standing.state === "skipped" || standing.state === "not-run")
        assert.ok(standing.why.length > 5, one.label);
      if (standing.state === "not-run")
        assert.equal(standing.why, "recipe ends the run: no better than chance");
      else assert.ok(["done", "skipped", "failed"].includes(standing.state), `${stage.name}: ${one.label}`);
    }
    if (!isRefused(one)) assert.deepEqual(done, order, one.label);
    assert.deepEqual(names(steps, "failed"), isRefused(one) ? ["recipe"] : [], one.label);
  }
});

test("no stage reads what is left out, or what is not done when it may start", () => {
  for (const one of some) {
    for (const steps of goneInOrder(one).seen) {
      const [done, skipped] = [names(steps, "done"), names(steps, "skipped")];
      for (const { stage, standing, missing } of steps) {
        const sources = stage.inputs.map((input) => sourceOf(stage, input));
        if (standing.state !== "skipped")
          for (const source of sources) assert.ok(!skipped.includes(source), `${stage.name}: ${one.label}`);
        if (standing.state !== "ready") continue;
        assert.deepEqual(missing, []);
        for (const source of sources) assert.ok(done.includes(source), `${stage.name}: ${one.label}`);
      }
    }
  }
});

test("what waits is told for what, and that is not over; while anything is to come, something may start", () => {
  for (const one of some) {
    for (const steps of goneInOrder(one).seen) {
      if (stagesToCome(steps).length > 0) assert.ok(readyStages(steps).length > 0, one.label);
      const open = new Set(stagesToCome(steps).map(({ name }) => name));
      for (const { stage, standing } of steps) {
        if (standing.state === "undecided")
          assert.ok(open.has(standing.until), `${stage.name}: ${one.label}`);
        if (standing.state !== "waits") continue;
        assert.ok(standing.for.length > 0);
        for (const name of standing.for) assert.ok(open.has(name), `${stage.name} for ${name}: ${one.label}`);
      }
    }
  }
});

/** Which stages the walk may take is drawn; what it has made must not depend on it. */
const drawn = (number: number, draw: number): ((ready: readonly StagePlan[]) => StagePlan | undefined) => {
  const stream = randomStream(SEED, "order", number, draw);
  let taken = 0;
  return (ready) => ready[Math.floor(stream.uniform(taken++) * ready.length)];
};

test("in whatever order ready stages are taken, the same is done, with the same keys", () => {
  const ofGone = ({ made, steps }: Gone) => [made, steps];
  let others = 0;
  some.forEach((one, number) => {
    const first = goneInOrder(one);
    const ways = [(ready: readonly StagePlan[]) => ready.at(-1), drawn(number, 0), drawn(number, 1)];
    for (const pick of ways) {
      const gone = goThrough(one, { pick });
      if (gone.order.join() !== first.order.join()) others++;
      assert.deepEqual(ofGone(gone), ofGone(first), one.label);
    }
  });
  assert.ok(others > some.length, `${others} other orders`);
});

test("a stage that may start stays as it is and may start until it does, and what is left out stays so", () => {
  some.forEach((one, number) => {
    let before: readonly Step[] = [];
    goThrough(one, {
      pick: drawn(number, 2),
      see: (steps) => {
        for (const { stage, standing } of before) {
          const now = steps.find((step) => step.stage.name === stage.name);
          if (standing.state === "ready") {
            assert.ok(
              ["ready", "done", "failed"].includes(now?.standing.state ?? ""),
              `${stage.name}: ${one.label}`,
            );
            assert.deepEqual(now?.stage, stage, one.label);
          }
          if (standing.state === "skipped") assert.deepEqual(now?.standing, standing, one.label);
        }
        before = steps;
      },
    });
  });
});

test("ready stages side by side: while they run, nothing starts that another order would not have started", () => {
  some.forEach(({ run, label }, number) => {
    const start = walk({ ...run, outcomes: { ingest: { state: "done" } } });
    const [first, ...others] = readyStages(start);
    assert.ok(first !== undefined, label);
    const running = walk({
      ...run,
      outcomes: { ingest: { state: "done" }, [first.name]: { state: "running" } },
    });
    assert.deepEqual(readyStages(running), others, `${number}: ${label}`);
    assert.deepEqual(names(running, "running"), [first.name], label);
  });
});

test("after a failure nothing starts, and stages that did not begin say which one failed", () => {
  some.forEach((one, number) => {
    const { order, steps } = goneInOrder(one);
    const failing = order[Math.floor(randomStream(SEED, "failing", number).uniform(0) * order.length)] ?? "";
    const failed = goThrough(one, { failing });
    assert.deepEqual(readyStages(failed.steps), [], one.label);
    assert.deepEqual(names(failed.steps, "failed"), [failing], one.label);
    assert.deepEqual(names(failed.steps, "waits", "undecided", "running"), [], one.label);
    for (const { standing } of failed.steps)
      if (standing.state === "not-run") assert.equal(standing.why, `${failing} failed`);
    assert.deepEqual(failed.order, order.slice(0, order.indexOf(failing) + 1));
    assert.ok(
      names(failed.steps, "skipped").every((name) => names(steps, "skipped").includes(name)) ||
        isRefused(one),
    );
  });
});

test("exactly the stages from the one named on are made anew, under keys of the run", () => {
  for (const one of some) {
    const { steps } = goneInOrder(one);
    const all = steps.map(({ stage }) => stage.name);
    const first = one.run.from === undefined ? -1 : all.indexOf(one.run.from);
    const anew = first < 0 ? [] : all.slice(first);
    // A stage of a candidate that is not chosen may be asked for; then nothing of the run is.
    assert.deepEqual(
      steps.flatMap(({ stage, isAnew }) => (isAnew ? [stage.name] : [])),
      anew,
      one.label,
    );
    for (const { stage, isAnew } of steps)
      assert.equal(stage.parameters.anew, isAnew ? RUN_ID : undefined, `${stage.name}: ${one.label}`);
  }
});
