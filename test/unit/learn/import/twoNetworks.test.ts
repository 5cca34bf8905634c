/** Files in which two networks fit: none is taken, both are shown with what to say, and each is taken when it is asked for. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { resNet } from "../../../../learn/bases/families/resnet.js";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import { resNetNamings } from "../../../../learn/import/families/resnet.js";
import { importWeights } from "../../../../learn/import/fit.js";
import { kerasResNetNamings } from "../../../../learn/import/keras/names.js";
import type { Parameters } from "../../../../learn/network/parameters.js";
import { refusalOf } from "../../../support/refusal.js";
import { fixture, temporaryFolder } from "../support.js";

const { networks, files, doubled } = fixture<{
  readonly networks: readonly (readonly number[])[];
  readonly files: readonly {
    readonly what: string;
    readonly by: "prefix" | "weights";
    readonly names: readonly string[];
    readonly file: string;
  }[];
  readonly doubled: string;
}>("files/twoNetworks.json");

const architecture = resNet({ block: "basic", repeats: [1, 1, 1, 1], channels: 2 });
const namings = [...resNetNamings(architecture), ...kerasResNetNamings(architecture)];

async function pathOf(context: TestContext, file: string): Promise<string> {
  const path = join(await temporaryFolder(context), "checkpoint");
  await writeFile(path, gunzipSync(Buffer.from(file, "base64")));
  return path;
}

async function taken(path: string, asked?: string, prefix?: string): Promise<Parameters> {
  return importWeights(architecture, await readStateDicts(path), namings, asked, prefix).parameters;
}

for (const { what, by, names, file } of files) {
  test(`${what}: none of the two is taken until one is asked for`, async (context) => {
    const path = await pathOf(context, file);
    const { code, message, hint = "" } = await refusalOf(taken(path));
    assert.equal(code, "USAGE");
    assert.match(message, /holds 2 networks that fit/);
    for (const name of names) {
      assert.ok(message.includes(name), message);
      assert.ok(hint.includes(`\`--${by} ${name}\``), hint);
    }
    for (const [i, name] of names.entries()) {
      const parameters = by === "prefix" ? await taken(path, undefined, name) : await taken(path, name);
      assert.deepEqual(parameters.get("stem.0.conv.gamma")?.data, Float32Array.from(networks[i] ?? []));
    }
  });
}

test("an HDF5 file in which two layers would be one is refused with both", async (context) => {
  const { code, message } = await refusalOf(readStateDicts(await pathOf(context, doubled)));
  assert.equal(code, "DATA_INVALID");
  assert.match(
    message,
    /conv1_conv\/conv1_conv\/kernel:0 and conv1_conv\/kernel:0 may both be conv1_conv\.weight/,
  );
});
