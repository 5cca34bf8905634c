/** `split.json` of a folder that `exportSplit.js` wrote. */
import { z } from "zod";

export const splitSchema = z.object({ set: z.string(), seed: z.number(), flip: z.boolean() });
