/** `thaw export` against a real store: the files of a registered model predict what `thaw predict` predicts. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import type { ExportJson } from "../../../cli/json/export.js";
import type { PredictJson } from "../../../cli/json/predict.js";
import { decodeImage, encodePixels } from "../../../data/image/decode.js";
import { renderView } from "../../../data/views/views.js";
import { type Tensor, tf } from "../../../learn/engine.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { type Parameter, parameter } from "../../../learn/network/parameters.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import { randomStream } from "../../../rng/stream.js";
import { commitArtifact, refOf } from "../../../store/artifacts/artifacts.js";
import { sha256 } from "../../../store/artifacts/keys.js";
import { registerModel } from "../../../store/records/records.js";
import { thaw } from "../../support/cli/thaw.js";
import { TOLERANCE } from "../../support/models/exported.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { base, FIXTURES, largestDifference, pretrained } from "../../unit/learn/support.js";

const CLASSES = ["animal", "thing", "person"];
const PHOTOGRAPHS = ["astronaut", "chelsea", "coffee", "rocket"].map((name) =>
  join(FIXTURES, "photographs", `${name}.png`),
);
/** A unit that a stage of unfreezing has moved. */
const TUNED = "blocks.6.0.project.gamma";

let stack: Stack;
before(async () => {
  stack = await sharedServices();
  await registerTuned(stack);
});
after(() => stack.close());

/** Registers a model as a run does: the artifact has the head and the layers that were trained, nothing else. */
async function registerTuned({ session: { store }, folder }: Stack): Promise<void> {
  const { features } = base.architecture;
  const stream = randomStream(7, "head");
  const kernel = Float32Array.from(
    { length: features * CLASSES.length },
    (_, i) => 0.2 * (stream.uniform(i) - 0.5),
  );
  const gamma = parameter(await pretrained(), TUNED);
  const moved: Parameter = { ...gamma, data: gamma.data.map((value) => 1.1 * value) };
  const path = join(folder, "weights.safetensors");
  await writeSafetensors(
    path,
    new Map([
      [TUNED, moved],
      [HEAD_KERNEL, { shape: [features, CLASSES.length], data: kernel }],
      [HEAD_BIAS, { shape: [CLASSES.length], data: Float32Array.of(0.1, -0.2, 0.3) }],
    ]),
  );
  const { manifest } = await commitArtifact(store, {
    kind: "tune",
    key: sha256("tuned"),
    parameters: {},
    inputs: {},
    summary: null,
    engine: null,
    seconds: 0,
    files: { "weights.safetensors": path },
  });
  await registerModel(store, {
    name: "tuned",
    runId: "tuned-20260101-000000-abcd",
    createdAt: "2026-01-01T00:00:00.000Z",
    classes: CLASSES,
    base: base.name,
    background: "white",
    keepShortSide: 240,
    testAccuracy: 0.5,
    weights: refOf(manifest),
    artifacts: {},
  });
}

const run = (...args: readonly string[]) => thaw(args, { cwd: stack.folder });

async function exported(...args: readonly string[]): Promise<ExportJson> {
  const { status, stdout, stderr } = await run("export", "tuned", "--json", ...args);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as ExportJson;
}

/** What the exported model is given: the steps of docs/export.md with our own decoder. */
async function pixelsOf(path: string): Promise<Buffer> {
  const { pixels } = await decodeImage(await readFile(path), { background: "white", keepShortSide: 240 });
  return renderView(await encodePixels(pixels), base.input);
}

test("the exported LayersModel predicts what `thaw predict` predicts", async (t) => {
  const { model, folder, files } = await exported();
  assert.deepEqual(model, { name: "tuned", version: 1 });
  assert.equal(folder, resolve(stack.folder, "tuned-v1-tfjs"));
  assert.deepEqual((await readdir(folder)).sort(), files.map(({ name }) => name).sort());
  for (const { name, bytes, digest } of files) {
    const data = await readFile(join(folder, name));
    assert.deepEqual([data.length, sha256(data)], [bytes, digest], name);
  }
  const { status, stdout, stderr } = await run("predict", "tuned", "--json", ...PHOTOGRAPHS);
  assert.equal(status, 0, stderr);
  const { predictions } = JSON.parse(stdout) as PredictJson;
  const expected = predictions.flatMap(({ probabilities = {} }) => Object.values(probabilities));

  // Saturated probabilities would hide a difference.
  assert.ok(expected.filter((probability) => probability > 0.02 && probability < 0.98).length >= 6);

  const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
  const pixels = Buffer.concat(await Promise.all(PHOTOGRAPHS.map(pixelsOf)));
  const x = tf.tensor4d(Int32Array.from(pixels), [PHOTOGRAPHS.length, 224, 224, 3], "int32");
  const difference = largestDifference((loaded.predict(x) as Tensor).dataSync(), expected);
  t.diagnostic(`largest difference ${difference}`);
  assert.ok(difference < TOLERANCE, `differs by ${difference}`);
  const labels = JSON.parse(await readFile(join(folder, "labels.json"), "utf8")) as unknown;
  assert.deepEqual(labels, loaded.getUserDefinedMetadata());
  assert.deepEqual((labels as { labels: unknown }).labels, CLASSES);
});

test("a folder with other files is refused unless forced, and then keeps them", async () => {
  const folder = join(stack.folder, "tuned-v1-tfjs");
  await writeFile(join(folder, "notes.txt"), "mine");
  const refused = await run("export", "tuned");
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /tuned-v1-tfjs is not empty/);
  assert.match(refused.stderr, /--force/);
  const again = await exported("--force");
  assert.equal(await readFile(join(folder, "notes.txt"), "utf8"), "mine");
  assert.deepEqual(
    (await readdir(folder)).sort(),
    [...again.files.map(({ name }) => name), "notes.txt"].sort(),
  );
});

test("ONNX is one file beside the labels", async () => {
  const { format, folder, files } = await exported("--format", "onnx", "--out", "somewhere/else");
  assert.equal(format, "onnx");
  assert.equal(folder, resolve(stack.folder, "somewhere/else"));
  assert.deepEqual(
    files.map(({ name }) => name),
    ["labels.json", "model.onnx"],
  );
});

test("without --json the files are listed", async () => {
  const { status, stdout } = await run("export", "tuned@1", "--out", "listed");
  assert.equal(status, 0);
  assert.match(stdout, /tuned@1 as tfjs in .*listed\n/);
  assert.match(stdout, /group1-shard1of\d+\.bin +4\.2 MB +[0-9a-f]{12}/);
});

for (const { args, message } of [
  { args: ["export", "nothing"], message: /no model and no finished run "nothing"/ },
  { args: ["export", "tuned", "--format", "png"], message: /tfjs, onnx/ },
  { args: ["export", "tuned", "--out", "weights.safetensors"], message: /weights\.safetensors is a file/ },
]) {
  test(`\`thaw ${args.join(" ")}\` is wrong input`, async () => {
    const { status, stderr } = await run(...args);
    assert.equal(status, 2);
    assert.match(stderr, message);
  });
}
