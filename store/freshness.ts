/** How long what was written to the store is left alone, whether or not anything refers to it. */

const HOUR_MS = 3600 * 1000;

/**
 * Garbage collection leaves younger objects alone. Data come before the manifest that refers to them; between the
 * two lie minutes, and a day allows for outages and clocks that go wrong.
 */
export const FRESH_MS = 24 * HOUR_MS;

/** Data that are found in the store at this age are written again, because they might be collected meanwhile. */
export const REWRITE_MS = FRESH_MS / 2;
