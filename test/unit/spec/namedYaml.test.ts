/** A file that an environment variable names: what is said of a wrong one, whatever it is for. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { installationDefaults } from "../../../k8s/job/settings.js";
import { loadPrices } from "../../../runtime/prices.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-named-"));
});
after(() => rm(folder, { recursive: true }));

const FILES = [
  { variable: "THAW_PRICES", load: loadPrices, hint: /docs\/observability\.md/ },
  { variable: "THAW_KUBERNETES_DEFAULTS", load: installationDefaults, hint: /the section `kubernetes`/ },
] as const;

for (const { variable, load, hint } of FILES) {
  test(`${variable}: a file that is not there, no YAML or of a wrong key is refused with its name and the variable's`, async () => {
    const file = join(folder, "wrong.yaml");
    const refused = (message: RegExp) => ({ code: "USAGE", message, hint });
    await assert.rejects(
      load(join(folder, "none.yaml")),
      refused(new RegExp(`none\\.yaml, which ${variable} names, cannot be read: ENOENT`)),
    );
    await writeFile(file, "a: [");
    await assert.rejects(
      load(file),
      refused(new RegExp(`wrong\\.yaml, which ${variable} names, cannot be read`)),
    );
    await writeFile(file, "nothing_of_the_kind: 1\n");
    await assert.rejects(load(file), refused(new RegExp(`which ${variable} names, is wrong at `)));
  });
}

test("an empty price table is refused, empty defaults of an installation are none", async () => {
  const file = join(folder, "empty.yaml");
  await writeFile(file, "");
  await assert.rejects(loadPrices(file), { code: "USAGE", message: /is wrong at its top/ });
  assert.deepEqual(await installationDefaults(file), {});
});

test("a variable that is empty names no file", async () => {
  assert.equal(await loadPrices(""), undefined);
  assert.deepEqual(await installationDefaults(""), {});
});
