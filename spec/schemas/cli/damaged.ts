/** Records that a listing could not read. */
import { z } from "zod";

export const damagedSchema = z.array(
  z.object({
    record: z.string().describe("Its key in the bucket."),
    why: z.string().describe("What is wrong with it, as a sentence."),
    hint: z.string().exactOptional().describe("What to do about it."),
  }),
);
