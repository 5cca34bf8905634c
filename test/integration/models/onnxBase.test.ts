/** A network that only its ONNX file describes, from `thaw bases add` to a tuned model and its exports, through real services. */
import assert from "node:assert/strict";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { BaseJson } from "../../../cli/json/bases.js";
import type { GetJson } from "../../../cli/json/get.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import type { ReportData } from "../../../spec/records/report.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import { readBase } from "../../../store/records/bases.js";
import { readModel, readRun } from "../../../store/records/records.js";
import { withData } from "../../fuzz/checkpoints/onnxData.js";
import { decode, encode } from "../../fuzz/checkpoints/onnxFields.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { ALL_SHAPES } from "../../support/images/shapes.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { fixture } from "../../unit/learn/support.js";

const PER_CLASS = 14;
const RUN_FILE = `
name: field
base: field
data: { path: images, validation: 0.2 }
recipe: staged
augment: { views: 2 }
head: { epochs: 25 }
unfreeze: { epochs: 2 }
evaluation: { folds: 0 }
`;

let stack: Stack;
before(async () => {
  stack = await sharedStack();
  const { read } = fixture<{ read: { network: string; what: string; file: string }[] }>(
    "files/onnxGraphs.json",
  );
  await drawnImages(join(stack.folder, "images"), PER_CLASS, ALL_SHAPES, { ground: "of-class" });
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  for (const network of ["resnext", "dilated", "vgg", "squeezenet"]) {
    const found = read.find((one) => one.network === network);
    assert.ok(found);
    const bytes = gunzipSync(Buffer.from(found.file, "base64"));
    // One of them as PyTorch writes it since 2.9, with its weights in a file of their own.
    const data = network === "dilated" ? `${network}.onnx.data` : undefined;
    const { model, files } = withData(decode(bytes), () => data);
    await writeFile(join(stack.folder, `${network}.onnx`), encode(model));
    for (const [name, numbers] of files) await writeFile(join(stack.folder, name), numbers);
  }
});
after(() => stack.close());

const ok = <T>(...args: string[]): Promise<T> => thawJson<T>(stack.folder, ...args);
const refusal = (...args: string[]): Promise<string> => thawRefusal(stack.folder, ...args);

test("an ONNX file needs a name only, and what was made of it is told", async () => {
  const { status, stdout, stderr } = await thaw(["bases", "add", "resnext.onnx", "-n", "field"], {
    cwd: stack.folder,
  });
  assert.deepEqual([status, stdout.trim()], [0, "field@1"], stderr);
  assert.match(stderr, /Read as a graph: runs can tune layer1, and the rest stays frozen\./);
  assert.match(
    stderr,
    /Its 16 features are the means of \/features.*; Gemm \(.*\) and what follows is left\./,
  );
  // The graph divides its pixels by 255 itself.
  assert.match(stderr, /scale 0\.\.255\)\. Of these, scale, crop are guessed from the file\./);
  const { bases } = await ok<{ bases: BaseJson[] }>("bases");
  const base = bases.find(({ name }) => name === "field");
  assert.deepEqual([base?.architecture, base?.inputSize, base?.network?.features], ["onnx-1", 32, 16]);
  // The same network again is the same version.
  const again = await ok<BaseJson>("bases", "add", "resnext.onnx", "-n", "field");
  assert.deepEqual([again.version, again.sha256], [1, base?.sha256]);
  const other = await ok<BaseJson>(
    ...["bases", "add", "dilated.onnx", "-n", "spread", "--scale", "imagenet"],
  );
  assert.equal(other.architecture, "onnx-2-fixed");
  assert.notEqual(other.sha256, base?.sha256);
});

test("a graph whose user says that it takes blue first is turned, which is told and is another base", async () => {
  const add = ["bases", "add", "resnext.onnx", "-n", "turned"];
  const plain = await ok<BaseJson>(...add, "--colour-order", "rgb");
  const { stderr } = await thaw([...add, "--colour-order", "bgr"], { cwd: stack.folder });
  assert.match(stderr, /trained on pixels in the order blue, green, red/);
  assert.match(stderr, /Its input: RGB \(it was trained on BGR, and is turned\), 32 × 32/);
  const { bases } = await ok<{ bases: BaseJson[] }>("bases");
  const turned = bases.find(({ name }) => name === "turned");
  assert.deepEqual([plain.trainedOn, turned?.trainedOn, turned?.version], ["RGB", "BGR", 2]);
  assert.notEqual(turned?.sha256, plain.sha256);
  const { store } = stack.session;
  const [one, other] = [await readBase(store, "turned", 1), await readBase(store, "turned", 2)];
  assert.notDeepEqual(one?.golden?.features, other?.golden?.features);
});

test("what cannot be known or read is refused in words", async () => {
  assert.match(await refusal("bases", "add", "vgg.onnx", "-n", "x"), /--scale imagenet/);
  assert.match(
    await refusal("bases", "add", "vgg.onnx", "-n", "x", "--size", "64"),
    /takes pictures of 32 pixels, --size says 64/,
  );
  assert.match(
    await refusal("bases", "add", "vgg.onnx", "-n", "x", "--output", "nothing"),
    /vgg\.onnx cannot be a base: its graph has no value called nothing/,
  );
  assert.match(
    await refusal("bases", "add", "vgg.onnx", "-n", "x", "--weights", "ema"),
    /an ONNX file holds one network/,
  );
  assert.match(
    await refusal("run", "--set", "base=spread", "--set", "compare.scratch=true"),
    /a part stands for its structure/,
  );
  assert.match(
    await refusal("run", "--set", "unfreeze.stages=[layer2]"),
    /names the layer group layer2, which the base field does not have\nhint: its layer groups, from the top: layer1/,
  );
});

test("a run tunes its layer groups, and the model predicts and is exported", async () => {
  const { result } = await ok<{ result: RunResult }>("run");
  const model = await readModel(stack.session.store, result.model, result.version);
  assert.deepEqual([model?.base, model?.baseSpec?.architecture], ["field@1", "onnx-1"]);
  const report = await ok<ReportData>("report", "field", "--out", join(stack.folder, "report.html"));
  assert.deepEqual(report.base.layerGroups, ["stem", "layer1"]);
  assert.deepEqual(
    report.stages.map(({ deepest }) => deepest),
    ["layer1"],
  );
  assert.ok(report.recipe?.domain, "its batch norms remember");
  assert.ok((report.activationMaps?.maps.length ?? 0) > 0);
  const [hardest] = report.evaluation.topLosses ?? [];
  assert.ok(hardest);
  const { predictions } = await ok<{ predictions: { label: string; confidence: number }[] }>(
    ...["predict", "field", join("images", hardest.path)],
  );
  assert.equal(predictions[0]?.label, report.evaluation.classes[hardest.predicted]);
  for (const format of ["onnx", "tfjs"]) {
    const { files } = await ok<{ files: { name: string; bytes: number }[] }>(
      ...["export", "field", "--format", format, "--out", join(stack.folder, format)],
    );
    assert.ok(files.length > 0);
  }
});

test("a model of such a base is a base, and a frozen part that stands for a structure stays as it is", async () => {
  const settings = [
    "--set",
    "base=spread",
    "--set",
    "name=spread",
    "--set",
    "unfreeze.stages=[layer2, layer1]",
  ];
  const { result } = await ok<{ result: RunResult }>("run", ...settings);
  const model = await readModel(stack.session.store, result.model, result.version);
  assert.equal(model?.baseSpec?.architecture, "onnx-2-fixed");
  const { bases } = await ok<{ bases: BaseJson[] }>("bases");
  assert.ok(bases.some(({ name }) => name === "spread"));
  const again = await ok<{ result: RunResult }>(
    ...["run", "--set", "base=model:field", "--set", "name=again", "--set", "unfreeze.stages=[]"],
  );
  assert.equal(
    (await readModel(stack.session.store, again.result.model, 1))?.baseSpec?.architecture,
    "onnx-1",
  );
});

test("bases: auto takes graphs, and their comparison tells what they cost", async () => {
  interface Plan {
    readonly bases: { readonly taken: { name: string }[]; readonly leftOut: { name: string; why: string }[] };
  }
  const head = ["--set", "unfreeze.stages=[]", "--set", "name=compared"];
  const { bases } = await ok<Plan>("plan", "--set", "bases=auto", ...head);
  const taken = bases.taken.map(({ name }) => name);
  for (const name of ["field@1", "spread@1"]) assert.ok(taken.includes(name), JSON.stringify(bases));
  await ok("run", "--set", "bases=[field, spread]", ...head);
  const { bases: compared } = await ok<GetJson>("get", "compared");
  const costs = new Map(compared?.candidates.map(({ name, cost }) => [name, cost]));
  assert.deepEqual([...costs.keys()].toSorted(), ["field", "spread"]);
  const { bases: listed } = await ok<{ bases: BaseJson[] }>("bases");
  for (const [name, cost] of costs) {
    const network = listed.find((one) => one.name === name)?.network;
    assert.ok(network?.passBytes !== undefined && network.passBytes > (network.weightBytes ?? 0));
    const { multiplyAdds, weightBytes, passBytes } = network;
    assert.deepEqual(
      { ...cost, speed: undefined },
      { multiplyAdds, weightBytes, passBytes, speed: undefined },
    );
  }
});

test("retrainings go on from a champion on a graph: with stages of unfreezing from its weights, or its head alone", async () => {
  const drawn = await drawnImages(join(stack.folder, "drawn"), PER_CLASS + 2, ALL_SHAPES, {
    ground: "of-class",
  });
  const addUntil = async (count: number): Promise<void> => {
    for (const shape of ALL_SHAPES) {
      const names = (await readdir(join(drawn, shape))).sort().slice(0, count);
      for (const name of names)
        await copyFile(join(drawn, shape, name), join(stack.folder, "images", shape, name));
    }
  };
  const sets = ["model.drift=false", "model.promote=never", "model.min_new_per_class=1"];
  const retrained = async (depth: string): Promise<ModelVersion> => {
    const asked = [...sets, `model.depth=${depth}`, "unfreeze.gate.rule=always"];
    const tick = await ok<Tick>("retrain", ...asked.flatMap((set) => ["--set", set]));
    assert.equal(tick.depth?.depth, depth, tick.sentence);
    const result = await readRun(stack.session.store, tick.runId ?? "");
    return (
      (await readModel(stack.session.store, "field", result?.version ?? 0)) ?? assert.fail(tick.sentence)
    );
  };
  const { result } = await ok<{ result: RunResult }>("run", "--set", "unfreeze.gate.rule=always");
  await ok("promote", `field@${result.version}`, "--note", "so that the champion has tuned layers");
  await addUntil(PER_CLASS + 1);
  const tuned = await retrained("from-champion");
  assert.deepEqual([tuned.baseSpec?.architecture, tuned.weights.kind], ["onnx-1", "tune"]);
  await ok("promote", `field@${tuned.version}`, "--note", "likewise");
  await addUntil(PER_CLASS + 2);
  const headed = await retrained("head");
  assert.deepEqual([headed.base, headed.weights.kind], [`model:field@${tuned.version}`, "head"]);
  assert.ok(headed.baseSpec?.network && headed.baseSpec.layers.length > 0);
  assert.notEqual(headed.baseSpec.digest, tuned.baseSpec?.digest);
});
