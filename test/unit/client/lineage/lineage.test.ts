/** What came of what, by the records of a store. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { lineageText } from "../../../../cli/render/models/lineage.js";
import { lineage } from "../../../../client/lineage/lineage.js";
import { promote } from "../../../../client/models/aliases.js";
import { decodeImage } from "../../../../data/image/decode.js";
import { perceptualHash } from "../../../../data/image/phash.js";
import type { LineageNode } from "../../../../spec/lineageTree.js";
import type { ModelVersion } from "../../../../spec/records/model.js";
import type { Store } from "../../../../store/connection/connection.js";
import { referToUpload } from "../../../../store/images/uploads.js";
import { writeTick } from "../../../../store/records/ticks.js";
import { drawnPicture } from "../../../support/images/drawn.js";
import { memoryStore } from "../../../support/services/memoryStore.js";
import { digestOf, type MadeImage, makeVersion } from "../../../support/store/madeVersions.js";
import { plainScreen } from "../../cli/screens.js";

const UPLOAD = "c".repeat(64);
const CHECKPOINT = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db";

let folder: string;
let store: Store;
let objects: Map<string, Buffer>;
let first: ModelVersion;
let second: ModelVersion;
let onTop: ModelVersion;
let picture: Buffer;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-lineage-"));
  ({ store, objects } = memoryStore());
  picture = await drawnPicture("star", 1);
  const { pixels } = await decodeImage(picture, { background: "white", keepShortSide: 320 });
  const phash = await perceptualHash(pixels);
  const images: readonly MadeImage[] = [
    { content: "1", label: "cat", split: "train" },
    { content: "2", label: "dog", split: "validation" },
    { content: "3", label: "dog", split: "test" },
    { content: "4", label: "cat", split: "test", phash, path: "cat/looks-alike.jpg" },
  ];
  first = await makeVersion(store, folder, { name: "pets", runId: "pets-20260101-000000-aaaa", images });
  second = await makeVersion(store, folder, {
    ...{ name: "pets", runId: "pets-20260102-000000-bbbb" },
    images: [...images, { content: "5", label: "cat", split: "train" }],
    kept: [first.artifacts.ingest as never],
    run: { lineage: "retrain-pets-20260102-000000-cccc" },
  });
  onTop = await makeVersion(store, folder, {
    ...{ name: "farm", runId: "farm-20260103-000000-dddd" },
    images: [{ content: "9", label: "cow", split: "train" }],
    baseSpec: {
      ...{ name: "model:pets@1", architecture: "efficientnet-lite0", digest: "e".repeat(64) },
      ...{ layers: [], lineage: ["pets@1"], tunedOn: [first.artifacts.ingest as never] },
      origin: { source: "a package", licence: "MIT", pretrainedOn: "photographs" },
    },
  });
  await writeTick(store, {
    ...{ model: "pets", at: "2026-01-02T00:00:00.000Z", workflowId: "retrain-pets-20260102-000000-cccc" },
    ...{ schedule: "nightly", verdict: "promoted", sentence: "promoted", reasons: ["data"] },
    runId: second.runId,
  });
  await referToUpload(store, UPLOAD, "retrain-pets-20260102-000000-cccc");
  await promote(store, "pets@1", "champion", { note: "the first" });
  await promote(store, "pets@2");
});
after(() => rm(folder, { recursive: true }));

/** Every node of a tree, with the path of relations that leads to it. */
function flat(nodes: readonly LineageNode[], above = ""): readonly (readonly [string, LineageNode])[] {
  return nodes.flatMap((node) => {
    const path = `${above}/${node.relation ?? node.kind}`;
    return [[path, node] as const, ...flat(node.nodes ?? [], path)];
  });
}
const at = (nodes: readonly LineageNode[], path: string): readonly LineageNode[] =>
  flat(nodes).flatMap(([where, node]) => (where === path ? [node] : []));

test("a version is followed up to run, retraining, artifacts, images, upload, base and kept splits", async () => {
  const { subject, up, damaged } = await lineage(store, "pets@champion");
  assert.deepEqual([subject.kind, subject.name, damaged], ["model", "pets@2", []]);
  assert.equal(at(up, "/registered-by")[0]?.name, second.runId);
  const [retraining] = at(up, "/registered-by/started-by");
  assert.equal(retraining?.name, "retrain-pets-20260102-000000-cccc");
  assert.match(retraining?.text ?? "", /schedule nightly, because of data/);
  const stages = at(up, "/registered-by/stage");
  assert.deepEqual(
    stages.map(({ kind, name }) => [kind, name]),
    [
      ["dataset", "ingest"],
      ["artifact", "head"],
      ["artifact", "evaluate"],
      ["artifact", "report"],
    ],
  );
  assert.equal(stages[0]?.digest, second.artifacts.ingest?.digest);
  assert.match(stages[0]?.text ?? "", /5 images of 2 classes: 2 train, 1 validation, 2 test/);
  assert.equal(at(up, "/registered-by/stage/read-from")[0]?.name, "photos");
  assert.equal(at(up, "/registered-by/stage/uploaded-as")[0]?.digest, UPLOAD);
  assert.equal(at(up, "/registered-by/stage/keeps-splits-of")[0]?.name, "pets@1");
  assert.equal(at(up, "/base/checkpoint")[0]?.digest, CHECKPOINT);
});

test("a version is followed down to aliases, versions on its splits and models on top of it", async () => {
  const { down } = await lineage(store, "pets@1");
  const [decision] = at(down, "/meant-by");
  assert.deepEqual([decision?.name, decision?.now], ["pets@champion", false]);
  assert.match(decision?.text ?? "", /manual, by .*, until .*: the first/);
  assert.deepEqual(
    at(down, "/base-of").map(({ name }) => name),
    ["farm@1"],
  );
  assert.deepEqual(
    at(down, "/splits-kept-by").map(({ name }) => name),
    ["pets@2"],
  );
  const { up } = await lineage(store, "farm");
  assert.deepEqual(
    at(up, "/base/tuned-on").map(({ name, digest }) => [name, digest]),
    [["pets@1", first.artifacts.ingest?.digest]],
  );
  assert.ok(onTop.baseSpec);
});

test("a run leads to its version and all that is of that", async () => {
  const { subject, up, down } = await lineage(store, first.runId);
  assert.deepEqual([subject.kind, subject.name], ["run", first.runId]);
  assert.equal(at(up, "/stage").length, 4);
  assert.equal(at(down, "/registered")[0]?.name, "pets@1");
  assert.equal(at(down, "/registered/base-of")[0]?.name, "farm@1");
});

test("a digest is an artifact, by digest or key, with what it was made of and who has it", async () => {
  const evaluate = second.artifacts.evaluate ?? assert.fail();
  const { up, down } = await lineage(store, evaluate.key);
  assert.deepEqual(
    at(up, "/artifact/input").map(({ name, digest }) => [name, digest]),
    [
      ["ingest", second.artifacts.ingest?.digest],
      ["head", second.artifacts.head?.digest],
    ],
  );
  assert.ok(
    flat(up).some(([, { relation }]) => relation === "keeps-splits-of"),
    "down to the images",
  );
  assert.ok(at(down, "/artifact/held-by").some(({ name }) => name === "pets@2"));
  // Both versions answered alike: two artifacts of one digest, made of different things.
  assert.equal(first.artifacts.evaluate?.digest, evaluate.digest);
  for (const ref of [evaluate.digest, `sha256:${evaluate.digest.slice(0, 12)}`]) {
    const both = await lineage(store, ref);
    assert.equal(both.subject.name, evaluate.digest);
    assert.deepEqual(
      both.up.map(({ key }) => key).sort(),
      [first, second].map(({ artifacts }) => artifacts.evaluate?.key).sort(),
    );
  }
});

test("a digest is a file in an artifact, a checkpoint, an upload, or an image", async () => {
  const weights = [...objects]
    .find(([, data]) => data.toString() === `weights of ${first.runId}`)?.[0]
    .slice(-64);
  const ofWeights = await lineage(store, weights ?? "");
  assert.match(at(ofWeights.down, "/held-by")[0]?.text ?? "", /weights\.safetensors/);
  assert.ok(flat(ofWeights.down).some(([, { name }]) => name === "pets@1"));
  const ofCheckpoint = await lineage(store, CHECKPOINT.slice(0, 10));
  assert.deepEqual(ofCheckpoint.down.map(({ name }) => name).sort(), ["farm@1", "pets@1", "pets@2"]);
  assert.equal((await lineage(store, UPLOAD)).down[0]?.name, "retrain-pets-20260102-000000-cccc");
  const ofImage = await lineage(store, digestOf("1"));
  assert.equal(at(ofImage.down, "/in-dataset").length, 2, "in the datasets of both versions");
});

test("an image on this machine is found by its look: label, split, and who was tested on it", async () => {
  const path = join(folder, "renamed.png");
  await writeFile(path, picture);
  const { subject, down } = await lineage(store, path);
  assert.equal(subject.kind, "image");
  const found = at(down, "/in-dataset");
  assert.deepEqual(
    found.map(({ name, label, split }) => [name, label, split]),
    [
      ["cat/looks-alike.jpg", "cat", "test"],
      ["cat/looks-alike.jpg", "cat", "test"],
    ],
  );
  assert.match(found[0]?.text ?? "", /looks alike: 0 of 64 bits/);
  assert.deepEqual(
    at(down, "/in-dataset/held-out-by")
      .map(({ name }) => name)
      .sort(),
    ["farm@1", "pets@1", "pets@2"],
  );
  const through = at(down, "/in-dataset/held-out-by").find(({ name }) => name === "farm@1");
  assert.equal(through?.text, "through its base model:pets@1");
  assert.equal(at(down, "/in-dataset/held-out-by/meant-by")[0]?.name, "pets@champion");
});

test("of an image that a version learned from it says so, and what nobody knows is in nothing", async () => {
  const { down } = await lineage(store, digestOf("5"));
  assert.deepEqual(
    at(down, "/in-dataset/trained-on-by").map(({ name }) => name),
    ["pets@2"],
  );
  const validated = await lineage(store, digestOf("2"));
  assert.equal(at(validated.down, "/in-dataset/validated-by").length, 3);
  const path = join(folder, "note.txt");
  await writeFile(path, "no image at all");
  const none = await lineage(store, path);
  assert.deepEqual(none.down, []);
  assert.match(none.subject.text ?? "", /by its bytes alone/);
  assert.match(lineageText(none, plainScreen(80)), /in no dataset, artifact or record/);
});

test("what is nothing of all that is refused, with what there is", async () => {
  await assert.rejects(lineage(store, "pet"), { code: "NOT_FOUND", hint: /pets/ });
  await assert.rejects(lineage(store, "pets@7"), { code: "NOT_FOUND", message: /no version 7/ });
  await assert.rejects(lineage(store, "abcdef012345"), {
    code: "NOT_FOUND",
    message: /no digest in the store/,
  });
});

test("a dataset whose list is damaged is named, and the others are searched", async () => {
  const digest =
    [...objects].find(([key, data]) => key.startsWith("objects/") && data.includes('"group":"9"'))?.[0] ?? "";
  const sound = objects.get(digest) ?? assert.fail();
  objects.set(digest, Buffer.from("{}"));
  const { down, damaged } = await lineage(store, digestOf("5"));
  objects.set(digest, sound);
  assert.equal(at(down, "/in-dataset").length, 1);
  assert.match(damaged[0]?.record ?? "", /^artifacts\/ingest\//);
});

test("the text fits 80 columns, but for digests that are to be copied, and is indented by depth", async () => {
  for (const ref of ["pets@1", "pets@2", first.runId, digestOf("1")]) {
    const text = lineageText(await lineage(store, ref), plainScreen(80), new Date("2026-01-05"));
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  }
  const text = lineageText(await lineage(store, "pets"), plainScreen(80), new Date("2026-01-05"));
  assert.match(text, /\nmade of\n {2}registered by pets-20260102-000000-bbbb/);
  assert.match(text, /\n {4}started by retrain-pets/);
  assert.match(text, /\nmade of it\n {2}meant by pets@champion: .* now, manual/);
});
