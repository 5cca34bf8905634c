/** The usual size of a shard; apart from the schema, because workflows have no library for parsing. */

/** Of a shard: half a minute to some minutes of a processor, and tens of megabytes of features. */
export const SHARD_IMAGES = 2_000;
