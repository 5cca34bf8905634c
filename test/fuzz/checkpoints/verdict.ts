/** What a campaign and its child say to each other. */
import type { Case, Shares } from "./cases.js";

/** The cases `from` … `to - 1`, each written to `path` in its turn. */
export interface Order {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly shares: Shares;
  /** An ONNX file that all cases are changes of, in place of the shares. */
  readonly of?: string;
  readonly path: string;
}

export interface Verdict {
  readonly index: number;
  readonly kind: Case["kind"];
  readonly outcome: "read" | "refused" | "failed";
  /** The refusal's sentence, or what was thrown instead of one. */
  readonly says?: string;
  /** Of the child's processor, for this case. */
  readonly cpuMs: number;
  /** The child's largest memory so far beyond that at rest, in bytes. */
  readonly memory: number;
}
