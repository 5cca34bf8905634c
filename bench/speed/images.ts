/**
 * Time to list, fetch and upload images by the number of connections, from the embedded S3 server as it is and as if
 * it were further away: `node dist/bench/speed/images.js [FOLDER [MILLISECONDS THERE AND BACK]]`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { digestSource } from "../../data/source/digest.js";
import { openRegular } from "../../data/source/openFile.js";
import { listSource } from "../../data/source/source.js";
import type { ListedObject } from "../../spec/images/objects.js";
import { openStore, type Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { fetchObject, fileOfObject } from "../../store/images/files.js";
import { storedDigests, storeImage } from "../../store/images/uploads.js";
import { forEachParallel } from "../../store/parallel.js";
import { fillBucket } from "../../test/support/services/bucket.js";
import { startStack } from "../../test/support/services/stack.js";
import { DIGITS } from "../accuracy/digits.js";
import { mean } from "../support.js";
import { furtherAway } from "./latency.js";

const [folder = DIGITS, away = "20"] = process.argv.slice(2);
const CONNECTIONS = [1, 4, 16, 64];
/** So that what else the machine does falls on all of them. */
const ROUNDS = 2;
/** Of the images further away every so many are taken: one after the other they cost a minute. */
const EVERY = 4;

const stack = await startStack({ workers: false });
const { store, platform } = stack.session;
const far = await furtherAway(store.endpoint, Number(away) / 2);

async function seconds(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return (performance.now() - started) / 1000;
}

try {
  const source = await listSource(folder);
  const { files } = await digestSource(source, join(stack.folder, "digests.json"));
  const all = source.entries.map(({ path, file }) => ({ file, sha256: files.get(path) ?? "" }));
  await fillBucket(store, "photos", "", folder);
  const places: Readonly<Record<string, Store>> = {
    "on this machine": store,
    [`${away} ms away`]: openStore({ ...platform.store, endpoint: far.endpoint }),
  };
  for (const [where, from] of Object.entries(places)) {
    let objects: readonly ListedObject[] = [];
    const listing = await seconds(async () => {
      const { entries } = await listSource("s3://photos", bucketReader(from));
      objects = entries.flatMap(({ object }) => object ?? []);
    });
    const images = all.map((image, index) => ({ ...image, size: objects[index]?.size ?? 0 }));
    const every = from === store ? 1 : EVERY;
    const some = <Item>(items: readonly Item[]) => items.filter((_, index) => index % every === 0);
    const bytes = objects.reduce((sum, { size }) => sum + size, 0);
    const looking = await seconds(() => storedDigests(from, files.values()));
    console.log(
      `${where}: ${objects.length} images, ${(bytes / 1e6).toFixed(1)} MB; listing ${listing.toFixed(2)} s, ` +
        `looking for those that are uploaded ${looking.toFixed(2)} s`,
    );
    const times = new Map(CONNECTIONS.map((count) => [count, { fetch: [], upload: [] } as Times]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [count, { fetch, upload }] of times) {
        const work = await mkdtemp(join(stack.folder, "work-"));
        const fetchOne = (object: ListedObject) =>
          fetchObject(from, object, fileOfObject(work, from.endpoint, object));
        fetch.push(await seconds(() => forEachParallel(some(objects), count, fetchOne)));
        await rm(work, { recursive: true });
        const uploadOne = async (image: (typeof images)[number]) =>
          storeImage(from, image.file, await openRegular(image.file), image);
        upload.push(await seconds(() => forEachParallel(some(images), count, uploadOne)));
      }
    }
    const moved = some(objects).length;
    for (const [count, { fetch, upload }] of times) {
      console.log(
        `  ${moved} images, ${count} at a time: fetch ${mean(fetch).toFixed(1)} s, upload ${mean(upload).toFixed(1)} s`,
      );
    }
  }
} finally {
  far.close();
  await stack.close();
}

interface Times {
  readonly fetch: number[];
  readonly upload: number[];
}
