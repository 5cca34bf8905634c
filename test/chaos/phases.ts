/** The phases of a stage that show in its conversation with the store. */
import type { ProxiedRequest } from "../support/services/faultProxy.js";

interface Phase {
  readonly name: string;
  readonly method: string;
  /** Of the path, whose first part is the bucket. */
  readonly path: RegExp;
}

const PHASES: readonly Phase[] = [
  { name: "claiming", method: "PUT", path: /^\/[^/]+\/fences\// },
  { name: "checkpoint data", method: "PUT", path: /^\/[^/]+\/checkpoints\/.*\/\d+-[0-9a-f]{64}/ },
  { name: "checkpoint manifest", method: "PUT", path: /^\/[^/]+\/checkpoints\/.*\.json/ },
  { name: "clearing", method: "POST", path: /^\/[^/]+\/?\?delete/ },
  { name: "storing", method: "PUT", path: /^\/[^/]+\/objects\// },
  { name: "committing", method: "PUT", path: /^\/[^/]+\/artifacts\// },
  { name: "registering", method: "PUT", path: /^\/[^/]+\/models\// },
  { name: "logging", method: "PUT", path: /^\/[^/]+\/logs\// },
];

const COMMITTING = ["storing", "committing", "logging"];
const TRAINING = ["claiming", "checkpoint data", "checkpoint manifest", "clearing", ...COMMITTING];

/** Names of the phases that a stage of that kind goes through. */
export function momentsOf(kind: string): readonly string[] {
  if (kind === "head" || kind === "tune" || kind === "scratch") return TRAINING;
  if (kind === "register") return ["registering", "committing", "logging"];
  // Its files are none.
  if (kind === "recipe") return ["committing", "logging"];
  return COMMITTING;
}

export function isIn(phase: string, { method, path }: ProxiedRequest): boolean {
  const known = PHASES.find(({ name }) => name === phase);
  return known !== undefined && known.method === method && known.path.test(path);
}
