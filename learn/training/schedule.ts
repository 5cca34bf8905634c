/** Learning rate schedules, as factors on the peak rate. */

/**
 * Linear warm-up, then a half cosine to zero (Loshchilov & Hutter, "SGDR", ICLR 2017, without restarts).
 * @param step from 0
 * @param total steps in all
 * @param warmup share of the steps that warm up, in [0, 1]
 * @returns factor in (0, 1]; 0 is only reached after the last step
 */
export function cosineWithWarmup(step: number, total: number, warmup: number): number {
  const warm = Math.min(Math.floor(total * warmup), total - 1);
  if (step < warm) return (step + 1) / warm;
  return 0.5 * (1 + Math.cos((Math.PI * (step - warm)) / Math.max(1, total - warm)));
}

/**
 * Differential learning rates: the top group learns at `top`, each group below `decay` times slower
 * (discriminative fine-tuning, Howard & Ruder, "ULMFiT", ACL 2018, where `decay` is 2.6).
 * @param depth distance of the group from the top group, from 0
 */
export function groupRate(top: number, decay: number, depth: number): number {
  return top / decay ** depth;
}
