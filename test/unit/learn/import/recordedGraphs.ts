/** Recorded ONNX graphs: those that have to have onnxruntime's features, and those that have to be refused. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { type OnnxNetwork, readOnnxNetwork } from "../../../../learn/import/onnx/any/network.js";
import { temporaryFolder } from "../support.js";

/** Files are compressed, in base64. */
export interface RecordedGraphs {
  /** Of the pictures, in pixels. */
  readonly side: number;
  readonly read: readonly {
    readonly what: string;
    readonly features: readonly number[];
    readonly file: string;
  }[];
  readonly refused: readonly {
    readonly what: string;
    readonly says: string;
    readonly hint: string;
    readonly file: string;
  }[];
}

export async function recordedNetwork(context: TestContext, file: string): Promise<OnnxNetwork> {
  const path = join(await temporaryFolder(context), "network.onnx");
  await writeFile(path, gunzipSync(Buffer.from(file, "base64")));
  return readOnnxNetwork(path, {});
}
