/** Two versions of a store held against each other, with all that is read for it. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { diffText } from "../../../../../cli/render/models/diff.js";
import { diff } from "../../../../../client/models/diff/diff.js";
import type { Store } from "../../../../../store/connection/connection.js";
import { memoryStore } from "../../../../support/services/memoryStore.js";
import { type MadeImage, makeVersion } from "../../../../support/store/madeVersions.js";
import { plainScreen } from "../../../cli/screens.js";

const RUNS = ["pets-20260101-000000-aaaa", "pets-20260102-000000-bbbb"] as const;
/** More than the least that is said anything of. */
const TESTED = 24;

let folder: string;
let store: Store;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-diff-"));
  ({ store } = memoryStore());
  const tested = (label: string, isRight: (index: number) => boolean): MadeImage[] =>
    Array.from({ length: TESTED }, (_, index) => ({
      ...{ content: `${label} ${index}`, label, split: "test", isRight: isRight(index) },
    }));
  const images: MadeImage[] = [
    { content: "kept", label: "cat", split: "train" },
    { content: "gone", label: "cat", split: "train" },
    { content: "wrong", label: "cat", split: "train" },
  ];
  await makeVersion(store, folder, {
    ...{ name: "pets", runId: RUNS[0] },
    images: [...images, ...tested("cat", (index) => index >= 12), ...tested("dog", () => true)],
  });
  await makeVersion(store, folder, {
    ...{ name: "pets", runId: RUNS[1], file: { head: { epochs: 20 } } },
    images: [
      { content: "kept", label: "cat", split: "train", path: "renamed.jpg" },
      { content: "wrong", label: "dog", split: "train" },
      { content: "new", label: "dog", split: "train" },
      ...tested("cat", () => true),
      ...tested("dog", () => true),
    ],
  });
});
after(() => rm(folder, { recursive: true }));

test("says what changed in images, values and answers, by versions and by runs alike", async () => {
  for (const refs of [["pets@1", "pets@2"] as const, RUNS]) {
    const found = await diff(store, refs);
    assert.deepEqual([found.a.runId, found.b.runId], RUNS);
    const { data } = found;
    assert.deepEqual(
      [data.added.count, data.removed.count, data.relabelled.count, data.moved],
      [1, 1, 1, []],
      "a renamed file is no change",
    );
    assert.deepEqual(
      found.parameters.find(({ key }) => key === "head.epochs"),
      { key: "head.epochs", a: 10, b: 20 },
    );
    assert.deepEqual([found.paired?.images, found.paired?.onlyA, found.paired?.onlyB], [2 * TESTED, 0, 12]);
    assert.deepEqual(
      found.classes.map(({ name, verdict }) => [name, verdict]),
      [
        ["cat", "b-better"],
        ["dog", "not-proven"],
      ],
    );
    assert.deepEqual(
      [found.a.from?.base, found.a.epochs, found.a.trainingSeconds],
      ["efficientnet-lite0", 1, 2],
    );
    assert.ok(found.a.weightsBytes > 0);
  }
});

test("of one version with itself says that nothing changed", async () => {
  const found = await diff(store, ["pets@1", "pets@1"]);
  assert.deepEqual(
    [found.parameters, found.code, found.warnings.added, found.warnings.gone],
    [[], [], [], []],
  );
  const text = diffText(found, plainScreen(80));
  assert.match(text, /Images: the same 51, with the same labels and splits/);
  assert.match(text, /Values: the run files say the same, and so does the code/);
});

test("the text fits 80 columns, and names relabelled images", async () => {
  const text = diffText(await diff(store, ["pets@1", "pets@2"]), plainScreen(80));
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  assert.match(text, /dog\/wrong\.jpg: cat in A, dog in B/);
  assert.match(text, /\nhead\.epochs +10 +20\n/);
  assert.match(text, /\ncat +24 +50\.0 % +100\.0 % +\+50\.0 +B is better, p < 0\.001/);
});

test("what is no model and no finished run is refused with what there is", async () => {
  await assert.rejects(diff(store, ["pets@1", "pets@9"]), { code: "NOT_FOUND", hint: /versions 1 to 2/ });
  await assert.rejects(diff(store, ["pots", "pets"]), { code: "NOT_FOUND", hint: /did you mean pets/ });
});
