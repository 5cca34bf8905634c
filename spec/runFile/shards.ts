/** What a run file says of shards: `shards.images`. */
import { z } from "zod";
import { SHARD_IMAGES } from "./shardSize.js";

/** A shard of fewer would be lookups more than work. */
const LEAST_IMAGES = 2;
const MOST_IMAGES = 100_000;

export const shardsSchema = z
  .strictObject({
    images: z
      .union([z.enum(["auto", "off"]), z.int().min(LEAST_IMAGES).max(MOST_IMAGES)])
      .default("auto")
      .describe(
        `Most images of a shard. auto: ${SHARD_IMAGES}, for reading images where \`parallel\` is above 1, for their features also where no stage reads activations, and none for fewer images than two shards have; off: one pass over all of them.`,
      ),
  })
  .describe(
    "The images and the features of a large set in parts that are stored one by one, as many at once as `parallel` says. It changes no number.",
  );
