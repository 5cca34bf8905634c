/** ONNX files of any network: read as an architecture of its own it has the features of PyTorch, or is refused. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { requireSound } from "../../../../learn/bases/sound.js";
import { type OnnxNetwork, readOnnxNetwork } from "../../../../learn/import/onnx/any/network.js";
import { madeUpFeatures } from "../madeUpRuns.js";
import { assertClose, fixture, temporaryFolder } from "../support.js";

interface Recorded {
  readonly network: string;
  readonly what: string;
  readonly features: readonly number[];
  readonly file: string;
}

const { side, read } = fixture<{
  readonly side: number;
  readonly classes: number;
  readonly labels: readonly number[];
  readonly read: readonly Recorded[];
}>("files/onnxGraphs.json");

async function pathOf(context: TestContext, file: string): Promise<string> {
  const path = join(await temporaryFolder(context), "network.onnx");
  await writeFile(path, gunzipSync(Buffer.from(file, "base64")));
  return path;
}

const readNetwork = async (context: TestContext, file: string, asked = {}): Promise<OnnxNetwork> =>
  readOnnxNetwork(await pathOf(context, file), asked);

for (const { network, what, features, file } of read) {
  test(`${network}, ${what}: it has the features of PyTorch`, async (context) => {
    const asked = what === "any size" ? { size: side } : {};
    const { architecture, parameters, ...told } = await readNetwork(context, file, asked);
    requireSound(parameters, "network.onnx");
    if (process.env.SHOW)
      console.log(JSON.stringify(told), JSON.stringify(architecture, null, 1).replace(/\n\s*/g, " "));
    assertClose(madeUpFeatures(architecture, parameters, side), features, 1e-5, "features");
  });
}
