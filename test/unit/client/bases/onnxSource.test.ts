/** An ONNX file from an address, whose numbers lie in another file beside it: both are fetched, under one limit. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openOnnx } from "../../../../client/bases/onnxSource.js";
import { readOnnxNetwork } from "../../../../learn/import/onnx/any/network.js";
import type { ThawError } from "../../../../spec/errors.js";
import { withData } from "../../../fuzz/checkpoints/onnxData.js";
import { encode } from "../../../fuzz/checkpoints/onnxFields.js";
import { graphFields, soundGraph } from "../../../fuzz/checkpoints/onnxGraph.js";
import { withVariables } from "../../../support/machine/variables.js";
import { refusalOf } from "../../../support/refusal.js";
import { type StaticServer, serve } from "../../../support/services/staticServer.js";
import { nowhere } from "../../../support/store/nowhere.js";

const { model, files } = withData(graphFields(), () => "model.onnx_data");
const GRAPH = encode(model);
const DATA = files.get("model.onnx_data") ?? Buffer.alloc(0);

let server: StaticServer;
let folder = "";
before(async () => {
  const type = "application/octet-stream";
  server = await serve(
    new Map([
      ["/onnx/model.onnx", { type, data: GRAPH }],
      ["/onnx/model.onnx_data", { type, data: DATA }],
      ["/alone/model.onnx", { type, data: GRAPH }],
    ]),
  );
  folder = await mkdtemp(join(tmpdir(), "thaw-onnx-source-"));
});
after(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const refusal = (source: string, options = {}): Promise<ThawError> =>
  refusalOf(openOnnx(nowhere, source, options));

test("graph and numbers come from one address, are said to once, and are the network", async () => {
  const notices: string[] = [];
  const onNotice = (sentence: string): number => notices.push(sentence);
  const opened = await openOnnx(nowhere, `${server.origin}/onnx/model.onnx`, { onNotice });
  assert.ok(opened.data);
  const network = await readOnnxNetwork(opened.path, { data: opened.data });
  await opened.dispose();
  assert.equal(notices.length, 1);
  const whole = join(folder, "whole.onnx");
  await writeFile(whole, soundGraph());
  assert.deepEqual(network, await readOnnxNetwork(whole, {}));
});

test("a file that the address does not have is named, the limit is one for both, and what came is removed", async () => {
  const emptied = await mkdtemp(join(folder, "tmp-"));
  await withVariables({ TMPDIR: emptied }, async () => {
    const { code, message } = await refusal(`${server.origin}/alone/model.onnx`);
    assert.equal(code, "DATA_NOT_FOUND");
    assert.match(
      message,
      /alone\/model\.onnx has its numbers in model\.onnx_data: .*alone\/model\.onnx_data answers 404/,
    );
    const large = await refusal(`${server.origin}/onnx/model.onnx`, {
      maxBytes: GRAPH.length + DATA.length - 1,
    });
    assert.match(large.message, /model\.onnx_data has more than the .* MB that may come/);
    assert.deepEqual(await readdir(emptied), []);
  });
});

test("a digest that would be of the graph alone is refused", async () => {
  const path = join(folder, "model.onnx");
  await writeFile(path, GRAPH);
  const sha256 = createHash("sha256").update(GRAPH).digest("hex");
  const { code, message } = await refusal(path, { sha256 });
  assert.equal(code, "USAGE");
  assert.match(message, /--sha256 is the digest of one file, and the numbers of this one are in others/);
});
