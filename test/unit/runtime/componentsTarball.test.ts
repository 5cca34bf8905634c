/** npm packages: downloaded by the real npm from a registry of this test, checked, unpacked. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { create } from "tar";
import { downloadTarball, unpackTarball } from "../../../runtime/components/download/tarball.js";
import { provisionError } from "../../../runtime/components/failure.js";
import type { NpmPin } from "../../../runtime/components/pins.js";
import type { ThawError } from "../../../spec/errors.js";
import { scratchFolder } from "./componentsSupport.js";

const silent = () => undefined;
const NAME = "thaw-tiny-images";
let server: Server;
let pin: NpmPin;

/** A tarball as npm publishes it. */
async function packTiny(): Promise<Buffer> {
  const folder = scratchFolder();
  mkdirSync(join(folder, "package", "img", "64"), { recursive: true });
  writeFileSync(join(folder, "package", "package.json"), JSON.stringify({ name: NAME, version: "1.0.0" }));
  writeFileSync(join(folder, "package", "img", "64", "a.png"), "picture");
  writeFileSync(join(folder, "package", "sheet.png"), "large");
  await create({ cwd: folder, file: join(folder, "tiny.tgz"), gzip: true }, ["package"]);
  return readFileSync(join(folder, "tiny.tgz"));
}

before(async () => {
  const tarball = await packTiny();
  const sha256 = createHash("sha256").update(tarball).digest("hex");
  pin = { package: NAME, version: "1.0.0", sha256, bytes: tarball.length };
  server = createServer((request, response) => {
    if (request.url === "/tiny.tgz") return response.end(tarball);
    if (request.url !== `/${NAME}`) return response.writeHead(404).end("{}");
    const tgz = `http://${request.headers.host}/tiny.tgz`;
    const version = { name: NAME, version: "1.0.0", dist: { tarball: tgz } };
    response.end(
      JSON.stringify({ name: NAME, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.npm_config_registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

after(() => server.close());

test("a package is downloaded, and the chosen files of it unpacked", async () => {
  const scratch = scratchFolder();
  const into = scratchFolder();
  const tarball = await downloadTarball(pin, scratch, silent);
  await unpackTarball(tarball, into, (path) => path.startsWith("img/64/"), silent);
  assert.equal(readFileSync(join(into, "img", "64", "a.png"), "utf8"), "picture");
  assert.deepEqual(readdirSync(into), ["img"]);
});

test("a package of another digest is refused", async () => {
  const wrong = "0".repeat(64);
  await assert.rejects(
    downloadTarball({ ...pin, sha256: wrong }, scratchFolder(), silent),
    (error: ThawError) => {
      assert.equal(error.code, "PROVISION_FAILED");
      assert.ok(error.message.includes(pin.sha256) && error.message.includes(wrong), error.message);
      return true;
    },
  );
});

test("a package that is not there gives npm's own words", async () => {
  const failure = downloadTarball({ ...pin, package: "thaw-nothing" }, scratchFolder(), silent);
  await assert.rejects(failure, (error) => {
    const { code, message } = provisionError(error, "emoji-images", "/cache");
    assert.equal(code, "PROVISION_FAILED");
    assert.match(message, /emoji-images .*E404.*thaw-nothing/);
    return true;
  });
});
