/**
 * Bounds of what could be any number: what is above is a slip of the keyboard (1e9), and a run that took it at its word would
 * go on for ever or end in the middle, without memory. Apart from the schema, because workflows have no library for parsing.
 */

/** Passes over the images, of a head as of a stage; the longest trainings that anybody publishes have some thousands. */
export const MOST_EPOCHS = 100_000;

/** Images of a step of the head, rows of features: half a gigabyte of them where a base has 2,048. */
export const MOST_ROWS = 65_536;

/** Images of a step through the network: 5 GB as input alone, at 224 pixels. */
export const MOST_BATCH = 8_192;

/** Gradients have norms of ten: from far below this on nothing is ever cut. */
export const MOST_NORM = 1_000_000;

/** Ten years: a network that is older is trained anew for other reasons. */
export const MOST_AGE_DAYS = 3_650;

/** New images that retraining waits for: a set of more than these comes in parts, and nobody would notice that it waits for ever. */
export const MOST_NEW_IMAGES = 10_000_000;

/** A petabyte: what else is too much the cluster says. */
export const MOST_BYTES = 1e15;

/** Nothing starts in less; whoever writes `memory: 16` or `512m` means gigabytes and megabytes. */
export const LEAST_BYTES = 1e6;

export const MOST_PROCESSORS = 10_000;

/** Of one of a pod's patiences: a year. */
export const MOST_PATIENCE_SECONDS = 366 * 86_400;

/** In terabytes, more than the disk of any machine. */
export const MOST_TERABYTES = 10_000;
