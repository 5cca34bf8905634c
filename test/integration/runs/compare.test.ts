/** Two runs held against each other, as they lie in a real store; what `run --detach` and `get` say of them beside. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { after, before, test } from "node:test";
import type { GetJson } from "../../../cli/json/get.js";
import type { CompareJson } from "../../../cli/json/models.js";
import type { RunJson, StartedRunJson } from "../../../cli/json/run.js";
import { binomialTail } from "../../../learn/evidence/mcnemar.js";
import type { FullPrediction } from "../../../spec/records/evaluation.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";

const SHAPES = ["disc", "moon", "star"] as const;
/** Of the images of a shape, in this order: the rest is held out. */
const [TRAINED_ON, VALIDATED_ON] = [14, 4];

/** Only the head is trained. */
const RUN_FILE = `
name: shapes
data: { path: right.csv, outside: allow, test: 0.4, validation: 0.1 }
base: tiny
unfreeze: { stages: [] }
augment: { views: 1 }
head: { epochs: 30 }
evaluation: { folds: 0 }
`;
/** The same images, of which the shapes that are not held out have each other's names. */
const WRONG = ["--set", "data.path=wrong.csv"];

let stack: Stack;
let images: string;
let good: RunJson;
let poor: RunJson;

/** @param nameOf the label of a shape that is not held out */
async function manifest(name: string, nameOf: (shape: number) => string | undefined): Promise<void> {
  const rows = await Promise.all(
    SHAPES.map(async (shape, index) => {
      const files = (await readdir(join(images, shape))).sort();
      return files.map((file, position) => {
        const split =
          position < TRAINED_ON ? "train" : position < TRAINED_ON + VALIDATED_ON ? "validation" : "test";
        return [join(images, shape, file), split === "test" ? shape : nameOf(index), split].join();
      });
    }),
  );
  await writeFile(join(stack.folder, name), `${["path,label,split", ...rows.flat()].join("\n")}\n`);
}

before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  images = await drawnFolder(30, SHAPES, { ground: "of-class" });
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  await manifest("right.csv", (shape) => SHAPES[shape]);
  await manifest("wrong.csv", (shape) => SHAPES[(shape + 1) % SHAPES.length]);
  good = await thawJson<RunJson>(stack.folder, "run");
});
after(() => stack.close());

/** The run as it ended. */
async function watched(runId: string): Promise<RunJson> {
  const { status, stdout, stderr } = await thaw(["watch", runId, "--json"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as RunJson;
}

async function predictionsOf(runId: string): Promise<ReadonlyMap<string, FullPrediction>> {
  const file = join(stack.folder, `${runId}.jsonl`);
  const { status, stderr } = await thaw(["get", runId, "evaluate/predictions.jsonl", "--out", file], {
    cwd: stack.folder,
  });
  assert.equal(status, 0, stderr);
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  const predictions = lines.map((line) => JSON.parse(line) as FullPrediction);
  // A manifest has the whole paths, a folder those below it.
  return new Map(predictions.map((prediction) => [prediction.path.split(sep).slice(-2).join(), prediction]));
}

test("a run that is started and left says what it will take, as earlier runs have", async () => {
  const { stderr, stdout } = await thaw(["run", "--detach", ...WRONG], { cwd: stack.folder });
  const runId = stdout.trim();
  assert.match(stderr, /About \d+ s of computing, as in earlier runs/);
  poor = await watched(runId);
  const again = await thawJson<StartedRunJson>(stack.folder, "run", "--detach", ...WRONG);
  assert.equal(again.forecast, undefined, "nothing has to be computed");
  await watched(again.runId);
});

test("two runs of one split are compared by McNemar's test on all of their test images", async () => {
  const { a, b, paired, onlyTestOf, labelledOtherwise } = await thawJson<CompareJson>(
    stack.folder,
    "compare",
    good.runId,
    poor.runId,
  );
  assert.deepEqual([a.runId, b.runId], [good.runId, poor.runId]);
  assert.deepEqual([a.accuracy, b.accuracy], [good.result?.testAccuracy, poor.result?.testAccuracy]);
  assert.deepEqual([onlyTestOf, labelledOtherwise], [{ a: 0, b: 0 }, 0]);
  const [ofGood, ofPoor] = [await predictionsOf(good.runId), await predictionsOf(poor.runId)];
  const right = ({ label, predicted }: FullPrediction): boolean => label === predicted;
  const pairs = [...ofGood].map(([path, one]) => {
    const other = ofPoor.get(path);
    assert.ok(other !== undefined, path);
    return [right(one), right(other)] as const;
  });
  const onlyA = pairs.filter(([one, other]) => one && !other).length;
  const onlyB = pairs.filter(([one, other]) => !one && other).length;
  assert.ok(onlyA > onlyB + 5, `${onlyA} and ${onlyB}: what was learned with the right names is better`);
  assert.deepEqual(
    { ...paired, pValue: undefined },
    {
      images: a.testImages,
      accuracyA: a.accuracy,
      accuracyB: b.accuracy,
      onlyA,
      onlyB,
      pValue: undefined,
      better: "a",
    },
  );
  const twoSided = Math.min(1, 2 * binomialTail(Math.max(onlyA, onlyB), onlyA + onlyB));
  assert.ok(Math.abs((paired?.pValue ?? 1) - twoSided) < 1e-9, `${paired?.pValue}, not ${twoSided}`);
});

test("the same by the models' names, as text, the other way round", async () => {
  const { status, stdout } = await thaw(["compare", "shapes@2", "shapes@1"], { cwd: stack.folder });
  assert.equal(status, 0);
  assert.match(stdout, /B is better \(McNemar's exact test, two-sided, p /);
});

test("runs of other splits are compared on the images that both held out", async () => {
  const own = ["--set", `data.path=${images}`, "--set", "name=others"];
  const other = await thawJson<RunJson>(stack.folder, "run", ...own);
  const found = await thawJson<CompareJson>(stack.folder, "compare", good.runId, "others");
  assert.equal(found.b.runId, other.runId);
  const common = [...(await predictionsOf(good.runId)).keys()];
  const ofOther = await predictionsOf(other.runId);
  const both = common.filter((path) => ofOther.has(path)).length;
  assert.ok(both > 0 && both < common.length);
  assert.equal(found.paired?.images, both);
  assert.deepEqual(found.onlyTestOf, { a: common.length - both, b: ofOther.size - both });
});

test("get shows every warning of a run and of its model, as the run's record has them", async () => {
  const { warnings = [] } = good.result ?? {};
  assert.ok(warnings.length > 0);
  for (const ref of [good.runId, "shapes@1"]) {
    const document = await thawJson<GetJson>(stack.folder, "get", ref);
    assert.deepEqual(document.warnings, warnings);
    const { stdout } = await thaw(["get", ref], { cwd: stack.folder });
    for (const { sentence, advice } of warnings)
      assert.ok(stdout.includes(sentence) && stdout.includes(advice), `${sentence}\n${stdout}`);
  }
});
