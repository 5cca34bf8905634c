/** What keeps the embedded store's own ports and files from other users of the machine. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createSecureContext } from "node:tls";
import { ownCertificate } from "../../../runtime/services/certificate.js";
import { layoutOf, makeFolders } from "../../../runtime/services/layout.js";
import { writePrivate } from "../../../runtime/services/record.js";
import { secureS3 } from "../../../runtime/services/s3Security.js";

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

function project(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "thaw-security-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const layout = layoutOf(folder);
  makeFolders(layout);
  return layout;
}

test("the certificate is a valid one, signs itself and belongs to its key", () => {
  const { key, certificate } = ownCertificate("thaw test");
  const parsed = new X509Certificate(certificate);
  assert.equal(parsed.subject, "CN=thaw test");
  assert.ok(parsed.checkIssued(parsed) && parsed.verify(parsed.publicKey) && parsed.ca);
  assert.ok(
    new Date(parsed.validFrom).getFullYear() === 2000 && new Date(parsed.validTo).getFullYear() === 9999,
  );
  createSecureContext({ key, cert: certificate, ca: certificate });
  assert.notEqual(ownCertificate("thaw test").certificate, certificate);
});

test("keys, tokens and settings are for their owner alone, and stay the same", (t) => {
  const layout = project(t);
  secureS3(layout);
  const files = ["security.toml", "s3.key", "s3.crt"].map((name) => join(layout.state, name));
  const before = files.map((file) => readFileSync(file, "utf8"));
  assert.deepEqual(files.map(modeOf), ["600", "600", "600"]);
  secureS3(layout);
  assert.deepEqual(
    files.map((file) => readFileSync(file, "utf8")),
    before,
  );
  const [toml = ""] = before;
  for (const part of ["master", "volume", "filer", "s3", "admin", "worker", "client"])
    assert.ok(toml.includes(`[grpc.${part}]\ncert = "s3.crt"\nkey = "s3.key"`), part);
  const keys = [...toml.matchAll(/^key = "([\w-]{43})"$/gm)].map(([, key]) => key);
  assert.equal(new Set(keys).size, 4);
});

test("the state folder is closed to others, also one that was open", (t) => {
  const layout = project(t);
  assert.equal(modeOf(layout.state), "700");
  chmodSync(layout.state, 0o755);
  makeFolders(layout);
  assert.equal(modeOf(layout.state), "700");
});

test("a private file is private although one of its name, open to all, was left behind", (t) => {
  const layout = project(t);
  writeFileSync(`${layout.record}.${process.pid}`, "{}", { mode: 0o644 });
  writePrivate(layout.record, { secret: 1 });
  assert.equal(modeOf(layout.record), "600");
  assert.deepEqual(
    readdirSync(layout.state).filter((name) => name.startsWith("services.json.")),
    [],
  );
});
