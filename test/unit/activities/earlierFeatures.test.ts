/** Features of earlier datasets are taken where everything that decides their numbers is the same, and nowhere else. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { TrainingDependencies } from "../../../activities/context.js";
import { earlierFeatures, isAsAsked, isDecodedAlike } from "../../../activities/heavy/earlierFeatures.js";
import type { StageInputs } from "../../../activities/heavy/stageRunner.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { ownArithmetic } from "../../../spec/engine/processor.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { planStages, type StagePlan } from "../../../spec/pipeline/stages.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { type ArtifactManifest, commitArtifact } from "../../../store/artifacts/artifacts.js";
import { stageKey } from "../../../store/artifacts/keys.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const ENGINE = "gpu tensorflow 1";
const FILE = runFileSchema.parse({ name: "pets", data: { path: "images" } });

const stageOf = (kind: string, file = FILE): StagePlan => {
  const found = planStages(file).find((plan) => plan.kind === kind);
  assert.ok(found);
  return found;
};

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const refOf = ({ kind, key, digest }: ArtifactManifest): ArtifactRef => ({ kind, key, digest });

async function bench(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-earlier-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const { store, objects } = memoryStore();
  let files = 0;
  const commit = async (
    stage: StagePlan,
    inputs: Record<string, string>,
    name: string,
    content: string,
    summary: object = {},
  ) => {
    const path = join(folder, `file-${files++}`);
    await writeFile(path, content);
    const { manifest } = await commitArtifact(store, {
      ...{ kind: stage.kind, codeVersion: stage.codeVersion, parameters: stage.parameters, inputs },
      ...{ key: stageKey(stage, inputs, ENGINE), engine: stage.usesEngine ? ENGINE : null },
      ...{ summary: { of: content, ...summary }, seconds: 1, files: { [name]: path } },
    });
    return manifest;
  };
  const lines = (images: readonly string[]): string =>
    images
      .map((image) => {
        const place = { pack: "pack-000.bin", offset: 0, length: 1 };
        return `${JSON.stringify({ path: image, sha256: digestOf(image), label: 0, split: "train", ...place })}\n`;
      })
      .join("");
  const dataset = (images: readonly string[], stage = stageOf("ingest")) =>
    commit(stage, { source: digestOf(images.join()) }, "images.jsonl", lines(images));
  const features = (
    ingest: ArtifactManifest,
    content: string,
    summary: object = {},
    stage = stageOf("features"),
  ) => commit(stage, { ingest: ingest.digest }, "features.f32", content, summary);

  /** What is found for a dataset of these images. */
  const find = async (
    images: readonly string[],
    earlier: readonly ArtifactManifest[],
    { stage = stageOf("features"), engine = ENGINE, ingest = stageOf("ingest") } = {},
  ) => {
    const own = await dataset(images, ingest);
    const ownFolder = join(folder, `own-${files++}`);
    await mkdir(ownFolder);
    await writeFile(join(ownFolder, "images.jsonl"), lines(images));
    const inputs: StageInputs = { manifest: () => own, folder: async () => ownFolder };
    const run = {
      runId: "r",
      file: FILE,
      dataPath: "/images",
      thawVersion: "0",
      earlier: earlier.map(refOf),
    };
    const request: StageRequest = { run, stage, inputs: { ingest: refOf(own) } };
    const dependencies = { store, workFolder: join(folder, "work"), engineFingerprint: engine };
    const told: string[] = [];
    const found = await earlierFeatures(
      dependencies as unknown as TrainingDependencies,
      store,
      request,
      inputs,
      ({ digest }) => digest,
      (sentence) => told.push(sentence),
    );
    return { scratches: found.map(({ scratch }) => scratch), told: told.filter((one) => /cannot/.test(one)) };
  };
  return { objects, dataset, features, find };
}

const NOTHING = { scratches: [], told: [] };

test("features of an earlier dataset are found, and those of this very dataset are no earlier ones", async (context) => {
  const { dataset, features, find } = await bench(context);
  const before = await dataset(["a", "b"]);
  assert.deepEqual(await find(["a", "b", "c"], [before]), NOTHING, "it has none yet");
  await features(before, "numbers");
  assert.deepEqual(await find(["a", "b", "c"], [before]), { scratches: [before.digest], told: [] });
  assert.deepEqual(await find(["a", "b"], [before]), NOTHING);
  assert.deepEqual(await find(["c", "d"], [before]), NOTHING, "no image of it is here");
});

test("the newest comes first, and those that add nothing are left out", async (context) => {
  const { dataset, features, find } = await bench(context);
  const sets = [];
  for (const images of [["a"], ["x"], ["a", "b"], ["b", "c"]]) {
    const set = await dataset(images);
    await features(set, images.join());
    sets.push(set);
  }
  const [, second, third, fourth] = sets.map(({ digest }) => digest);
  assert.deepEqual((await find(["a", "b", "c", "d"], sets)).scratches, [fourth, third]);
  assert.deepEqual((await find(["c", "x"], sets)).scratches, [fourth, second]);
});

const changed = (changes: object): StagePlan =>
  stageOf("features", runFileSchema.parse({ ...FILE, ...changes }));
const OTHERS: readonly (readonly [string, Parameters<Awaited<ReturnType<typeof bench>>["find"]>[2]])[] = [
  ["another base", { stage: changed({ base: "efficientnet-lite1" }) }],
  ["other views", { stage: changed({ augment: { ...FILE.augment, rotate: 3 } }) }],
  ["another number of views", { stage: changed({ augment: { ...FILE.augment, views: 3 } }) }],
  ["another seed", { stage: changed({ seed: FILE.seed + 1 }) }],
  ["other code", { stage: { ...stageOf("features"), codeVersion: 99 } }],
  ["another device", { stage: { ...stageOf("features"), device: "cpu" } }],
  [
    "a run that makes it anew",
    { stage: { ...stageOf("features"), parameters: { ...stageOf("features").parameters, anew: "r" } } },
  ],
  ["another TensorFlow", { engine: "tensorflow 2" }],
  ["other code of ingest", { ingest: { ...stageOf("ingest"), codeVersion: 99 } }],
  [
    "images kept at another size",
    {
      ingest: stageOf(
        "ingest",
        runFileSchema.parse({ ...FILE, data: { ...FILE.data, keep_short_side: 64 } }),
      ),
    },
  ],
  [
    "another background",
    {
      ingest: stageOf(
        "ingest",
        runFileSchema.parse({ ...FILE, data: { ...FILE.data, background: "black" } }),
      ),
    },
  ],
];
for (const [what, other] of OTHERS) {
  test(`${what} takes nothing over`, async (context) => {
    const { dataset, features, find } = await bench(context);
    const before = await dataset(["a", "b"]);
    await features(before, "numbers");
    assert.deepEqual((await find(["a", "b", "c"], [before])).scratches, [before.digest]);
    const { scratches } = await find(["a", "b", "d"], [before], other);
    assert.deepEqual(scratches, []);
  });
}

const asked = { asked: "bfloat16", pictures: 8, cosine: 0.9999 };

test("rows in bfloat16 are as asked where this machine would compute the same bits, rows in float32 always", () => {
  const both = ["multiplied", "rounded"] as const;
  for (const own of both) {
    const isTaken = (precision?: object): boolean =>
      isAsAsked({ summary: precision === undefined ? {} : { precision } }, () => own);
    for (const arithmetic of both)
      assert.equal(isTaken({ ...asked, used: "bfloat16", arithmetic }), arithmetic === own);
    assert.equal(isTaken({ ...asked, used: "bfloat16" }), false, "it does not say");
    assert.equal(isTaken({ ...asked, used: "float32" }), false);
    assert.equal(isTaken(), true);
  }
  const inFloat32 = () => assert.fail("nobody asks for the processor in float32");
  assert.equal(isAsAsked({ summary: {} }, inFloat32), true);
});

test("features in bfloat16 from a processor of the other kind are not taken over, nor are those that do not say", async (context) => {
  const { dataset, features, find } = await bench(context);
  const stage = changed({ precision: "bfloat16" });
  const own = ownArithmetic();
  const other = own === "rounded" ? "multiplied" : "rounded";
  const before: ArtifactManifest[] = [];
  for (const [image, precision] of [
    ["a", { ...asked, used: "bfloat16", arithmetic: own }],
    ["b", { ...asked, used: "bfloat16", arithmetic: other }],
    ["c", { ...asked, used: "bfloat16" }],
  ] as const) {
    const set = await dataset([image]);
    await features(set, `numbers of ${image}`, { precision }, stage);
    before.push(set);
  }
  const { scratches, told } = await find(["a", "b", "c", "d"], before, { stage });
  assert.deepEqual(scratches, [before[0]?.digest]);
  assert.deepEqual(told, []);
});

test("other splits and a parameter of ingest that nobody knows: the former are the same pixels, the latter may not be", () => {
  const plain = { codeVersion: 4, parameters: stageOf("ingest").parameters };
  const others = { test: 0.5, validation: 0.3, seed: 9, leaks: "report", met: ["1"], kept: ["2"] };
  assert.ok(isDecodedAlike(plain, { codeVersion: 4, parameters: { ...plain.parameters, ...others } }));
  assert.ok(!isDecodedAlike(plain, { codeVersion: 4, parameters: { ...plain.parameters, sharpen: true } }));
  const unknown = { parameters: plain.parameters };
  assert.ok(!isDecodedAlike(unknown, unknown), "of artifacts that do not say, it is not known");
});

test("what is damaged or gone is computed anew, and said", async (context) => {
  const { objects, dataset, features, find } = await bench(context);
  const [gone, damaged] = [await dataset(["a"]), await dataset(["b"])];
  const lost = await features(gone, "lost numbers");
  const torn = await features(damaged, "torn numbers");
  const digest = lost.files[0]?.digest ?? "";
  objects.delete(`objects/${digest.slice(0, 2)}/${digest}`);
  objects.set(`artifacts/features/${torn.key}/manifest.json`, Buffer.from("{}"));
  const { scratches, told } = await find(["a", "b", "c"], [gone, damaged]);
  assert.deepEqual(scratches, []);
  assert.equal(told.length, 2);
  for (const sentence of told) assert.match(sentence, /^features of an earlier run cannot be used again: /);
});
