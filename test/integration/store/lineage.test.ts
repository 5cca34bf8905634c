/** What changed and what came of what, by commands, on a real store without workers: two small versions and what was decided on them. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { GetJson } from "../../../cli/json/get.js";
import type { DiffJson, LineageJson, ModelsJson } from "../../../cli/json/models.js";
import type { LineageNode } from "../../../spec/lineageTree.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { digestOf, type MadeImage, makeVersion } from "../../support/store/madeVersions.js";

const RUNS = ["pets-20260101-000000-aaaa", "pets-20260102-000000-bbbb"] as const;
const LINEAGE = "retrain-pets-20260102-000000-cccc";
const IMAGES: readonly MadeImage[] = [
  { content: "1", label: "cat", split: "train" },
  { content: "2", label: "dog", split: "test" },
  { content: "3", label: "cat", split: "test" },
];

let stack: Stack;
let first: ModelVersion;
before(async () => {
  stack = await sharedServices();
  const { store } = stack.session;
  const folder = join(stack.folder, "made");
  first = await makeVersion(store, folder, { name: "pets", runId: RUNS[0], images: IMAGES });
  const { ingest } = first.artifacts;
  await makeVersion(store, folder, {
    ...{ name: "pets", runId: RUNS[1], run: { lineage: LINEAGE }, file: { head: { epochs: 12 } } },
    images: [...IMAGES.slice(0, 2), { content: "4", label: "dog", split: "train" }],
    kept: ingest === undefined ? [] : [ingest],
  });
  const { status, stderr } = await thaw(["promote", "pets@2", "--note", "sharper"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
});
after(() => stack.close());

const ok = <T>(...args: string[]): Promise<T> => thawJson<T>(stack.folder, ...args);
const flat = (nodes: readonly LineageNode[]): readonly LineageNode[] =>
  nodes.flatMap((node) => [node, ...flat(node.nodes ?? [])]);

test("diff says what changed from one version to another, as JSON and as text", async () => {
  const found = await ok<DiffJson>("diff", "pets@1", "pets@champion");
  assert.deepEqual([found.a.version, found.b.version], [1, 2]);
  const { added, removed, relabelled } = found.data;
  assert.deepEqual(
    [added, removed, relabelled].map(({ shown }) => shown.map(({ path }) => path)),
    [["dog/4.jpg"], ["cat/3.jpg"], []],
  );
  assert.ok(found.parameters.some(({ key, a, b }) => key === "head.epochs" && a === 10 && b === 12));
  const { stdout } = await thaw(["diff", ...RUNS], { cwd: stack.folder });
  assert.match(stdout, /Images: 2 the same, 1 added, 1 removed, 0 relabelled, 0 moved/);
  assert.match(await thawRefusal(stack.folder, "diff", "pets@1", "pets@5"), /no version 5 of model pets/);
});

test("lineage leads from an alias up to images and base, and down to decisions", async () => {
  const { subject, up, down } = await ok<LineageJson>("lineage", "pets@champion");
  assert.equal(subject.name, "pets@2");
  const above = flat(up);
  assert.ok(above.some(({ relation, name }) => relation === "registered-by" && name === RUNS[1]));
  assert.ok(above.some(({ relation, name }) => relation === "started-by" && name === LINEAGE));
  assert.ok(above.some(({ relation, name }) => relation === "keeps-splits-of" && name === "pets@1"));
  const [decision] = down;
  assert.deepEqual([decision?.name, decision?.now], ["pets@champion", true]);
  assert.match(decision?.text ?? "", /sharper/);
  const below = await ok<LineageJson>("lineage", RUNS[0]);
  assert.ok(
    flat(below.down).some(({ relation, name }) => relation === "splits-kept-by" && name === "pets@2"),
  );
});

test("lineage of digests and of files says where they are, and refuses what is nothing", async () => {
  const weights = await ok<LineageJson>("lineage", first.weights.digest.slice(0, 16));
  assert.ok(flat(weights.down).some(({ relation, name }) => relation === "held-by" && name === "pets@1"));
  const image = await ok<LineageJson>("lineage", digestOf("3"));
  assert.deepEqual(
    flat(image.down).map(({ relation, name }) => [relation, name]),
    [
      ["in-dataset", "cat/3.jpg"],
      ["held-out-by", "pets@1"],
    ],
  );
  await writeFile(join(stack.folder, "same.jpg"), "bytes of 1");
  const { stdout } = await thaw(["lineage", "./same.jpg"], { cwd: stack.folder });
  assert.match(stdout, /trained on by pets@1/);
  assert.match(stdout, /trained on by pets@2[\s\S]*meant by pets@champion: .* now/);
  assert.match(await thawRefusal(stack.folder, "lineage", "nothing"), /no model, no run that ended well/);
});

test("models shows since when a version is in use, and get finds it by its alias", async () => {
  const { models } = await ok<ModelsJson>("models", "pets");
  assert.deepEqual(
    models.map(({ version, inUse }) => [version, inUse?.map(({ alias }) => alias)]),
    [
      [2, ["champion"]],
      [1, undefined],
    ],
  );
  assert.ok(Date.parse(models[0]?.inUse?.[0]?.since ?? "") > 0);
  const { stdout } = await thaw(["models"], { cwd: stack.folder });
  assert.match(stdout, /^MODEL +ALIASES +SINCE/);
  const got = await ok<GetJson>("get", "pets@champion");
  assert.equal(got.model?.version, 2);
});
