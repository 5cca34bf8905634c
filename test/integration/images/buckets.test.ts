/** Images in buckets and uploads, on a real S3 server: listed, fetched once, and ingested like the folder itself. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sourceDigest } from "../../../activities/heavy/source.js";
import { collectGarbage } from "../../../client/gc/collect.js";
import { uploadImages } from "../../../client/images/upload.js";
import { listSource } from "../../../data/source/source.js";
import { OBJECTS_PREFIX } from "../../../store/artifacts/artifacts.js";
import { openStore, patientStore, type Store } from "../../../store/connection/connection.js";
import { bucketReader } from "../../../store/images/bucketReader.js";
import { fetchObject } from "../../../store/images/files.js";
import { readUploadList, referToUpload, storedDigests } from "../../../store/images/uploads.js";
import { listObjects } from "../../../store/inventory.js";
import { removePin, writePin } from "../../../store/records/pins.js";
import { thaw, thawRefusal } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { fillBucket } from "../../support/services/bucket.js";
import { type FaultProxy, startFaultProxy } from "../../support/services/faultProxy.js";
import { keysOf } from "../../support/services/serviceVariables.js";
import { type StoreStack, sharedStore } from "../../support/services/storeStack.js";
import { fetched, ingested } from "./ingested.js";

/** Enough that fetching and sending can be broken off on the way. */
const PER_CLASS = 4;
const URL = "s3://photos/sets/ours";

let stack: StoreStack;
let store: Store;
let proxy: FaultProxy;
let folder: string;
/** Of all images, a copy of one of them included. */
let count = 0;

before(async () => {
  stack = await sharedStore();
  ({ store } = stack);
  folder = await smallImageSet(join(stack.folder, "images"), PER_CLASS);
  const [first = "", second = ""] = (await readdir(folder)).sort();
  const [image = ""] = await readdir(join(folder, first));
  await writeFile(join(folder, second, "copy.png"), await readFile(join(folder, first, image)));
  await writeFile(join(folder, first, "notes.txt"), "no image");
  await writeFile(join(folder, ".hidden"), "no image");
  count = (await listSource(folder)).entries.length;
  await fillBucket(store, "photos", "sets/ours/", folder);
  await fillBucket(store, "photos", "sets/ours-too/", join(folder, first));
  proxy = await startFaultProxy(store.endpoint);
});
after(async () => {
  await proxy.close();
  await stack.close();
});

const newFolder = (): Promise<string> => mkdtemp(join(stack.folder, "work-"));
/** The store as a worker behind the proxy sees it. */
const proxied = (): Store => {
  const { platform } = stack.session;
  const there = openStore({ ...platform.store, endpoint: proxy.endpoint });
  return patientStore(there, { milliseconds: 20_000 });
};

test("images in a bucket give the very artifact that the folder gives", async () => {
  const work = await newFolder();
  const { list, reports } = await fetched({ dataPath: URL }, work, store);
  assert.deepEqual(await ingested(list, work), await ingested(folder, work));
  const last = reports.at(-1);
  // The copy is an object of its own here.
  assert.deepEqual([last?.phase, last?.step, last?.total], ["fetching images", count, count]);
  assert.ok((last?.imagesPerSecond ?? 0) > 0);
});

test("a second run fetches only what has changed, and its identity is another", async () => {
  const work = await newFolder();
  const first = await fetched({ dataPath: URL }, work, store);
  let gets = 0;
  proxy.spoil(({ method, path }) => {
    if (method === "GET" && path.startsWith("/photos/sets/")) gets += 1;
    return undefined;
  });
  // Another endpoint is another place, so both go through the proxy.
  const behind = proxied();
  await fetched({ dataPath: URL }, work, behind);
  assert.equal(gets, count, "first time through the proxy");
  gets = 0;
  const again = await fetched({ dataPath: URL }, work, behind);
  assert.equal(gets, 0, "nothing has changed");
  assert.equal(again.digests.source, first.digests.source);

  const { entries } = await listSource(URL, bucketReader(store));
  const changed = entries[0]?.object;
  assert.ok(changed);
  const bytes = await bucketReader(store).read(changed, changed.size);
  await store.client.putObject(changed.bucket, changed.key, Buffer.concat([bytes, Buffer.from(" ")]));
  const third = await fetched({ dataPath: URL }, work, behind);
  assert.equal(gets, 1, "one has changed");
  assert.notEqual(third.digests.source, first.digests.source);
  await store.client.putObject(changed.bucket, changed.key, Buffer.from(bytes));
  assert.equal(await sourceDigest({ dataPath: URL }, work, store), first.digests.source, "it is back");
});

test("what is fetched when the worker is told to leave is not fetched again", async () => {
  const work = await newFolder();
  const behind = proxied();
  const leaving = new AbortController();
  let gets = 0;
  proxy.spoil(({ method, path }) => {
    if (method === "GET" && path.startsWith("/photos/sets/") && ++gets === 20)
      leaving.abort(new Error("left"));
    return undefined;
  });
  await assert.rejects(fetched({ dataPath: URL }, work, behind, leaving.signal), { message: "left" });
  const kept = (await readdir(join(work, "images"))).length;
  assert.ok(kept > 0 && kept < count, `${kept} of ${count}`);
  gets = 0;
  await fetched({ dataPath: URL }, work, behind);
  assert.equal(gets, count - kept);
});

test("answers that break off are asked for again, within the attempt", async () => {
  const work = await newFolder();
  const broken = new Set<string>();
  proxy.spoil(({ method, path }) => {
    if (method !== "GET" || !path.startsWith("/photos/sets/") || broken.size >= 5) return undefined;
    if (broken.has(path)) return undefined;
    broken.add(path);
    return broken.size % 2 === 0 ? { kind: "cut-answer", bytes: 100 } : { kind: "short-answer", bytes: 100 };
  });
  const { list } = await fetched({ dataPath: URL }, work, proxied());
  assert.equal(proxy.spoilt(), 5);
  assert.deepEqual(await ingested(list, work), await ingested(folder, work));
});

test("an image that goes away or changes between listing and reading is named", async () => {
  const work = await newFolder();
  await fillBucket(store, "moving", "", folder);
  const { entries } = await listSource("s3://moving", bucketReader(store));
  const [gone, other] = entries.map(({ object }) => object);
  assert.ok(gone && other);
  await store.client.removeObject("moving", gone.key);
  await store.client.putObject("moving", other.key, Buffer.from("something else"));
  const expected = { code: "DATA_INVALID", hint: /nothing writes to the bucket/ };
  await assert.rejects(fetchObject(store, gone, join(work, "gone")), {
    ...expected,
    message: `s3://moving/${gone.key} went away while the images were read`,
  });
  await assert.rejects(fetchObject(store, other, join(work, "other")), {
    ...expected,
    message: `s3://moving/${other.key} changed while the images were read`,
  });
  assert.deepEqual(await readdir(work), []);
});

test("a manifest in a bucket names images relative to itself", async () => {
  const work = await newFolder();
  const { entries } = await listSource(folder);
  const put = (name: string, rows: readonly string[]) =>
    store.client.putObject("photos", `sets/lists/${name}`, `path,label\n${rows.join("\n")}\n`);
  const rows = entries.map(({ path, label }) => `../ours/${path},class ${label}`);
  await put("all.csv", rows);
  const { list } = await fetched(
    { dataPath: "s3://photos/sets/lists/all.csv", outside: "allow" },
    work,
    store,
  );
  const remote = await ingested(list, work);
  assert.equal(remote.summary.images + remote.summary.quarantined.length, entries.length);
  assert.ok(remote.summary.classes.every((name) => name.startsWith("class ")));

  const wrong: Readonly<Record<string, RegExp>> = {
    "../ours/none.jpg,a": /one\.csv, line 4: there is no object s3:\/\/photos\/sets\/ours\/none\.jpg/,
    "/etc/passwd,a": /one\.csv, line 4: \/etc\/passwd is not below the bucket/,
    "../../../other/1.jpg,a": /line 4: \.\.\/\.\.\/\.\.\/other\/1\.jpg is not below the bucket/,
    "s3://other/1.jpg,a": /line 4: s3:\/\/other\/1\.jpg is not below the bucket/,
  };
  for (const [row, message] of Object.entries(wrong)) {
    await put("one.csv", [...rows.slice(0, 2), row]);
    const listed = listSource("s3://photos/sets/lists/one.csv", bucketReader(store), { outside: "allow" });
    await assert.rejects(listed, { code: "DATA_INVALID", message });
  }
  await assert.rejects(bucketReader(store).read({ bucket: "photos", key: "sets/lists/all.csv" }, 20), {
    code: "DATA_INVALID",
    message: /all\.csv has more than 0\.00002 MB/,
  });
});

test("what cannot be read is said in a sentence, by every command", async () => {
  const said: Readonly<Record<string, RegExp>> = {
    "s3://nowhere/photos": /there is no bucket nowhere at http/,
    "s3://No_Bucket/photos": /there is no bucket No_Bucket at http/,
    "s3://photos/none": /there is no object below s3:\/\/photos\/none\//,
    "s3://photos/none.csv": /there is no object s3:\/\/photos\/none\.csv at http/,
    "s3://photos/sets/ours-too":
      /no class folder and \d+ images outside of class folders in s3:\/\/photos\/sets/,
    "s3://": /names no bucket/,
  };
  for (const [url, message] of Object.entries(said)) {
    await writeFile(join(stack.folder, "wrong.yaml"), `name: m\ndata: { path: "${url}" }\n`);
    assert.match(await thawRefusal(stack.folder, "plan", "wrong.yaml"), message);
  }
  assert.match(await thawRefusal(stack.folder, "run", "wrong.yaml"), /names no bucket/);
  assert.match(await thawRefusal(stack.folder, "init", "s3://nowhere/photos"), /there is no bucket nowhere/);
  const { store: settings } = stack.session.platform;
  const stranger = openStore({
    ...settings,
    credentials: { ...keysOf(settings), secretKey: "of somebody else" },
  });
  await assert.rejects(listSource(URL, bucketReader(stranger)), {
    code: "STORE_DENIED",
    message: /refused listing s3:\/\/photos\/sets\/ours\//,
  });
});

test("`thaw init` writes a run file for images in a bucket", async () => {
  const { status, stderr } = await thaw(["init", URL, "--out", "bucket.yaml"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  const text = await readFile(join(stack.folder, "bucket.yaml"), "utf8");
  assert.match(text, /^ {2}path: s3:\/\/photos\/sets\/ours$/m);
  assert.match(text, /^name: ours$/m);
  const { stdout } = await thaw(["init", folder, "--out", "folder.yaml"], { cwd: stack.folder });
  assert.match(stdout, /folder\.yaml/);
  const local = await readFile(join(stack.folder, "folder.yaml"), "utf8");
  const kindOf = (file: string) => /^ {2}# .*\n {2}kind: .*$/m.exec(file)?.[0];
  assert.ok(kindOf(text));
  assert.equal(kindOf(text), kindOf(local));
});

const upload = (signal = new AbortController().signal, work = stack.session.platform.workFolder) =>
  uploadImages(store, folder, work, { onProgress: () => undefined, signal });

test("uploaded images have the folder's digest and give the folder's artifact, elsewhere", async () => {
  const work = await newFolder();
  const { digest, images, sent } = await upload();
  assert.equal(digest, await sourceDigest({ dataPath: folder }, await newFolder(), store));
  assert.deepEqual([images, sent.files], [count, count - 1], "the copy is sent once");
  const source = { dataPath: "/not/here", upload: digest };
  const { list } = await fetched(source, work, store);
  assert.deepEqual(await ingested(list, work), await ingested(folder, work));
});

test("a second upload sends nothing, one with a new image sends that", async () => {
  assert.deepEqual((await upload()).sent, { files: 0, bytes: 0 });
  const [first = ""] = (await listSource(folder)).classes;
  const path = join(folder, first, "new.png");
  // It begins as an image does, which is all that is looked at here.
  const bytes = Buffer.from("\x89PNG\r\n\x1a\nto be quarantined", "latin1");
  await writeFile(path, bytes);
  try {
    assert.deepEqual((await upload()).sent, { files: 1, bytes: bytes.length });
    await writeFile(path, "nobody's business");
    const { sent, leftOut, digest } = await upload();
    assert.deepEqual([sent.files, leftOut.map((one) => one.path)], [0, [`${first}/new.png`]]);
    const work = await newFolder();
    const { list } = await fetched({ dataPath: "/not/here", upload: digest }, work, store);
    assert.deepEqual(await ingested(list, work), await ingested(folder, work));
  } finally {
    await rm(path);
  }
});

test("an upload that was interrupted goes on from where it was", async () => {
  const other = await smallImageSet(await newFolder(), PER_CLASS);
  const { entries } = await listSource(other);
  // Other bytes than those that are there.
  for (const { file } of entries) {
    await writeFile(file, Buffer.concat([await readFile(file), Buffer.from("other")]));
    await utimes(file, 1, 1);
  }
  const interrupt = new AbortController();
  const work = await newFolder();
  const stopAt = 17;
  let puts = 0;
  proxy.spoil(({ method, path }) => {
    if (method === "PUT" && path.includes(OBJECTS_PREFIX) && ++puts === stopAt) {
      interrupt.abort(new Error("Ctrl-C"));
    }
    return undefined;
  });
  const onProgress = (): void => undefined;
  await assert.rejects(uploadImages(proxied(), other, work, { onProgress, signal: interrupt.signal }), {
    message: "Ctrl-C",
  });
  const { signal } = new AbortController();
  const rest = await uploadImages(store, other, work, { onProgress, signal });
  assert.ok(rest.sent.files > 0 && rest.sent.files <= entries.length - stopAt + 1, `${rest.sent.files} sent`);
  const { entries: listed } = await readUploadList(store, rest.digest);
  const digests = listed.map(({ sha256 }) => sha256);
  assert.equal((await storedDigests(store, digests)).size, new Set(digests).size);
});

test("a worker that does not see a folder says how its images come to it", async () => {
  await assert.rejects(sourceDigest({ dataPath: "/not/here" }, await newFolder(), store), {
    code: "DATA_NOT_FOUND",
    message: "there are no images at /not/here on the worker's machine",
    hint: /thaw run --upload/,
  });
});

test("a part of an upload that was removed is named, and an unknown upload too", async () => {
  const { digest } = await upload();
  const [entry] = (await readUploadList(store, digest)).entries;
  assert.ok(entry);
  await store.client.removeObject(
    store.bucket,
    `${OBJECTS_PREFIX}${entry.sha256.slice(0, 2)}/${entry.sha256}`,
  );
  const expected = { code: "NOT_FOUND", hint: /thaw run --upload/ };
  await assert.rejects(fetched({ dataPath: folder, upload: digest }, await newFolder(), store), expected);
  assert.equal((await upload()).sent.files, 1, "it is put there again");
  const unknown = "0".repeat(64);
  await assert.rejects(fetched({ dataPath: folder, upload: unknown }, await newFolder(), store), expected);
});

test("garbage collection keeps uploads of runs that are kept, and removes others with their images", async () => {
  const { digest } = await upload();
  const run = "m-20260101-000000-aaaa";
  await referToUpload(store, digest, run);
  await writePin(store, run);
  const images = (await readUploadList(store, digest)).entries.map(({ sha256 }) => sha256);
  const DAY_MS = 24 * 3600 * 1000;
  const collect = () =>
    collectGarbage(stack.session, {
      keepDays: 30,
      now: new Date(Date.now() + 60 * DAY_MS),
      dryRun: false,
      onProgress: () => undefined,
    });
  const { uploads } = await collect();
  assert.ok(uploads.length >= 2, "those of other tests");
  assert.ok(uploads.every(({ name }) => !name.includes(digest)));
  assert.equal((await storedDigests(store, images)).size, new Set(images).size);
  assert.equal((await listObjects(store, OBJECTS_PREFIX)).length, new Set(images).size);
  assert.equal(await removePin(store, run), true);
  const after = await collect();
  assert.equal(after.uploads.length, 2);
  assert.equal(after.objects.length, new Set(images).size);
  await assert.rejects(readUploadList(store, digest), { code: "NOT_FOUND" });
});
