/** ConvNeXt, whose features are normalized after the pooling, through a whole run: its norm's group tuned, maps, both exports. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import { findArchitecture } from "../../../learn/bases/architectures.js";
import { allTaken } from "../../../learn/import/torchUnits.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { FeaturesSummary } from "../../../spec/records/features.js";
import type { ReportData } from "../../../spec/records/report.js";
import { requireManifest } from "../../../store/artifacts/artifacts.js";
import { thawJson } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { pythonWithOnnx, runOnnx } from "../../support/models/onnxruntime.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { madeUp } from "../../unit/learn/families/support.js";
import { temporaryFolder } from "../../unit/learn/support.js";

const SIDE = 64;
const RUN_FILE = `
name: next
base: next
data: { path: images, validation: 0.2 }
recipe: staged
augment: { views: 1 }
head: { epochs: 15 }
unfreeze: { stages: [layer4], epochs: 1, gate: { rule: always } }
evaluation: { folds: 0 }
`;

let stack: Stack;
before(async () => {
  stack = await sharedStack();
  await drawnImages(join(stack.folder, "images"), 12, ["disc", "star"], { ground: "of-class" });
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  const { architecture, namings } = findArchitecture("convnext-atto");
  const [naming] = namings;
  assert.ok(naming);
  const tensors = allTaken(architecture, naming).map(
    ({ theirs, shape }) => [theirs, madeUp(theirs, shape)] as const,
  );
  await writeSafetensors(join(stack.folder, "next.safetensors"), new Map(tensors));
});
after(() => stack.close());

const ok = <T>(...args: string[]): Promise<T> => thawJson<T>(stack.folder, ...args);
const add = (name: string, ...more: string[]) => [
  ...["bases", "add", "next.safetensors", "-n", name, "-a", "convnext-atto", "--size", String(SIDE)],
  ...more,
];

/** Pictures of the input's size, which nothing cuts or scales: cropping is told by the export's own card. */
interface Labels {
  readonly labels: readonly string[];
  readonly preprocessing: { readonly resizeShortSideTo: number };
  readonly base: { readonly trainedOn?: string };
}

/** What `thaw predict` says of a picture is what onnxruntime says of the exported file. */
async function isExported(name: string, folder: string, trainedOn: string | undefined): Promise<void> {
  const { files } = await ok<{ files: { name: string }[] }>(
    "export",
    name,
    "--format",
    "onnx",
    "--out",
    folder,
  );
  const file = files.find((one) => one.name.endsWith(".onnx")) ?? assert.fail();
  await ok("export", name, "--format", "tfjs", "--out", join(folder, "tfjs"));
  const { labels, preprocessing, base } = JSON.parse(
    await readFile(join(folder, "labels.json"), "utf8"),
  ) as Labels;
  assert.equal(base.trainedOn, trainedOn);
  const python = await pythonWithOnnx();
  if (typeof python === "string") return;
  const { resizeShortSideTo: whole } = preprocessing;
  const border = Math.round((whole - SIDE) / 2);
  // Of the side that the picture is brought to, so that only the middle is cut out of it.
  const colours = Buffer.from(
    Uint8Array.from({ length: whole * whole * 3 }, (_, i) => (i * 37 + (i % 3) * 90) % 251),
  );
  const picture = join(folder, "picture.png");
  await sharp(colours, { raw: { width: whole, height: whole, channels: 3 } }).toFile(picture);
  const pixels = await sharp(picture)
    .extract({ left: border, top: border, width: SIDE, height: SIDE })
    .raw()
    .toBuffer();
  const bytes = await readFile(join(folder, file.name));
  const { probabilities } = await runOnnx(python, folder, bytes, pixels, SIDE).finally(python.close);
  const { predictions } = await ok<{ predictions: { label: string; confidence: number }[] }>(
    ...["predict", name, picture],
  );
  const [said] = predictions;
  const most = Math.max(...probabilities);
  assert.equal(said?.label, labels[probabilities.indexOf(most)]);
  assert.ok(Math.abs((said?.confidence ?? 0) - most) < 1e-4, `${said?.confidence} and ${most}`);
}

test("a run tunes its last group with the norm of its features, shows maps, and is exported", async (context) => {
  await ok(...add("next"));
  await ok("run");
  const report = await ok<ReportData>("report", "next", "--out", join(stack.folder, "report.html"));
  assert.deepEqual(
    report.stages.map(({ deepest, kept }) => [deepest, kept]),
    [["layer4", true]],
  );
  const maps = report.activationMaps?.maps ?? [];
  assert.ok(maps.length > 0);
  await isExported("next", await temporaryFolder(context), undefined);
});

test("in bfloat16 its features agree with float32's, or are float32's", async () => {
  const { result } = await ok<{ result: RunResult }>(
    ...["run", "--set", "name=narrow", "--set", "precision=bfloat16", "--set", "unfreeze.stages=[]"],
  );
  const { store } = stack.session;
  const manifest = await requireManifest(store, result.artifacts.features as ArtifactRef);
  const { precision } = manifest.summary as FeaturesSummary;
  assert.deepEqual([precision?.asked, precision?.used], ["bfloat16", "bfloat16"], JSON.stringify(precision));
});

test("one that takes blue first is predicted and exported as what takes red first", async (context) => {
  await ok(...add("blue", "--colour-order", "bgr"));
  await ok("run", "--set", "base=blue", "--set", "name=blue", "--set", "unfreeze.stages=[]");
  const report = await ok<ReportData>("report", "blue", "--out", join(stack.folder, "blue.html"));
  assert.equal(report.base.trainedOn, "BGR");
  await isExported("blue", await temporaryFolder(context), "BGR");
});
