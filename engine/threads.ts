/** How many threads TensorFlow computes with: sums are rounded by how they are split between them. */
import { availableParallelism } from "node:os";

/** TensorFlow takes as many as it has cores, unless this variable says otherwise. */
export function computeThreads(env: NodeJS.ProcessEnv = process.env): number {
  const asked = Number(env.TF_NUM_INTRAOP_THREADS);
  return Number.isInteger(asked) && asked > 0 ? asked : availableParallelism();
}
