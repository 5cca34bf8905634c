/** Fences and checkpoints in a real S3 server. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sha256 } from "../../../store/artifacts/keys.js";
import {
  fetchCheckpoint,
  removeCheckpoints,
  requireUnfenced,
  storeCheckpoint,
} from "../../../store/checkpoints/checkpoints.js";
import { claimFence, type Fence } from "../../../store/checkpoints/fences.js";
import type { Store } from "../../../store/connection/connection.js";
import { listNames } from "../../../store/json.js";
import { type StoreStack, sharedStore } from "../../support/services/storeStack.js";

let stack: StoreStack;
let store: Store;
before(async () => {
  stack = await sharedStore();
  ({ store } = stack);
});
after(() => stack.close());

const IDENTITY = { engine: "test", threads: 2 };
const BEST = "best weights that stay the best";

let serial = 0;
const fresh = (): string => join(stack.folder, "checkpoints", String(serial++));

const claim = (stageKey: string, run: string, attempt = 1, activity = 0): Promise<Fence> =>
  claimFence(store, stageKey, { run, activity, attempt, worker: "test" });

/** @returns bytes that were sent */
async function put(fence: Fence, sequence: number, content: string, steered = false): Promise<number> {
  const folder = fresh();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "current.safetensors"), content);
  await writeFile(join(folder, "best.safetensors"), BEST);
  const position = { epoch: 0, step: sequence };
  return (await storeCheckpoint(store, fence, sequence, IDENTITY, { folder, position, steered })).sent;
}

async function fetched(stageKey: string, run: string, identity = IDENTITY) {
  const refused: string[] = [];
  const found = await fetchCheckpoint(store, stageKey, run, identity, fresh(), (sentence) =>
    refused.push(sentence),
  );
  const content =
    found === undefined ? undefined : await readFile(join(found.folder, "current.safetensors"), "utf8");
  return { content, step: found?.position.step, refused };
}

const overwrite = (name: string, body: string) =>
  store.client.putObject(store.bucket, name, Buffer.from(body), Buffer.byteLength(body));
const newest = async (stageKey: string, what: RegExp): Promise<string> =>
  (await listNames(store, `checkpoints/${stageKey}/`)).filter((name) => what.test(name)).at(-1) ?? "";

test("of many that claim a fence at once, each gets a number of its own, without gaps", async () => {
  const stageKey = sha256("raced");
  const fences = await Promise.all(Array.from({ length: 12 }, (_, i) => claim(stageKey, `run-${i}`)));
  const numbers = fences.map(({ number }) => number).sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
});

test("a later attempt of the same run fences the earlier one, another run's does not", async () => {
  const stageKey = sha256("fenced");
  const first = await claim(stageKey, "run");
  await claim(stageKey, "other-run");
  await put(first, 1, "first");
  await requireUnfenced(store, first);
  const second = await claim(stageKey, "run");
  await assert.rejects(put(first, 2, "a zombie's"), { code: "FENCED" });
  await assert.rejects(requireUnfenced(store, first), { code: "FENCED" });
  assert.deepEqual(await fetched(stageKey, "run"), { content: "first", step: 1, refused: [] });
  await put(second, 1, "second");
  assert.equal((await fetched(stageKey, "run")).content, "second");
});

test("an attempt that comes after a later one takes no fence", async () => {
  const stageKey = sha256("late");
  const second = await claim(stageKey, "run", 2);
  await assert.rejects(claim(stageKey, "run", 1), { code: "FENCED" });
  await claim(stageKey, "other-run", 1);
  await requireUnfenced(store, second);
  assert.equal((await claim(stageKey, "run", 3)).number, 3);
  // After a pause the stage is another activity, whose attempts are counted anew.
  assert.equal((await claim(stageKey, "run", 1, 1)).number, 4);
});

test("the two newest checkpoints stay, and what did not change is sent once", async () => {
  const stageKey = sha256("kept");
  const fence = await claim(stageKey, "run");
  const sent: number[] = [];
  for (const sequence of [1, 2, 3, 4]) sent.push(await put(fence, sequence, `weights ${sequence}`));
  assert.deepEqual(sent, [9 + BEST.length, 9, 9, 9]);
  const names = await listNames(store, `checkpoints/${stageKey}/`);
  assert.equal(names.filter((name) => name.endsWith(".json")).length, 2);
  assert.equal(names.length, 2 + 3, "two manifests, two files of weights, one of best weights");
  assert.deepEqual(await fetched(stageKey, "run"), { content: "weights 4", step: 4, refused: [] });
  await removeCheckpoints(store, stageKey, "run");
  assert.deepEqual(await listNames(store, `checkpoints/${stageKey}/`), []);
});

const DATA_OF_WEIGHTS = new RegExp(`-${sha256("weights 2")}$`);
const DAMAGES = [
  {
    what: "a flipped bit in the data",
    damage: async (key: string) => overwrite(await newest(key, DATA_OF_WEIGHTS), "weights 3"),
    says: /current\.safetensors is damaged/,
  },
  {
    what: "truncated data",
    damage: async (key: string) => overwrite(await newest(key, DATA_OF_WEIGHTS), "weig"),
    says: /current\.safetensors is damaged/,
  },
  {
    what: "missing data",
    damage: async (key: string) =>
      store.client.removeObject(store.bucket, await newest(key, DATA_OF_WEIGHTS)),
    says: /current\.safetensors is missing/,
  },
  {
    what: "a torn manifest",
    damage: async (key: string) => overwrite(await newest(key, /\.json$/), '{"run":"run","fence":1,'),
    says: /its manifest is damaged/,
  },
];

for (const { what, damage, says } of DAMAGES) {
  test(`${what}: the checkpoint before is taken, and it says so`, async () => {
    const stageKey = sha256(what);
    const fence = await claim(stageKey, "run");
    await put(fence, 1, "weights 1");
    await put(fence, 2, "weights 2");
    await damage(stageKey);
    const { content, refused } = await fetched(stageKey, "run");
    assert.equal(content, "weights 1");
    assert.equal(refused.length, 1);
    assert.match(refused[0] ?? "", says);
  });
}

test("another run's checkpoint is taken only where the run has none and nobody steered it", async () => {
  const stageKey = sha256("shared");
  await put(await claim(stageKey, "one"), 1, "of one");
  await put(await claim(stageKey, "two"), 1, "of two, steered", true);
  const third = await fetched(stageKey, "three");
  assert.equal(third.content, "of one");
  assert.match(third.refused[0] ?? "", /somebody changed/);
  assert.equal((await fetched(stageKey, "two")).content, "of two, steered");
});

test("another build or number of threads gets none, and is told why", async () => {
  const stageKey = sha256("identity");
  await put(await claim(stageKey, "run"), 1, "weights");
  const other = await fetched(stageKey, "run", { ...IDENTITY, threads: 4 });
  assert.equal(other.content, undefined);
  assert.match(other.refused[0] ?? "", /with 2 threads, and there are 4 now/);
});
