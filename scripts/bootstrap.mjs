// What has to happen before compiled code can run: packages, compilation, workflow bundle. Plain Node.js
// without packages, because on a fresh clone there are none.
//   node scripts/bootstrap.mjs quickstart|test|test:quick|test:k8s|thaw|chaos [ARGUMENTS…]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const DIST = join(ROOT, "dist");
const PACKAGES_STAMP = join(ROOT, "node_modules", ".thaw-lock-sha256");
const SOURCES_STAMP = join(DIST, ".sources-sha256");
/** As tsconfig.json names it. */
const COMPILERS_MEMORY = join(DIST, ".tsbuildinfo");
/** Below dist/, as worker/workflowBundle.ts names them, and what they are made of. */
const BUNDLES = ["workflows.bundle.js", "workflows.traced.bundle.js"];
const BUNDLED = ["workflows", "spec", "worker/workflowBundle.js"];
const ENTRIES = {
  quickstart: "cli/quickstart/main.js",
  test: "test/run.js",
  "test:quick": ["test/run.js", "--quick"],
  "test:k8s": "test/k8s/main.js",
  thaw: "cli/main.js",
  chaos: "test/chaos/main.js",
};
/** The versions that CI and the developers' machines cover; `engines` in package.json says the same. */
const OLDEST_NODE = [20, 9];
const NEWEST_MAJOR = 26;

function fail(message, status = 4) {
  console.error(message);
  process.exit(status);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const tooOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (tooOld || major > NEWEST_MAJOR) {
    fail(`thaw runs on Node.js ${OLDEST_NODE.join(".")} to ${NEWEST_MAJOR}; this is ${process.version}.`);
  }
}

/** Runs a program with its output on stderr: stdout belongs to the command that is being started. */
function run(program, args, what) {
  const { status, signal, error } = spawnSync(program, args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (error?.code === "ENOENT") fail(`${what} needs ${program}, which is not on the PATH.`);
  if (signal !== null) process.exit(130);
  if (status !== 0) fail(`${what} failed (exit code ${status}); its messages are above.`);
}

const stamped = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");

function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  if (stamped(PACKAGES_STAMP) === lock) return;
  const folder = join(ROOT, "node_modules");
  // npm would empty the folder that the link points to, which others may be using.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail(
      `${folder} is a link, and not installed from this package-lock.json: install where it points to, or remove it.`,
    );
  }
  console.error("thaw: installing npm packages …");
  // Install scripts would download binaries from elsewhere; thaw provides what they would fetch.
  run("npm", ["ci", "--ignore-scripts", "--loglevel=error"], "Installing packages");
  writeFileSync(PACKAGES_STAMP, lock);
}

/** Identity of everything that compilation reads: paths, sizes and times. */
function sourcesIdentity() {
  const { include } = JSON.parse(readFileSync(join(ROOT, "tsconfig.json"), "utf8"));
  const hash = createHash("sha256");
  for (const path of ["tsconfig.json", "package-lock.json", ...include])
    for (const { name, size, mtimeMs } of filesOf(ROOT, path)) hash.update(`${name} ${size} ${mtimeMs}\n`);
  return hash.digest("hex");
}

/** A file, or all in a folder, with their paths below `root`; nothing where there is none. */
function filesOf(root, path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [{ name: path, size: found.size, mtimeMs: found.mtimeMs }];
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => filesOf(root, join(path, name)));
}

function compile() {
  const identity = sourcesIdentity();
  if (stamped(SOURCES_STAMP) === identity) return;
  console.error("thaw: compiling …");
  rmSync(SOURCES_STAMP, { force: true });
  keepOutputOfSources();
  mkdirSync(DIST, { recursive: true });
  run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], "Compiling");
  if (!bundlesAreNew()) run(process.execPath, ["dist/worker/bundleWorkflows.js"], "Bundling the workflows");
  writeFileSync(SOURCES_STAMP, identity);
}

/**
 * The compiler remembers what it has compiled and does only what has changed: a fifth of the time. What has lost its source
 * goes; where output that the compiler believes in is missing, all goes.
 */
function keepOutputOfSources() {
  const compiled = filesOf(DIST, "").filter(
    ({ name }) => /\.js(\.map)?$/.test(name) && !BUNDLES.includes(name),
  );
  const outputs = new Set(compiled.map(({ name }) => name));
  const { include } = JSON.parse(readFileSync(join(ROOT, "tsconfig.json"), "utf8"));
  const sources = include
    .flatMap((path) => filesOf(ROOT, path))
    .filter(({ name }) => /(?<!\.d)\.tsx?$/.test(name));
  const last = statSync(COMPILERS_MEMORY, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isLost = ({ name, mtimeMs }) => mtimeMs < last && !outputs.has(outputOf(name));
  if (last === 0 || sources.some(isLost)) return rmSync(DIST, { recursive: true, force: true });
  const expected = new Set(sources.map(({ name }) => outputOf(name)));
  for (const { name } of compiled) if (!expected.has(name.replace(/\.map$/, ""))) rmSync(join(DIST, name));
}

const outputOf = (source) => source.replace(/\.tsx?$/, ".js");

/** Whether nothing that goes into the workflows' bundles has been written since they were. */
function bundlesAreNew() {
  const times = (root, paths) => paths.flatMap((path) => filesOf(root, path)).map(({ mtimeMs }) => mtimeMs);
  const bundles = times(DIST, BUNDLES);
  if (bundles.length < BUNDLES.length) return false;
  const parts = [...times(DIST, BUNDLED), ...times(ROOT, ["package-lock.json"])];
  return Math.min(...bundles) > Math.max(...parts);
}

const [command = "", ...args] = process.argv.slice(2);
const entry = ENTRIES[command];
if (entry === undefined) fail(`usage: node scripts/bootstrap.mjs ${Object.keys(ENTRIES).join("|")}`, 2);
checkNode();
installPackages();
compile();
const [program, ...always] = [entry].flat();
if (command === "thaw") {
  // In this process: another one takes as long to start as `thaw --help` takes.
  process.argv = [process.argv[0], join(DIST, program), ...args];
  await import(pathToFileURL(join(DIST, program)).href);
} else {
  const child = spawn(process.execPath, [join(DIST, program), ...always, ...args], { stdio: "inherit" });
  // Ctrl-C reaches the child through the terminal's process group; the rest is handed on. Either way the
  // child ends first and its exit code is this one's.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) =>
    process.exit(code ?? (signal === null ? 1 : 128 + constants.signals[signal])),
  );
}
