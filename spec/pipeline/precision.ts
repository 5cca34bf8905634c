/** What `precision: auto` means for a run, which is settled before it starts and stands in its file from then on. */
import type { AutoPrecision, Precision } from "../engine/precision.js";
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

/** The machine on which a run is started, which need not be the one that computes it. */
export interface Starter {
  /** Whether the run's training worker is surely on it: where `thaw up` has started Temporal, the store and the workers. */
  readonly computes: boolean;
  /** Whether its processor multiplies bfloat16. Asked only where that decides. */
  readonly multiplies: () => boolean;
}

export interface SettledPrecision {
  readonly file: RunFile;
  /** Where there was something to settle. */
  readonly auto?: AutoPrecision;
}

/**
 * A run that is resumed, or that goes on on another machine, has the file as it was written here: nothing is decided twice.
 * bfloat16 is taken only where it is known of the processor that will compute that it multiplies it: elsewhere the pass takes
 * longer than in float32.
 */
export function withPrecision(file: RunFile, starter: Starter): SettledPrecision {
  // Clients from before there was a choice do not say.
  if (file.precision !== "auto") return { file };
  const auto = settle(file, starter);
  return { file: { ...file, precision: auto.took }, auto };
}

function settle(file: RunFile, { computes, multiplies }: Starter): AutoPrecision {
  const plain = (why: string): AutoPrecision => ({ took: "float32" satisfies Precision, why });
  const unmeasured = basesOf(file).find((base) => !MEASURED.has(base));
  if (unmeasured !== undefined)
    return plain(`it was not measured that bfloat16 takes less time on ${unmeasured}`);
  if (file.compute === "kubernetes")
    return plain("the machine that started the run does not know which nodes of the cluster will compute it");
  if (!computes)
    return plain(
      "the machine that started the run does not know whose training worker will compute it: Temporal or the store are not those of `thaw up`",
    );
  if (!multiplies())
    return plain(
      "the engine of the machine that started the run, and computes it, does not multiply bfloat16",
    );
  return {
    took: "bfloat16",
    why: "the processor of the machine that started the run, and computes it, multiplies bfloat16",
  };
}

/** For people, without a full stop. */
export function autoPrecisionSentence({ took, why }: AutoPrecision): string {
  return `Frozen layers in ${took} (precision: auto: ${why})`;
}
