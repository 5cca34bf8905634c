/** Runs ONNX files with the real onnxruntime, from PyPI. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../../../runtime/cacheFolder.js";

const run = promisify(execFile);

/** With wheels for Python 3.10 to 3.13; pip brings numpy along. */
const PACKAGES = ["onnxruntime==1.23.2", "onnx==1.19.1"];
const INSTALL_MS = 240_000;

/** Checks the file, runs it on bytes `[n, size, size, 3]`, writes float32 probabilities; prints its metadata. */
const PROGRAM = `
import json, sys
import numpy, onnx, onnxruntime
model, pixels, out, size = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
onnx.checker.check_model(onnx.load(model), full_check=True)
options = onnxruntime.SessionOptions()
# Threads that wait for work spin, which takes a processor.
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
x = numpy.fromfile(pixels, numpy.uint8).reshape(-1, size, size, 3)
session.run(["probabilities"], {"pixels": x})[0].astype("<f4").tofile(out)
print(json.dumps(session.get_modelmeta().custom_metadata_map))
`;

export interface Python {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A Python that has onnxruntime and onnx: `THAW_TEST_PYTHON`, or the one on the PATH with both in a folder of
 * the cache, where pip puts them the first time.
 * @returns why there is none, where there is none
 */
export async function pythonWithOnnx(): Promise<Python | string> {
  const chosen = process.env.THAW_TEST_PYTHON;
  if (chosen) return works({ command: chosen, environment: {} });
  const folder = join(cacheFolder(), `test-${PACKAGES.join("-").replaceAll("==", "-")}`);
  const installed = await stat(folder).catch(() => undefined);
  if (installed === undefined) {
    const problem = await install(folder);
    if (problem !== undefined) return problem;
  }
  return works({ command: "python3", environment: { PYTHONPATH: folder } });
}

async function works(python: Python): Promise<Python | string> {
  try {
    await execute(python, ["-c", "import numpy, onnx, onnxruntime"]);
    return python;
  } catch (error) {
    return `${python.command} has no onnxruntime: ${lastLine(error)}`;
  }
}

/** Into a folder beside, which then becomes the one: a half-made one is never used. */
async function install(folder: string): Promise<string | undefined> {
  await mkdir(cacheFolder(), { recursive: true });
  const partial = await mkdtemp(`${folder}.part-`);
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

function execute({ command, environment }: Python, args: readonly string[]) {
  return run(command, args, { env: { ...process.env, ...environment } });
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
  const { stdout } = await execute(python, ["-c", PROGRAM, modelFile, pixelFile, out, `${size}`]);
  const bytes = Uint8Array.from(await readFile(out));
  return {
    probabilities: new Float32Array(bytes.buffer),
    metadata: JSON.parse(stdout) as OnnxAnswer["metadata"],
  };
}
