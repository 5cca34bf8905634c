/** Runs ONNX files with the real onnxruntime, from PyPI. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { cacheFolder } from "../../../runtime/cacheFolder.js";

const run = promisify(execFile);

/** With wheels for Python 3.10 to 3.13; pip brings numpy along. */
const PACKAGES = ["onnxruntime==1.23.2", "onnx==1.19.1"];
const INSTALL_MS = 240_000;

/**
 * For each line of its input, a JSON array: checks the file, runs it on bytes `[n, size, size, 3]`, writes float32 probabilities; tells
 * its metadata, or what is wrong, in a line. To load the packages takes a second of a processor, so it does that once for all files.
 */
const PROGRAM = `
import json, sys
import numpy, onnx, onnxruntime
def answer(model, pixels, out, size):
    onnx.checker.check_model(onnx.load(model), full_check=True)
    options = onnxruntime.SessionOptions()
    # Threads that wait for work spin, which takes a processor.
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    x = numpy.fromfile(pixels, numpy.uint8).reshape(-1, size, size, 3)
    session.run(["probabilities"], {"pixels": x})[0].astype("<f4").tofile(out)
    return session.get_modelmeta().custom_metadata_map
print("ready", flush=True)
for line in sys.stdin:
    try:
        told = {"metadata": answer(*json.loads(line))}
    except Exception as error:
        told = {"problem": str(error)}
    print(json.dumps(told), flush=True)
`;

/** A Python that has loaded onnxruntime and onnx. */
export interface Python {
  /** @returns the line that it answers with @throws what it said last, where it has ended */
  ask(line: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * A Python that has onnxruntime and onnx: `THAW_TEST_PYTHON`, or the one on the PATH with both in a folder of
 * the cache, where pip puts them the first time.
 * @returns why there is none, where there is none
 */
export async function pythonWithOnnx(): Promise<Python | string> {
  const chosen = process.env.THAW_TEST_PYTHON;
  if (chosen) return started(chosen, {});
  const folder = join(cacheFolder(), `test-${PACKAGES.join("-").replaceAll("==", "-")}`);
  const installed = await stat(folder).catch(() => undefined);
  if (installed === undefined) {
    const problem = await install(folder);
    if (problem !== undefined) return problem;
  }
  return started("python3", { PYTHONPATH: folder });
}

async function started(
  command: string,
  environment: Readonly<Record<string, string>>,
): Promise<Python | string> {
  const child = spawn(command, ["-c", PROGRAM], { env: { ...process.env, ...environment } });
  let said = "";
  child.stderr.on("data", (text: Buffer) => {
    said += text.toString();
  });
  child.on("error", (error) => {
    said += error.message;
  });
  // What is written to one that has ended is told by its missing answer.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (!done) return value;
    await ended;
    throw new Error(said.trim() || `${command} ended`);
  };
  try {
    assert.equal(await next(), "ready");
  } catch (error) {
    return `${command} has no onnxruntime: ${lastLine(error)}`;
  }
  return {
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return next();
    },
    close: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** Into a folder beside, which then becomes the one: a half-made one is never used. */
async function install(folder: string): Promise<string | undefined> {
  await mkdir(cacheFolder(), { recursive: true });
  await sweepParts(folder);
  const partial = await mkdtemp(`${folder}${PART}`);
  try {
    const options = ["--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--target", partial];
    await run("python3", ["-m", "pip", "install", ...options, ...PACKAGES], { timeout: INSTALL_MS });
    await rename(partial, folder).catch(async (error) => {
      // Another test run was faster.
      if ((await stat(folder).catch(() => undefined)) === undefined) throw error;
    });
    return undefined;
  } catch (error) {
    return `pip cannot install ${PACKAGES.join(" and ")}: ${lastLine(error)}`;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

const PART = ".part-";

/** Removes what test runs that were killed left half-made: no attempt takes longer than its time limit. */
async function sweepParts(folder: string): Promise<void> {
  const beside = dirname(folder);
  const parts = (await readdir(beside)).filter((name) => name.startsWith(`${basename(folder)}${PART}`));
  for (const path of parts.map((name) => join(beside, name))) {
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.birthtimeMs ?? Date.now());
    if (age > 2 * INSTALL_MS) await rm(path, { recursive: true, force: true });
  }
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split("\n").at(-1) ?? "";
}

export interface OnnxAnswer {
  readonly probabilities: Float32Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Checks the model with `onnx.checker` and runs it.
 * @param pixels RGB bytes `[n, size, size, 3]`
 * @throws what Python said when the file is not valid or cannot be run
 */
export async function runOnnx(
  python: Python,
  folder: string,
  model: Uint8Array,
  pixels: Uint8Array,
  size: number,
): Promise<OnnxAnswer> {
  const [modelFile, pixelFile, out] = ["model.onnx", "pixels.bin", "probabilities.bin"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await Promise.all([writeFile(modelFile, model), writeFile(pixelFile, pixels)]);
  const line = await python.ask(JSON.stringify([modelFile, pixelFile, out, size]));
  const { metadata, problem } = JSON.parse(line) as {
    readonly metadata?: OnnxAnswer["metadata"];
    readonly problem?: string;
  };
  if (metadata === undefined) throw new Error(problem);
  const bytes = Uint8Array.from(await readFile(out));
  return {
    probabilities: new Float32Array(bytes.buffer),
    metadata,
  };
}
