/** Kernels of TensorFlow that write behind their memory, for some numbers of images, are not used; nor are those that are not there. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const CHILD = fileURLToPath(new URL("./convolutionMemory.js", import.meta.url));
const WITHOUT = fileURLToPath(new URL("./groupedWithoutOneDnn.js", import.meta.url));

test("convolutions and their gradients stay within their memory with 1 to 40 images", () => {
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, [CHILD], {
    encoding: "utf8",
    // glibc checks each block when it is freed; others ignore both. Two threads share an odd number of images unevenly.
    env: {
      ...process.env,
      MALLOC_CHECK_: "3",
      LD_PRELOAD: "libc_malloc_debug.so.0",
      TF_NUM_INTRAOP_THREADS: "2",
    },
  });
  const last = stdout.trimEnd().split("\n").at(-1);
  const why = stderr.trimEnd().split("\n").at(-1);
  assert.equal(last, "done", `memory was damaged by, or before, ${last}: ${signal ?? status}, ${why}`);
});

test("without oneDNN gradients of grouped convolutions are computed in the way that needs none, and are PyTorch's", () => {
  const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: "0" };
  const { stdout, stderr } = spawnSync(process.execPath, [WITHOUT], { encoding: "utf8", env });
  assert.equal(stdout, `${JSON.stringify({ own: false, wrong: 0 })}\n`, stderr);
});
