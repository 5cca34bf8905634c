/** What the quickstart writes can be read: its pictures lie in the cache, outside of the manifest's folder. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { writeEmojiManifest } from "../../../../cli/quickstart/emojiDataset.js";
import { QUICKSTART_RUN_FILE } from "../../../../cli/quickstart/runFile.js";
import { loadRunFile } from "../../../../client/runFile/load.js";
import { listSource } from "../../../../data/source/source.js";
import { readingOf } from "../../../../spec/runFile/folders.js";
import { png, temporaryFolder } from "../../../support/images/pictures.js";

const CATEGORIES = ["Animals & Nature", "Food & Drink"] as const;

test("the quickstart's run file and manifest name pictures that a run may read", async (t) => {
  const cache = join(await temporaryFolder(t), "emoji");
  const pictures = join(cache, "img", "google", "64");
  await mkdir(pictures, { recursive: true });
  const emoji = CATEGORIES.map((category, index) => ({
    ...{ unified: `1F40${index}`, image: `1f40${index}.png`, category, has_img_google: true },
    ...{ name: `emoji ${index}`, short_name: `e${index}` },
  }));
  await writeFile(join(cache, "emoji.json"), JSON.stringify(emoji));
  for (const { image } of emoji) await writeFile(join(pictures, image), await png(8, 8));
  const folder = join(await temporaryFolder(t), ".thaw", "quickstart");
  const { images } = await writeEmojiManifest(cache, folder);
  assert.equal(images, emoji.length);
  await writeFile(join(folder, "thaw.yaml"), QUICKSTART_RUN_FILE);
  const { file, dataPath } = await loadRunFile(join(folder, "thaw.yaml"), []);
  const { entries } = await listSource(dataPath, undefined, readingOf(file));
  assert.deepEqual(
    entries.map(({ path }) => path),
    emoji.map(({ image }) => `images/${image}`),
  );
});
