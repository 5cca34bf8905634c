/** The list of uploaded images: `uploads/DIGEST/images.json`. */
import { z } from "zod";
import { DIGEST_OR_MARK } from "../../images/unreadable.js";
import { SPLITS } from "../../records/dataset.js";
import { countSchema } from "../parts.js";

export const uploadListSchema = z.object({
  source: z.string().describe("The folder, or manifest of images, that it came from, for messages."),
  classes: z.array(z.string()),
  entries: z.array(
    z.object({
      path: z.string(),
      label: z.string(),
      group: z.string().exactOptional(),
      split: z.enum(SPLITS).exactOptional(),
      sha256: z
        .string()
        .regex(DIGEST_OR_MARK)
        .describe("Of a file that could not be read, its mark: there are no bytes of it."),
      size: countSchema,
      leftOut: z
        .string()
        .exactOptional()
        .describe("Why there are no bytes of it in the store: it is no image that is read."),
    }),
  ),
  ignored: z.array(z.object({ path: z.string(), reason: z.string() })),
});

/** What an upload consists of. */
export type UploadList = z.output<typeof uploadListSchema>;
