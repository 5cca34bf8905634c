/** What `precision: auto` means for a run, which is settled before it starts and stands in its file from then on. */
import type { Precision } from "../engine/precision.js";
import type { RunFile } from "../runFile/runFile.js";
import { basesOf } from "./candidates.js";

/**
 * Bases of which bfloat16 was measured to take less time at features that agree
 * ([figures](../../bench/README.md#the-frozen-pass-in-bfloat16)). Others are computed in it where a run file says so.
 */
const MEASURED: ReadonlySet<string> = new Set([
  "efficientnet-lite0",
  "efficientnet-lite1",
  "efficientnet-lite2",
]);

/**
 * A run that is resumed, or that goes on on another machine, has the file as it was written here: nothing is decided twice.
 * @param isFast whether the processor that starts the run multiplies bfloat16
 */
export function withPrecision(file: RunFile, isFast: boolean): RunFile {
  // Clients from before there was a choice do not say.
  if (file.precision !== "auto") return file;
  // Nothing is known here of the nodes of a cluster, and elsewhere it takes longer than float32.
  const pays = isFast && file.compute === "local" && basesOf(file).every((base) => MEASURED.has(base));
  const precision: Precision = pays ? "bfloat16" : "float32";
  return { ...file, precision };
}
