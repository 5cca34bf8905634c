/** ONNX files whose numbers lie in other files: they are read from beside the graph, and from nowhere else. */
import assert from "node:assert/strict";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { readOnnxNetwork } from "../../../../learn/import/onnx/any/network.js";
import { importOnnx } from "../../../../learn/import/onnx/file.js";
import { ThawError } from "../../../../spec/errors.js";
import { SMALL, soundOnnx } from "../../../fuzz/checkpoints/onnx.js";
import { withData } from "../../../fuzz/checkpoints/onnxData.js";
import { encode, type Field, field } from "../../../fuzz/checkpoints/onnxFields.js";
import { graphFields, soundGraph } from "../../../fuzz/checkpoints/onnxGraph.js";
import { refusalOf } from "../../../support/refusal.js";
import { temporaryFolder } from "../support.js";

/** The folder of the model `network/graph.onnx`, written with its files. */
async function written(
  context: TestContext,
  fileOf: (weight: string) => string | undefined,
  change = (model: readonly Field[]) => model,
): Promise<{ readonly path: string; readonly folder: string }> {
  const folder = join(await temporaryFolder(context), "network");
  await mkdir(folder);
  const path = join(folder, "graph.onnx");
  const { model, files } = withData(graphFields(), fileOf);
  await writeFile(path, encode(change(model)));
  for (const [name, data] of files) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), data);
  }
  return { path, folder };
}

async function refusal(path: string): Promise<ThawError> {
  const error = await refusalOf(readOnnxNetwork(path, {}));
  assert.equal(error.code, "DATA_INVALID");
  return error;
}

for (const [what, fileOf] of [
  ["one file of data", () => "graph.onnx.data"],
  [
    "a file for each weight, some of them in the graph",
    (name: string) => (name === "v" ? undefined : `${name}.bin`),
  ],
  ["a folder of data", () => "weights/all"],
] as const) {
  test(`${what}: it is the network that it is in one file`, async (context) => {
    const { path, folder } = await written(context, fileOf);
    const whole = join(folder, "whole.onnx");
    await writeFile(whole, soundGraph());
    assert.deepEqual(await readOnnxNetwork(path, {}), await readOnnxNetwork(whole, {}));
  });
}

test("a file that is missing is named, with what to do", async (context) => {
  const { path } = await written(context, () => "x", renamed("graph.onnx.data"));
  const { message, hint } = await refusal(path);
  assert.match(message, /: its numbers are in graph\.onnx\.data, which is not beside it$/);
  assert.match(hint ?? "", /copy both files into one folder; or save it as one file: onnx\.save_model/);
});

for (const name of [
  "/etc/hostname",
  "../secret",
  "a/../../secret",
  ".",
  "",
  "a//b",
  "..",
  "a\\b",
  "a\0b",
  "a\u001b[2J",
]) {
  test(`it is read from no place outside its folder: ${JSON.stringify(name)}`, async (context) => {
    const { path, folder } = await written(context, () => "x", renamed(name));
    await writeFile(join(folder, "..", "secret"), Buffer.alloc(100_000));
    const { message } = await refusal(path);
    assert.match(message, /its numbers are in .*, which is not in the folder of the file$/);
  });
}

test("a link leads to where the graph itself lies, as in caches of downloads, and nowhere else", async (context) => {
  const { path, folder } = await written(context, () => "data");
  const views = join(folder, "..", "views");
  await mkdir(views);
  await symlink(path, join(views, "model.onnx"));
  await symlink(join(folder, "data"), join(views, "data"));
  const linked = await readOnnxNetwork(join(views, "model.onnx"), {});
  assert.deepEqual(linked, await readOnnxNetwork(path, {}));

  const { path: alone, folder: own } = await written(context, () => "x", renamed("data"));
  await symlink(join(folder, "data"), join(own, "data"));
  assert.match((await refusal(alone)).message, /which is not in the folder of the file/);
});

test("data that are cut short, a folder, or too large are refused", async (context) => {
  const { path, folder } = await written(context, () => "data");
  await truncate(join(folder, "data"), 500);
  assert.match((await refusal(path)).message, /: \w+ is cut short$/);
  await truncate(join(folder, "data"), 2 ** 31);
  assert.match(
    (await refusal(path)).message,
    /data, where its numbers are: with what belongs to it, it has 2 GiB or more/,
  );
  const { path: other } = await written(context, () => "data/x", renamed("data"));
  assert.match((await refusal(other)).message, /data, where its numbers are: it is no regular file/);
});

test("with an architecture's name it is refused, as only its first file would be kept", async (context) => {
  const { path } = await written(context, () => "data");
  await assert.rejects(importOnnx(SMALL, path, []), (error) => {
    assert.ok(error instanceof ThawError);
    assert.match(error.message, /graph\.onnx is no ONNX file that fits: its numbers are in another file/);
    assert.match(error.hint ?? "", /leave --arch out.*; or save it as one file/);
    return true;
  });
  const whole = join(dirname(path), basename(path, ".onnx"));
  await writeFile(whole, soundOnnx());
  await importOnnx(SMALL, whole, []);
});

/** The graph has another name for the file. */
const renamed =
  (name: string) =>
  (model: readonly Field[]): readonly Field[] => {
    const change = (one: Field): Field => {
      if (!Array.isArray(one.value)) return one;
      const fields = one.value as readonly Field[];
      const isLocation = one.number === 13 && fields[0]?.value.toString() === "location";
      return field(one.number, isLocation ? [fields[0] as Field, field(2, name)] : fields.map(change));
    };
    return model.map(change);
  };
