/** `bases: auto` and `precision: auto` from the plan to the model: what they take is settled when the run starts, and kept. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ExplainJson } from "../../../cli/json/explain.js";
import type { GetJson } from "../../../cli/json/get.js";
import type { PlanJson } from "../../../cli/json/plan.js";
import { fetchEvents, inputIn } from "../../../client/temporal/eventHistory.js";
import { baseCheckpoint } from "../../../runtime/components/download/baseCheckpoint.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { MODEL_CARD_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { RunInput, RunResult } from "../../../spec/pipeline/run.js";
import { readArtifactFile, requireManifest, storeFile } from "../../../store/artifacts/artifacts.js";
import { registerBase } from "../../../store/records/bases.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

/** 80 images: more than two batches of the frozen pass, so that its speed is measured. */
const PER_CLASS = 8;
const RUN_FILE = `
name: digits
data: { path: images, validation: 0.15 }
bases: auto
augment: { views: 1 }
head: { epochs: 10 }
unfreeze: { stages: [] }
evaluation: { folds: 0 }
precision: auto
`;
const PRECISION = { took: "float32", why: "it was not measured that bfloat16 takes less time on small@1" };
const PRECISION_SAID = `Frozen layers in float32 (precision: auto: ${PRECISION.why}).`;

let stack: Stack;
/** Of the commands alone: as on a machine that has fetched no weights. */
let env: Record<string, string>;
before(async () => {
  stack = await sharedStack();
  env = { THAW_CACHE: join(stack.folder, "empty-cache") };
  await smallImageSet(join(stack.folder, "images"), PER_CLASS);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

async function ok<T>(...args: string[]): Promise<{ document: T; said: string }> {
  const { status, stdout, stderr } = await thaw([...args, "--json"], { cwd: stack.folder, env });
  assert.equal(status, 0, stderr);
  return { document: JSON.parse(stdout) as T, said: stderr };
}

/** As `addSmallBase` registers `small`: without an engine that would try it. */
async function add(name: string, inputSize: number, licence = "MIT"): Promise<void> {
  const { store } = stack.session;
  await registerBase(store, {
    ...{ name, architecture: "efficientnet-lite0", inputSize, licence },
    createdAt: new Date().toISOString(),
    checkpoint: await storeFile(store, await baseCheckpoint("efficientnet-lite0")),
    ...{ source: "not stated", pretrainedOn: "not stated" },
  });
}

const namesOf = (named: readonly { readonly name: string }[] = []): readonly string[] =>
  named.map(({ name }) => name);

test("nothing is fetched: the plan names what is in the store, the cheapest first, and why the others are not taken", async () => {
  await add("own", 96);
  await add("unfree", 48, "CC-BY-NC-4.0");
  await add("copy", 96);
  const { document, said } = await ok<PlanJson>("plan");
  assert.deepEqual(document.precision, PRECISION);
  assert.ok(said.includes(PRECISION_SAID), said);
  const { taken, leftOut } = document.bases ?? { taken: [], leftOut: [] };
  // Of two names of one network the first counts, as the store lists them.
  assert.deepEqual(namesOf(taken), ["small@1", "copy@1"]);
  const why = new Map(leftOut.map((one) => [one.name, one.why]));
  assert.match(why.get("efficientnet-lite0") ?? "", /not on this machine/);
  assert.match(why.get("unfree@1") ?? "", /its licence, CC-BY-NC-4\.0/);
  assert.equal(why.get("own@1"), "it is the same network as copy@1");
  assert.deepEqual(
    document.stages.map(({ name }) => name).filter((name) => name.startsWith("features-")),
    ["features-1", "features-2"],
  );
});

test("the run keeps what was taken, with digests: a base that is added later changes nothing of it", async () => {
  const { document, said } = await ok<{ result: RunResult }>("run");
  assert.match(said, /`bases: auto` compares small@1 \(in the store\); copy@1 \(in the store\)\./);
  assert.match(said, /Left out: efficientnet-lite0 \(its weights are not on this machine/);
  const { runId, artifacts } = document.result;
  const {
    file,
    autoPrecision,
    candidates = {},
  } = inputIn(await fetchEvents(stack.session, runId)) as RunInput;
  assert.deepEqual(file.bases, ["small@1", "copy@1"]);
  assert.deepEqual(Object.keys(candidates), ["small@1", "copy@1"]);
  for (const { digest } of Object.values(candidates)) assert.match(digest, /^[0-9a-f]{64}$/);
  assert.ok(said.includes(PRECISION_SAID), said);
  assert.equal(file.precision, "float32");
  assert.deepEqual(autoPrecision, PRECISION);
  const { store } = stack.session;
  const card = await readArtifactFile(
    store,
    await requireManifest(store, artifacts.report as ArtifactRef),
    MODEL_CARD_FILE,
  );
  assert.match(card.toString(), /float32 \(precision: auto: it was not measured that bfloat16/);
  const { sentences } = (await ok<ExplainJson>("explain", runId)).document;
  assert.equal(sentences.at(-1), PRECISION_SAID);
  await add("later", 80);
  const stagesOf = async (...set: string[]) =>
    (await ok<PlanJson>("resume", runId, "--dry-run", ...set)).document.stages;
  assert.ok((await stagesOf()).every(({ action }) => action !== "run"));
  // Who asks anew is told anew.
  const anew = await stagesOf("--set", "bases=auto");
  const actions = anew.flatMap(({ name, action }) => (name.startsWith("features-") ? [action] : []));
  assert.deepEqual(actions, ["reuse", "run", "reuse"], "the new one is the second by its cost");
});

test("what each base costs is told with what it reaches, and where its time was measured", async () => {
  const { document } = await ok<GetJson>("get", "digits");
  const { candidates = [], chosen } = document.bases ?? {};
  assert.deepEqual(namesOf(candidates).toSorted(), ["copy@1", "small@1"]);
  assert.equal(candidates[0]?.name, chosen);
  for (const { cost } of candidates) {
    assert.ok((cost?.multiplyAdds ?? 0) > 1e7 && (cost?.passBytes ?? 0) > (cost?.weightBytes ?? 0));
    assert.ok((cost?.speed?.viewsPerSecond ?? 0) > 0);
    assert.match(cost?.speed?.machine ?? "", /processor/);
  }
  const [small, copy] = ["small@1", "copy@1"].map(
    (name) => candidates.find((one) => one.name === name)?.cost,
  );
  // 96 pixels a side against 64.
  assert.ok((copy?.multiplyAdds ?? 0) / (small?.multiplyAdds ?? 1) > 2);
  assert.equal(copy?.weightBytes, small?.weightBytes);
  const { stdout } = await thaw(["get", "digits"], { cwd: stack.folder, env });
  assert.match(stdout, /BASE +PROBE +95 % +MULT-ADDS +IMAGES\/S +WEIGHTS +MEMORY/);
});

/** Loaded before the command: notes each listing of the folder of images. */
const COUNTER = `
const fs = require("node:fs/promises");
const { readdir } = fs;
fs.readdir = (folder, ...rest) => {
  if (folder === process.env.COUNTED) require("node:fs").appendFileSync(process.env.COUNTED_INTO, "1");
  return readdir(folder, ...rest);
};
require("node:module").syncBuiltinESMExports();
`;

test("a command lists the images once, whatever it leaves to `auto`", async () => {
  const counter = join(stack.folder, "counter.cjs");
  await writeFile(counter, COUNTER);
  const cli = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));
  const listings = async (...args: string[]): Promise<string> => {
    const into = join(stack.folder, `${args[0]}-listings`);
    const counting = { COUNTED: join(stack.folder, "images"), COUNTED_INTO: into };
    const auto = ["bases=auto", "augment.views=auto", "head.dropout=0.3"].flatMap((value) => [
      "--set",
      value,
    ]);
    await promisify(execFile)(process.execPath, ["--require", counter, cli, ...args, ...auto, "--json"], {
      cwd: stack.folder,
      env: { ...process.env, ...env, ...counting },
    });
    return readFile(into, "utf8");
  };
  assert.equal(await listings("plan"), "1");
  assert.equal(await listings("resume", "latest", "--dry-run"), "1");
});
