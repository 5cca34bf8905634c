/** Damage beside the artifacts' data, after a run with real services: records, manifests, and copies on this machine. */
import assert from "node:assert/strict";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { resolveBase } from "../../../client/bases/resolve.js";
import { resolveModel } from "../../../client/models/reference.js";
import type { ThawError } from "../../../spec/errors.js";
import { findManifest, placeOf } from "../../../store/artifacts/artifacts.js";
import type { Store } from "../../../store/connection/connection.js";
import { getJson, listNames, putJson } from "../../../store/json.js";
import { isDamaged } from "../../../store/record.js";
import { readBase } from "../../../store/records/bases.js";
import { readRun } from "../../../store/records/records.js";
import { sealed } from "../../../store/seal.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { memoryStore } from "../../support/services/memoryStore.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { mutationsOf } from "../../support/store/mutations.js";

const RUN_FILE = `
name: digits
base: small
data: { path: images, validation: 0.15 }
augment: { views: 1 }
head: { epochs: 20 }
unfreeze: { stages: [top], epochs: 1 }
evaluation: { folds: 0 }
`;
const RECORD = "models/digits/v1.json";

interface Predicted {
  readonly predictions: readonly { readonly label?: string; readonly confidence?: number }[];
}

let stack: Stack;
let workFolder: string;
before(async () => {
  stack = await sharedStack();
  await smallImageSet(join(stack.folder, "images"), 14);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  await thawJson(stack.folder, "run");
  ({ workFolder } = stack.session.platform);
});
after(() => stack.close());

const image = async (): Promise<string> => {
  const [label = ""] = (await resolveModel(stack.session.store, "digits")).classes;
  const [file = ""] = await readdir(join(stack.folder, "images", label));
  return join("images", label, file);
};
const predict = async () => thaw(["predict", "digits", await image(), "--json"], { cwd: stack.folder });

/** Lets the record say something else meanwhile. */
async function meanwhile(name: string, value: unknown, check: () => Promise<void>): Promise<void> {
  const { store } = stack.session;
  const before = await getJson(store, name);
  await putJson(store, name, value);
  try {
    await check();
  } finally {
    await putJson(store, name, before);
  }
}

/** Of a summary there are thousands, all alike to the digest: so many of them, from its beginning to its end. */
const OF_SUMMARY = 60;

function someMutations(record: unknown) {
  const all = mutationsOf(record);
  const within = all.filter(({ what }) => what.startsWith("summary."));
  const step = Math.max(1, Math.floor(within.length / OF_SUMMARY));
  return [
    ...all.filter(({ what }) => !what.startsWith("summary.")),
    ...within.filter((_, index) => index % step === 0),
  ];
}

/** What reads a record of that name; undefined for one that only people read. */
function readerOf(name: string): ((store: Store) => Promise<unknown>) | undefined {
  const place = placeOf(name);
  if (place !== undefined) return (store) => findManifest(store, place.kind, place.key);
  const [, folder, id = ""] = /^(models|bases|runs)\/(.+)\.json$/.exec(name) ?? [];
  const [own = "", version] = id.split("/v");
  if (folder === "models") return (store) => resolveModel(store, `${own}@${version}`);
  if (folder === "bases") return (store) => readBase(store, own, Number(version));
  return folder === "runs" ? (store) => readRun(store, id) : undefined;
}

test("in every record that a run has written, every change is refused with the record's key", async () => {
  const { store, objects } = memoryStore();
  const real = stack.session.store;
  for (const prefix of ["models/", "bases/", "runs/", "artifacts/"])
    for (const name of await listNames(real, prefix)) await putJson(store, name, await getJson(real, name));
  let changes = 0;
  for (const [name, record] of [...objects]) {
    const read = readerOf(name) ?? assert.fail(`nothing reads ${name}`);
    assert.ok((await read(store)) !== undefined);
    for (const { what, value } of someMutations(JSON.parse(record.toString()))) {
      if (what === "seal left out" && name.startsWith("runs/")) continue;
      objects.set(name, Buffer.from(JSON.stringify(value)));
      await assert.rejects(
        read(store),
        (error: ThawError) => isDamaged(error) && error.record === name,
        `${name}: ${what}`,
      );
      changes++;
    }
    objects.set(name, record);
  }
  assert.ok(objects.size >= 10 && changes > 1000, `${changes} changes of ${objects.size} records`);
});

test("commands refuse a model whose record was changed, and name its key", async () => {
  const { store } = stack.session;
  const record = (await getJson(store, RECORD)) as { classes: string[] };
  await meanwhile(RECORD, { ...record, classes: record.classes.toReversed() }, async () => {
    const file = await image().catch(() => "images");
    for (const command of [
      ["predict", "digits", file],
      ["export", "digits"],
      ["run", "--set", "base=model:digits", "--set", "name=next"],
    ]) {
      const { status, stderr } = await thaw(command, { cwd: stack.folder });
      assert.equal(status, 1, command.join(" "));
      assert.match(
        stderr,
        /ARTIFACT_CORRUPT: the record of model digits@1 is damaged \(models\/digits\/v1\.json/,
      );
    }
    const { status, stdout, stderr } = await thaw(["models"], { cwd: stack.folder });
    assert.deepEqual([status, stdout], [0, ""]);
    assert.match(stderr, /models\/digits\/v1\.json .*does not match its seal/);
    const { bases } = await thawJson<{ bases: { name: string }[] }>(stack.folder, "bases");
    assert.ok(bases.some(({ name }) => name === "small"));
  });
});

test("a record that was changed and sealed anew is refused for what its evaluation says", async () => {
  const record = (await getJson(stack.session.store, RECORD)) as {
    classes: string[];
    temperature: number;
    baseSpec: { pixelScale?: unknown };
  };
  const changes = [
    [{ classes: record.classes.toReversed() }, /its classes are not those of its evaluation/],
    [{ temperature: record.temperature * 2 }, /its accuracy and temperature are not those/],
    [
      { baseSpec: { ...record.baseSpec, pixelScale: { mean: 1, deviation: 1 } } },
      /its base is not the one whose digest it names/,
    ],
    [{ temperature: 1e9 }, /temperature: /],
  ] as const;
  const file = await image();
  for (const [change, why] of changes) {
    await meanwhile(RECORD, sealed(RECORD, { ...record, ...change }), async () => {
      const { status, stderr } = await thaw(["predict", "digits", file], { cwd: stack.folder });
      assert.equal(status, 1);
      assert.match(stderr, why);
      assert.match(stderr, /models\/digits\/v1\.json/);
    });
  }
});

test("a new model is not taken for an older one without a seal; such a one is listed, and told of", async () => {
  const {
    seal: _seal,
    golden: _golden,
    ...old
  } = (await getJson(stack.session.store, RECORD)) as Record<string, unknown>;
  await meanwhile(RECORD, old, async () => {
    const { status, stderr } = await predict();
    assert.equal(status, 1);
    assert.match(stderr, /its probabilities of thaw's own picture are not those of its evaluation/);
    const listed = await thaw(["models"], { cwd: stack.folder });
    assert.match(listed.stdout, /digits@1/);
    assert.match(listed.stderr, /without a seal to check the record by: digits@1/);
  });
});

test("a base and a model have golden vectors, and other numbers are refused where they are loaded", async () => {
  const { store } = stack.session;
  const base = await resolveBase(store, "small");
  const model = await resolveModel(store, "digits");
  assert.equal(base?.golden?.features.length, model.golden?.features.length);
  assert.equal(model.golden?.probabilities.length, model.classes.length);
  const sum = model.golden?.probabilities.reduce((total, one) => total + one, 0) ?? 0;
  assert.ok(Math.abs(sum - 1) < 1e-4);
  assert.deepEqual(model.baseSpec?.golden, base?.golden);
  const [name, record] = ["bases/small/v1.json", (await getJson(store, "bases/small/v1.json")) as object];
  const { golden } = base ?? {};
  const other = { ...golden, features: golden?.features.map((sum) => -sum) };
  await meanwhile(name, sealed(name, { ...record, golden: other }), async () => {
    const { status, stderr } = await thaw(["run", "--set", "name=other", "--set", "seed=7"], {
      cwd: stack.folder,
    });
    assert.equal(status, 1);
    assert.match(stderr, /NUMBERS_DIFFER[\s\S]*the base small@1 gives other features of thaw's own picture/);
  });
});

test("copies of weights that were changed on this machine, in their size, are noticed and fetched anew", async () => {
  const before = await predict();
  assert.equal(before.status, 0, before.stderr);
  const { predictions } = JSON.parse(before.stdout) as Predicted;
  const { weights, baseSpec } = await resolveModel(stack.session.store, "digits");
  // Other test files have copies in the folder, too.
  const own = [weights.digest, baseSpec?.checkpoint?.digest ?? assert.fail()];
  const files = await Promise.all(
    ["models", "bases"].map(async (folder) => {
      const names = await readdir(join(workFolder, folder), { recursive: true });
      const ofModel = names.filter((name) => own.some((digest) => name.startsWith(digest)));
      return ofModel.map((name) => join(workFolder, folder, name));
    }),
  );
  let changed = 0;
  for (const path of files.flat()) {
    if ((await stat(path)).isDirectory()) continue;
    const bytes = await readFile(path);
    const spoilt = Buffer.from(bytes);
    // In the middle lie weights.
    for (let at = bytes.length >> 1; at < (bytes.length >> 1) + 4096; at++) spoilt[at] = 0x3f;
    await writeFile(path, spoilt);
    changed++;
  }
  assert.equal(changed, 2);
  const again = await predict();
  assert.equal(again.status, 0, again.stderr);
  assert.match(again.stderr, /the copy of the checkpoint of base small@1 on this machine .* was changed/);
  assert.match(again.stderr, /the copy of weights\.safetensors of the (head|tune) artifact on this machine/);
  assert.deepEqual((JSON.parse(again.stdout) as Predicted).predictions, predictions);
  assert.doesNotMatch((await predict()).stderr, /was changed/);
});

test("an export checks the model's numbers before it writes", async () => {
  const { status, stderr } = await thaw(["export", "digits", "--out", "out"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  assert.ok((await readdir(join(stack.folder, "out"))).length > 0);
});
