/** In which numbers the frozen layers are computed. */

export type Precision = "float32" | "bfloat16";

/** A processor multiplies bfloat16, or float32 is rounded to it: the numbers are near, but not the same bits. */
export type Bfloat16Arithmetic = "multiplied" | "rounded";

/** What a run has asked for, and what came of it. */
export interface PrecisionChoice {
  readonly asked: "bfloat16";
  /** What the check of the features came to; absent where it is still to be made. */
  readonly used?: Precision;
  /** What the features came about by, as in {@link PrecisionCheck}. */
  readonly arithmetic?: Bfloat16Arithmetic;
}

/** What `precision: auto` came to, and why: settled where a run is started, in its input from then on. */
export interface AutoPrecision {
  readonly took: Precision;
  /** One clause without a full stop, whoever reads it and wherever: it names the machine that decided. */
  readonly why: string;
}

/** How the features in bfloat16 compare with those of float32. */
export interface PrecisionCheck {
  readonly asked: "bfloat16";
  /** float32 where they do not agree, or where the base has no layer groups. */
  readonly used: Precision;
  /** How the numbers in bfloat16 came about; absent where float32 is used, and in artifacts of older versions. */
  readonly arithmetic?: Bfloat16Arithmetic;
  /** Pictures that were compared: thaw's own with its negative, and the first of the run. */
  readonly pictures: number;
  /** The smallest cosine of all pictures; absent where the base has no layer groups. */
  readonly cosine?: number;
}

/** Smallest cosine of a picture's features in bfloat16 with those in float32. */
export const LEAST_COSINE = 0.999;

/** Flags of processors that multiply bfloat16: AVX-512 BF16 and AMX. */
const FLAGS: ReadonlySet<string> = new Set(["avx512_bf16", "amx_bf16"]);

/** @param cpuinfo Linux' `/proc/cpuinfo` */
export function hasBfloat16(cpuinfo: string): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? "";
  return flags.split(" ").some((flag) => FLAGS.has(flag));
}
