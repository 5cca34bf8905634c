/** The quickstart's images: Noto emoji of five categories, as a manifest with groups. */
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** Categories with enough pictures of things; faces, people, flags and symbols are other tasks. */
const CATEGORIES = ["Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects"] as const;

const IMAGES_LINK = "images";

/** The part of an entry of `emoji.json` that is read. */
const emojiSchema = z.object({
  /** Code points in hex joined by dashes; the first one is the thing, the rest modify it. */
  unified: z.string(),
  image: z.string(),
  category: z.string(),
  has_img_google: z.boolean(),
});

export interface ManifestRow {
  readonly path: string;
  readonly label: string;
  readonly group: string;
}

/**
 * One row an image. Variants of a code point (skin tones, genders, colours) share its group, so that no
 * two pictures of one thing lie on both sides of a split.
 * @param imagesFolder as it is to be written in the manifest
 */
export function manifestRows(emojiJson: unknown, imagesFolder: string): ManifestRow[] {
  const categories: readonly string[] = CATEGORIES;
  return z
    .array(emojiSchema)
    .parse(emojiJson)
    .filter((emoji) => emoji.has_img_google && categories.includes(emoji.category))
    .map((emoji) => ({
      path: `${imagesFolder}/${emoji.image}`,
      label: emoji.category,
      group: emoji.unified.split("-")[0] ?? emoji.unified,
    }));
}

/**
 * Writes `images.jsonl` into `folder`.
 * @param packageFolder the unpacked npm package `emoji-datasource-google`
 * @returns path of the manifest and how many images it lists
 */
export async function writeEmojiManifest(
  packageFolder: string,
  folder: string,
): Promise<{ readonly path: string; readonly images: number }> {
  const emojiJson: unknown = JSON.parse(await readFile(join(packageFolder, "emoji.json"), "utf8"));
  await mkdir(folder, { recursive: true });
  // A link: paths in the manifest, and so in the report, do not depend on where the cache is.
  const images = join(folder, IMAGES_LINK);
  await rm(images, { force: true });
  await symlink(join(packageFolder, "img", "google", "64"), images);
  const rows = manifestRows(emojiJson, IMAGES_LINK);
  const path = join(folder, "images.jsonl");
  await writeFile(`${path}.part`, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await rename(`${path}.part`, path);
  return { path, images: rows.length };
}
