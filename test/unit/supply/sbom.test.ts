/** What is checked in of packages and licences is what the lock and the pins say. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BUNDLED, BUNDLED_IN } from "../../supply/bundled.js";
import { COMPONENTS } from "../../supply/components.js";
import { licenceList, licenceOf, licenceProblems } from "../../supply/licences.js";
import { directDependencies, productionPackages, readLock } from "../../supply/packages.js";
import { sbomOf } from "../../supply/sbom.js";

const RENEW = "renew it: node dist/test/supply/main.js";
const lock = readLock();
const packages = productionPackages(lock);

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly object[];
  readonly components?: readonly Component[];
}

const bom = JSON.parse(readFileSync("docs/supply/sbom.cdx.json", "utf8")) as {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly components: readonly Component[];
};

test("docs/supply/sbom.cdx.json is of the packages in the lock and of the pins", () => {
  assert.ok(sbomOf(packages) === readFileSync("docs/supply/sbom.cdx.json", "utf8"), RENEW);
});

test("docs/supply/licences.md is of them, too", () => {
  assert.ok(licenceList(packages) === readFileSync("docs/supply/licences.md", "utf8"), RENEW);
});

test("the bill names each component once, with a licence and the digest of its file", () => {
  assert.deepEqual([bom.bomFormat, bom.specVersion], ["CycloneDX", "1.6"]);
  assert.equal(bom.components.length, packages.length + COMPONENTS.length);
  const all = bom.components.flatMap((one) => [one, ...(one.components ?? [])]);
  assert.equal(new Set(all.map((one) => one["bom-ref"])).size, all.length);
  assert.deepEqual(
    all.filter(({ licenses }) => licenses.length !== 1),
    [],
  );
  const bytes: Readonly<Record<string, number>> = { "SHA-512": 64, "SHA-256": 32 };
  for (const { name, hashes = [] } of bom.components) {
    assert.equal(hashes.length, 1, name);
    for (const { alg, content } of hashes)
      assert.match(content, new RegExp(`^[0-9a-f]{${2 * (bytes[alg] ?? 0)}}$`), name);
  }
});

test("what production asks for is in it, and what only builds and tests need is not", () => {
  const names = new Set(packages.map(({ name }) => name));
  const direct = directDependencies(lock);
  assert.ok(direct.length > 30);
  assert.deepEqual(
    direct.filter((name) => !names.has(name)),
    [],
  );
  for (const name of ["typescript", "@biomejs/biome", "axe-core"]) assert.ok(!names.has(name), name);
});

test("the libraries within libvips are those that its package names", (t) => {
  const folder = "node_modules/@img/sharp-libvips-linux-x64";
  if (!existsSync(folder)) return t.skip("this machine has another build of it");
  const read = (file: string): Record<string, string> => JSON.parse(readFileSync(join(folder, file), "utf8"));
  assert.equal(read("package.json").version, BUNDLED_IN);
  const versions = Object.values(read("versions.json")).sort();
  assert.deepEqual(BUNDLED.map(([, version]) => version).sort(), versions);
});

test("every licence is known, and every copyleft one has its meaning said", () => {
  assert.deepEqual(licenceProblems(packages), []);
  assert.deepEqual(licenceProblems(COMPONENTS), []);
});

test("licences in the lock are those that the installed packages state", () => {
  const differing = Object.entries(lock.packages).flatMap(([path, { license }]) => {
    const file = join(path, "package.json");
    if (path === "" || !existsSync(file)) return [];
    const stated = (JSON.parse(readFileSync(file, "utf8")) as { license?: unknown }).license;
    return stated === license ? [] : [`${path}: ${JSON.stringify(stated)}, in the lock ${license}`];
  });
  assert.deepEqual(differing, []);
});

const STRANGERS = [
  { what: "no licence", licence: undefined, says: /nobody has looked at its licence \(unknown\)/ },
  { what: "one that nobody knows", licence: "SEE LICENSE IN FILE", says: /nobody has looked/ },
  { what: "a copyleft", licence: "AGPL-3.0-only", says: /copyleft \(AGPL-3\.0-only\)/ },
  { what: "a copyleft among others", licence: "(MIT AND GPL-2.0-or-later)", says: /copyleft/ },
  { what: "a share-alike", licence: "CC-BY-SA-4.0", says: /copyleft/ },
  { what: "an unknown one among known ones", licence: "MIT AND Custom", says: /nobody has looked/ },
] as const;
for (const { what, licence, says } of STRANGERS) {
  test(`a new dependency with ${what} is refused`, () => {
    const [problem = "", ...more] = licenceProblems([{ name: "stranger", version: "1.0.0", licence }]);
    assert.match(problem, says);
    assert.deepEqual(more, []);
  });
}

test("of licences to choose from, one that asks nothing is enough", () => {
  assert.deepEqual(licenceProblems([{ name: "a", version: "1.0.0", licence: "(MIT OR GPL-3.0-only)" }]), []);
});

test("a licence from a text is of one version", () => {
  assert.equal(licenceOf({ name: "unionfs", version: "4.6.0", licence: undefined }), "Unlicense");
  assert.equal(licenceOf({ name: "unionfs", version: "5.0.0", licence: undefined }), "unknown");
});
