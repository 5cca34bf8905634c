/** Compiles tfjs-node's native half against libtensorflow, as its binding.gyp would, without node-gyp. */
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ThawError } from "../../../spec/errors.js";
import { childEnvironment } from "../../../spec/processes/childEnvironment.js";
import { packageFolder } from "../download/nodePackage.js";
import { isMissing, missingProgram, ProgramFailed, runProgram } from "../program.js";

/** Where tfjs-node looks for its binding, below its own folder; 8 is the Node-API version. */
export const BINDING = join("lib", "napi-v8", "tfjs_binding.node");
const SOURCES = ["tfjs_backend", "tfjs_binding"];
const COMPILE = ["-c", "-O2", "-fPIC", "-std=gnu++17", "-w", "-DNAPI_VERSION=8"];
/** From the folder of the binding to that of the libraries, which tfjs-node calls `deps/lib`. */
const RUN_PATH = "-Wl,-rpath,$ORIGIN/../../deps/lib";

async function compiler(args: readonly string[]): Promise<void> {
  try {
    await runProgram("g++", args, { env: childEnvironment("compiler") });
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw missingProgram("g++", "once, to compile TensorFlow's binding for Node.js", "g++", error);
  }
}

/**
 * Loads the binding in a process of its own, which also loads libtensorflow, and asks for its version.
 * @throws ThawError RUNTIME_MISSING when it does not load, e.g. because the system's C library is too old
 */
async function checkLoads(binding: string, version: string): Promise<void> {
  const script = "process.stdout.write(require(process.argv[1]).TF_Version)";
  const env = childEnvironment("engine");
  const loaded = await runProgram(process.execPath, ["-e", script, binding], { env }).catch(
    (cause: unknown) => {
      const line = cause instanceof ProgramFailed && /^Error: .*$/m.exec(cause.output)?.[0];
      throw new ThawError(
        "RUNTIME_MISSING",
        `libtensorflow does not load on this machine: ${line || cause}`,
        {
          hint: "it needs a Linux with glibc 2.27 or newer",
          cause,
        },
      );
    },
  );
  if (loaded !== version) throw new Error(`the binding loaded libtensorflow ${loaded}, not ${version}`);
}

/**
 * @param tfjsPackage whose sources are compiled: tfjs-node or tfjs-node-gpu
 * @param root a folder that gets the layout of tfjs-node: the binding, and `deps` as a link
 * @param libtensorflow folder with `lib` and `include`
 * @returns path of the binding, which has been loaded once
 */
export async function compileBinding(
  tfjsPackage: string,
  root: string,
  libtensorflow: string,
  version: string,
): Promise<string> {
  const tfjs = packageFolder(tfjsPackage);
  const includes = [tfjs, join(libtensorflow, "include"), join(packageFolder("node-api-headers"), "include")];
  const include = includes.map((folder) => `-I${folder}`);
  const object = (source: string): string => join(root, `${source}.o`);
  const binding = join(root, BINDING);
  await mkdir(dirname(binding), { recursive: true });
  await symlink(libtensorflow, join(root, "deps"));
  // An empty library of the same name: the linker notes the name and looks for nothing in 0.6 GB.
  const stub = join(root, "libtensorflow_cc.so");
  await Promise.all([
    compiler([
      "-shared",
      "-nostdlib",
      "-Wl,-soname,libtensorflow_cc.so.2",
      "-o",
      stub,
      "-x",
      "c",
      "/dev/null",
    ]),
    ...SOURCES.map((source) =>
      compiler([...COMPILE, ...include, join(tfjs, "binding", `${source}.cc`), "-o", object(source)]),
    ),
  ]);
  await compiler(["-shared", "-o", binding, ...SOURCES.map(object), "-Wl,--no-as-needed", stub, RUN_PATH]);
  await checkLoads(binding, version);
  return binding;
}
