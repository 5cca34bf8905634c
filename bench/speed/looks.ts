/**
 * How long a look at images that did not change takes: the first one fingerprints them, the second one only looks; from a
 * folder and from a bucket. No engine runs for it.
 *   node dist/bench/speed/looks.js [IMAGES…]
 */
import { mkdir, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { startRetraining } from "../../client/models/retrain.js";
import { parseRunFile } from "../../client/runFile/parse.js";
import type { Tick } from "../../spec/retraining/retraining.js";
import { forEachParallel } from "../../store/parallel.js";
import { monthOfTraining } from "../../test/chaos/months/trainer.js";
import { drawnPicture } from "../../test/support/images/drawn.js";
import { enginePid } from "../../test/support/services/faults.js";
import { startStack } from "../../test/support/services/stack.js";
import { startStandIns } from "../../test/support/services/standIns.js";
import { medianAndRange } from "../support.js";

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 10_000];
const TIMES = 5;
const UPLOADS = 16;

const stack = await startStack({ workers: false });
const { session, folder } = stack;
const { store, temporal } = session;

/** Seconds of the clock, and of processor time of this process: client, workflow and activities, without the servers. */
interface Timed {
  readonly wall: number;
  readonly cpu: number;
}

async function timed(action: () => Promise<unknown>): Promise<Timed> {
  const began = performance.now();
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
}

async function look(name: string, dataPath: string): Promise<Tick> {
  const file = parseRunFile(
    `name: ${name}\ndata: { path: images }\nrecipe: extractor-only\nevaluation: { folds: 0 }\nmodel: { promote: automatic }\n`,
    "thaw.yaml",
    [],
  );
  const { workflowId } = await startRetraining(session, { file, dataPath });
  return temporal.workflow.getHandle(workflowId).result() as Promise<Tick>;
}

async function measure(what: string, name: string, dataPath: string): Promise<void> {
  const first = await timed(() => look(name, dataPath));
  const unchanged: Timed[] = [];
  for (let time = 0; time < TIMES; time++) {
    unchanged.push(
      await timed(async () => {
        const { verdict, sentence } = await look(name, dataPath);
        if (verdict !== "unchanged") throw new Error(sentence);
      }),
    );
  }
  const engine = (await enginePid(stack)) === undefined ? "no engine" : "AN ENGINE RUNS";
  const [wall, cpu] = (["wall", "cpu"] as const).map((of) =>
    medianAndRange(
      unchanged.map((one) => one[of]),
      2,
    ),
  );
  const load = loadavg()[0]?.toFixed(0);
  console.log(
    `${what}: first ${first.wall.toFixed(1)} s, unchanged ${wall}, of processor ${cpu}; ${engine}; load ${load}`,
  );
}

const stop = await startStandIns(session, folder, monthOfTraining(join(folder, "trained.log")));
try {
  const picture = await drawnPicture("disc", 0);
  for (const count of counts) {
    const images = join(folder, `images-${count}`);
    for (const label of ["a", "b"]) await mkdir(join(images, label), { recursive: true });
    // Other bytes each: what follows the picture is no part of it.
    const bytesOf = (index: number): Buffer => Buffer.concat([picture, Buffer.from(`image ${index}`)]);
    const nameOf = (index: number): string => join(index % 2 === 0 ? "a" : "b", `${index}.jpg`);
    const indices = Array.from({ length: count }, (_, index) => index);
    await forEachParallel(indices, UPLOADS, (index) =>
      writeFile(join(images, nameOf(index)), bytesOf(index)),
    );
    await measure(`${count} images in a folder`, `folder-${count}`, images);
    await forEachParallel(indices, UPLOADS, async (index) => {
      await store.client.putObject(store.bucket, `pictures/${count}/${nameOf(index)}`, bytesOf(index));
    });
    await measure(
      `${count} images in a bucket`,
      `bucket-${count}`,
      `s3://${store.bucket}/pictures/${count}/`,
    );
  }
} finally {
  await stop();
  await stack.close();
}
