/** `split.json` of a folder that `exportSplit.js` wrote. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const splitSchema = z.object({ set: z.string(), seed: z.number(), flip: z.boolean() });

export async function readSplit(folder: string): Promise<z.output<typeof splitSchema>> {
  return splitSchema.parse(JSON.parse(await readFile(join(folder, "split.json"), "utf8")));
}
