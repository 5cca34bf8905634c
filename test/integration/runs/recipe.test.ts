/** The recipe decides by evidence on images: too few, enough, and labels that mean nothing. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { RecipeSummary } from "../../../spec/records/recipe.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { drawnFolder } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

const images = await drawnFolder(20);
const QUICK =
  "base: small\naugment: { views: 1 }\nhead: { epochs: 10 }\nunfreeze: { stages: [blocks.6, blocks.5], epochs: 1 }\nevaluation: { folds: 0 }\n";

interface View {
  readonly runId: string;
  readonly stages: readonly { readonly name: string; readonly state: string; readonly note?: string }[];
  readonly result?: RunResult;
  readonly failure?: { readonly code: string; readonly message: string; readonly hint?: string };
}

let stack: Stack;
before(async () => {
  stack = await sharedStack();
});
after(() => stack.close());

async function run(
  name: string,
  data: string,
  ...args: string[]
): Promise<{ status: number | null; view: View }> {
  const path = join(stack.folder, `${name}.yaml`);
  await writeFile(path, `name: ${name}\ndata: { path: ${data}, outside: allow }\n${QUICK}`);
  const { status, stdout, stderr } = await thaw(["run", path, "--json", ...args], { cwd: stack.folder });
  assert.notEqual(stdout, "", stderr);
  return { status, view: JSON.parse(stdout) as View };
}

async function plan(name: string): Promise<Map<string, { action: string; why: string }>> {
  const { status, stdout, stderr } = await thaw(["plan", join(stack.folder, `${name}.yaml`), "--json"], {
    cwd: stack.folder,
  });
  assert.equal(status, 0, stderr);
  const { stages } = JSON.parse(stdout) as { stages: { name: string; action: string; why: string }[] };
  return new Map(stages.map((stage) => [stage.name, stage]));
}

/** A manifest of drawn images. @param labelOf the label of an image, by its position and its true label */
async function someOfEach(
  name: string,
  perClass: number,
  labelOf: (index: number, label: string) => string,
): Promise<string> {
  const lines: string[] = [];
  for (const label of (await readdir(images)).sort()) {
    for (const file of (await readdir(join(images, label))).sort().slice(0, perClass)) {
      const path = join(images, label, file);
      lines.push(JSON.stringify({ path, label: labelOf(lines.length, label) }));
    }
  }
  const manifest = join(stack.folder, `${name}.jsonl`);
  await writeFile(manifest, `${lines.join("\n")}\n`);
  return manifest;
}

test("twenty images of two shapes: the head only, the reason, and a model all the same", async () => {
  const { status, view } = await run("few", await drawnFolder(10, ["disc", "star"]));
  assert.equal(status, 0);
  const stages = new Map(view.stages.map((stage) => [stage.name, stage]));
  assert.equal(stages.get("recipe")?.state, "done");
  for (const name of ["tune-1", "tune-2"]) {
    assert.equal(stages.get(name)?.state, "skipped");
    assert.match(stages.get(name)?.note ?? "", /no fine-tuning: \d+ images/);
  }
  assert.deepEqual(
    view.result?.byStage.map(({ stage }) => stage),
    ["head"],
  );
  assert.equal(view.result?.artifacts["tune-1"], undefined);
  const planned = await plan("few");
  for (const [name, { action, why }] of planned) {
    assert.equal(action, name.startsWith("tune-") ? "skip" : "reuse", name);
    if (action === "skip") assert.match(why, /no fine-tuning/);
  }
  const out = join(stack.folder, "report.html");
  assert.equal((await thaw(["report", view.runId, "--out", out], { cwd: stack.folder })).status, 0);
});

test("120 images: staged, one stage, because they are few", async () => {
  const { status, view } = await run("enough", await someOfEach("enough", 12, (_, label) => label));
  assert.equal(status, 0);
  const states = new Map(view.stages.map(({ name, state }) => [name, state]));
  assert.ok(["done", "rolled-back"].includes(states.get("tune-1") ?? ""), states.get("tune-1"));
  assert.equal(states.get("tune-2"), "skipped");
  assert.deepEqual(
    view.result?.byStage.map(({ stage }) => stage),
    ["head", "tune-1"],
  );
});

test("without room for activations a run trains all the same, and one with room takes its artifacts", async () => {
  const data = await someOfEach("cramped", 12, (_, label) => label);
  const none = await run("cramped", data, "--set", "seed=2", "--set", "scratch.budget=0GB");
  assert.equal(none.status, 0);
  const noteOf = (name: string) => none.view.stages.find((stage) => stage.name === name)?.note ?? "";
  assert.match(
    noteOf("features"),
    // Of so few images only the first stage may run, and nothing is wanted for the second.
    /activations: 0 B of .* kept; blocks\.6 recomputed in each epoch$/,
  );
  const { stages } = (await thawJson(
    stack.folder,
    ...["plan", join(stack.folder, "cramped.yaml"), "--set", "seed=2"],
  )) as { stages: readonly { name: string; action: string }[] };
  for (const { name, action } of stages) assert.ok(["reuse", "skip"].includes(action), `${name}: ${action}`);
});

test("the same images with labels that mean nothing: the run fails and says why and what would help", async () => {
  // A Latin square: each label has two of each shape, and the n-th drawing of each shape another one. A shuffle may mean something by chance.
  const shuffled = await someOfEach("shuffled", 20, (index) => `${(index + Math.floor(index / 20)) % 10}`);
  const { status, view } = await run("shuffled", shuffled);
  assert.equal(status, 1);
  assert.equal(view.failure?.code, "DATA_UNLEARNABLE");
  assert.match(view.failure?.message ?? "", /cannot be told from the images/);
  assert.match(view.failure?.hint ?? "", /labels were mixed up/);
  const states = new Map(view.stages.map(({ name, state }) => [name, state]));
  assert.equal(states.get("recipe"), "failed");
  assert.equal(states.get("head"), "not-run");
  const out = join(stack.folder, "recipe.json");
  await thawJson(stack.folder, "get", view.runId, "recipe/recipe.json", "--out", out);
  const { evidence, decision } = JSON.parse(await readFile(out, "utf8")) as RecipeSummary;
  assert.equal(decision.choice, "unlearnable");
  assert.ok(evidence.probe.interval[0] <= evidence.majority);
});
