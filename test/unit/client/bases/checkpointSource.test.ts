import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { access, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openCheckpoint } from "../../../../client/bases/checkpointSource.js";
import type { ThawError } from "../../../../spec/errors.js";
import { withVariables } from "../../../support/machine/variables.js";
import { refusalOf } from "../../../support/refusal.js";
import { startHttpProxy } from "../../../support/services/httpProxy.js";
import { nowhere } from "../../../support/store/nowhere.js";

const CONTENT = Buffer.from("the bytes of a checkpoint");
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

const server = createServer((request, response) => {
  if (request.url === "/moved.pth") response.writeHead(302, { location: "/weights.pth" }).end();
  else if (request.url === "/weights.pth")
    response.writeHead(200, { "content-length": CONTENT.length }).end(CONTENT);
  else if (request.url === "/cut.pth") {
    response.writeHead(200, { "content-length": 2 * CONTENT.length });
    response.write(CONTENT, () => response.destroy());
  } else if (request.url === "/endless.pth") {
    const write = (): unknown => response.destroyed || response.write(CONTENT, () => setImmediate(write));
    response.writeHead(200);
    write();
  } else response.writeHead(404).end("nothing here");
});
let address = "";
let folder = "";
before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), "thaw-source-"));
  await writeFile(join(folder, "own.pth"), CONTENT);
});
after(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function refusal(source: string, options = {}): Promise<ThawError> {
  const error = await refusalOf(openCheckpoint(nowhere, source, options));
  assert.notEqual(error.hint, undefined);
  return error;
}

test("a file is taken where it lies, and stays there", async () => {
  const path = join(folder, "own.pth");
  const checkpoint = await openCheckpoint(nowhere, path, { sha256: SHA256.toUpperCase() });
  assert.equal(checkpoint.path, path);
  await checkpoint.dispose();
  assert.deepEqual(await readFile(path), CONTENT);
});

for (const name of ["weights.pth", "moved.pth"]) {
  test(`/${name} is downloaded with its progress, checked, and removed in the end`, async () => {
    const seen: (readonly [number, number | undefined])[] = [];
    const checkpoint = await openCheckpoint(nowhere, `${address}/${name}`, {
      sha256: SHA256,
      onProgress: (done, total) => seen.push([done, total]),
    });
    assert.deepEqual(await readFile(checkpoint.path), CONTENT);
    assert.deepEqual(seen.at(-1), [CONTENT.length, CONTENT.length]);
    await checkpoint.dispose();
    await assert.rejects(access(checkpoint.path));
  });
}

test("an address is asked for through the proxy, and a file on this machine's web server without it", async () => {
  const proxy = await startHttpProxy({ "weights.test:80": address.replace("http://", "") });
  await withVariables({ http_proxy: proxy.url, HTTP_PROXY: proxy.url }, async () => {
    const checkpoint = await openCheckpoint(nowhere, "http://weights.test/moved.pth", { sha256: SHA256 });
    await checkpoint.dispose();
    assert.deepEqual(proxy.asked, [
      "GET http://weights.test/moved.pth",
      "GET http://weights.test/weights.pth",
    ]);
    await (await openCheckpoint(nowhere, `${address}/weights.pth`)).dispose();
    assert.equal(proxy.asked.length, 2);
  });
  await proxy.close();
});

test("an address with a password is refused, without repeating it", async () => {
  const error = await refusal(address.replace("//", "//me:secret@"));
  assert.equal(error.code, "USAGE");
  assert.doesNotMatch(`${error.message}${error.hint}`, /secret/);
});

test("what cannot be had is said in words", async () => {
  const gone = await refusal(`${address}/gone.pth`);
  assert.deepEqual(
    [gone.code, gone.message],
    ["DATA_NOT_FOUND", `${address}/gone.pth answers 404 Not Found`],
  );
  assert.match((await refusal(`${address}/cut.pth`)).message, /cannot be downloaded|ended after/);
  assert.match(
    (await refusal("http://127.0.0.1:9/x.pth")).message,
    /cannot be downloaded: .*(REFUSED|bad port)/,
  );
  assert.match((await refusal("ftp://example.org/x.pth")).message, /cannot be read from ftp:\/\//);
  assert.match((await refusal("s3://bucket-only")).message, /names no object/);
  assert.match((await refusal(join(folder, "none.pth"))).message, /none\.pth is not there/);
  const other = "0".repeat(64);
  for (const source of [join(folder, "own.pth"), `${address}/weights.pth`]) {
    const error = await refusal(source, { sha256: other });
    assert.equal(error.code, "DATA_INVALID");
    assert.ok(error.message.includes(SHA256), error.message);
  }
});

/** Folders of downloads that this process has left. */
async function leftovers(): Promise<readonly string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith("thaw-checkpoint-"));
}

test("a file that is larger than it may be is refused, said beforehand or not, and nothing stays", async () => {
  const emptied = await mkdtemp(join(folder, "tmp-"));
  await withVariables({ TMPDIR: emptied }, async () => {
    for (const name of ["weights.pth", "endless.pth"]) {
      const error = await refusal(`${address}/${name}`, { maxBytes: 10 });
      assert.equal(error.code, "DATA_INVALID");
      assert.match(error.message, /has more than the 0.00001 MB that may come/);
      assert.match(String(error.hint), /--max-size/);
    }
    assert.deepEqual(await leftovers(), []);
    await (await openCheckpoint(nowhere, `${address}/weights.pth`, { maxBytes: CONTENT.length })).dispose();
  });
});

test("a private host that the address names is asked, and that is said once", async () => {
  const notices: string[] = [];
  const onNotice = (sentence: string): unknown => notices.push(sentence);
  await (await openCheckpoint(nowhere, `${address}/moved.pth`, { onNotice })).dispose();
  assert.deepEqual(notices, ["127.0.0.1 is not in the public internet; it is asked because you named it"]);
  await (await openCheckpoint(nowhere, `${address}/weights.pth`, { onNotice, allowPrivate: true })).dispose();
  assert.equal(notices.length, 1);
});

test("what is no address is said to be none", async () => {
  assert.equal((await refusal("http://")).code, "USAGE");
});

test("a stopped download leaves nothing and says so", async () => {
  const error = await refusal(`${address}/weights.pth`, { signal: AbortSignal.abort(new Error("stopped")) });
  assert.match(error.message, /stopped/);
});
