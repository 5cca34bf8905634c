/**
 * Time and peak memory of `npm run quickstart`.
 *   node dist/bench/speed/quickstart.js          everything in the cache already
 *   node dist/bench/speed/quickstart.js --cold   with an empty cache
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output, ROOT, thaw, watchEngineMemory } from "../support.js";

const cold = process.argv.includes("--cold");
const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
try {
  const env = {
    ...process.env,
    THAW_PROJECT: folder,
    ...(cold ? { THAW_CACHE: join(folder, "cache") } : {}),
  };
  const stopWatching = watchEngineMemory();
  const started = performance.now();
  const child = spawn(process.execPath, [join(ROOT, "scripts", "bootstrap.mjs"), "quickstart"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.stdout.write(await output(child, "the quickstart"));
  console.log(
    `quickstart, ${cold ? "empty" : "filled"} cache: ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  console.log(`peak memory of the engine: ${stopWatching().toFixed(2)} GiB`);
} finally {
  await thaw(folder, ["down", "--project", folder]);
  await rm(folder, { recursive: true, force: true });
}
