/** Reads a checkpoint of whatever format: safetensors, PyTorch's own, new and old, or Keras'. */
import { ThawError } from "../../spec/errors.js";
import { readSafetensorsFile } from "../safetensors.js";
import { plainDict, type StateDict } from "./torchState.js";
import { readTorchZip } from "./torchZip.js";
import { openRegular } from "./wholeFile.js";

/**
 * The format is told by the first bytes, not by the name.
 * @returns every dict of tensors in the file, as float32
 * @throws ThawError DATA_INVALID when the file is something else, is damaged or wants to run code
 */
export async function readStateDicts(path: string): Promise<readonly StateDict[]> {
  return readerFor(path, await firstBytes(path))(path);
}

const FIRST_BYTES = 64;

/** What people give by mistake, by how it begins. */
const OTHERS: readonly [begins: RegExp, known: { readonly what: string; readonly hint: string }][] = [
  [/^.{4}TFL3/s, { what: "a TensorFlow Lite model", hint: "add the checkpoint that it was converted from" }],
  [
    /^\s*<(!doctype|html)/i,
    {
      what: "a web page",
      hint: "the address leads to a page about the file, or asks to sign in: download the file itself",
    },
  ],
  [
    /^version https:\/\/git-lfs/,
    { what: "a pointer of Git LFS, not the file itself", hint: "fetch the file with `git lfs pull`" },
  ],
];

const ONNX = {
  what: "an ONNX model",
  hint: "it is read as a network of an architecture, not as a checkpoint",
};

/** A version of the format, which is a small number, and then a text: who wrote it. */
function beginsOnnx(start: Buffer): boolean {
  const [first, version = 0, second] = start;
  return first === 0x08 && version < 32 && (second === 0x12 || second === 0x3a);
}

/** @throws ThawError DATA_INVALID for what is no regular file */
export async function isOnnxFile(path: string): Promise<boolean> {
  return beginsOnnx(await firstBytes(path));
}

type Reader = (path: string) => Promise<readonly StateDict[]>;

function readerFor(path: string, start: Buffer): Reader {
  if (start.toString("latin1", 0, 4) === "PK\x03\x04") return readTorchZip;
  // A length, then a JSON object.
  if (start.toString("latin1", 8, 9) === "{") {
    return async (file) => {
      const { parameters, types } = await readSafetensorsFile(file);
      return [plainDict(parameters, types)];
    };
  }
  if (start.toString("latin1", 0, 8) === "\x89HDF\r\n\x1a\n") return readKeras;
  // Every pickle of a protocol that PyTorch has used begins with this opcode.
  if (start[0] === 0x80) return readLegacy;
  const [, other] = OTHERS.find(([begins]) => begins.test(start.toString("latin1"))) ?? [];
  const known = beginsOnnx(start) ? ONNX : other;
  if (known !== undefined) {
    throw new ThawError("DATA_INVALID", `${path} is no checkpoint: it is ${known.what}`, {
      hint: known.hint,
    });
  }
  throw new ThawError(
    "DATA_INVALID",
    `${path} is no checkpoint: neither a PyTorch, a safetensors nor a Keras file`,
    {
      hint: "save one with torch.save(model.state_dict(), FILE) or safetensors.torch.save_file",
    },
  );
}

// The formats that few bases are in; every process of a run loads this module.
const readKeras: Reader = async (path) => (await import("./keras/file.js")).readKerasHdf5(path);
const readLegacy: Reader = async (path) => (await import("./torchLegacy.js")).readTorchLegacy(path);

async function firstBytes(path: string): Promise<Buffer> {
  const file = await openRegular(
    path,
    (what) => new ThawError("DATA_INVALID", `${path} is no checkpoint: ${what}`),
  );
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_BYTES), 0, FIRST_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
