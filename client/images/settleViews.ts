/** Settles `augment.views: auto` by the number of images, before keys are computed. */
import { trainingImages, withViews } from "../../spec/pipeline/views.js";
import { readingOf } from "../../spec/runFile/folders.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import { countImages, type ListedSource } from "./list.js";

export interface SettledViews {
  /** The run file with a number in the place of `auto`; as it was where it says one. */
  readonly file: RunFile;
  /** What `auto` came to, for people; absent where the run file says a number. */
  readonly sentence?: string;
}

/**
 * @param source the images; without it the file is for somebody to whom the number of views is nothing, and gets the most
 * @throws ThawError NOT_FOUND (the upload), STORE_…, those of `listSource`
 */
export async function settleViews(store: Store, file: RunFile, source?: ListedSource): Promise<SettledViews> {
  if (file.augment.views !== "auto") return { file };
  const images = source === undefined ? 0 : await countImages(store, { ...source, ...readingOf(file) });
  const settled = withViews(file, images);
  const count = trainingImages(file, images).toLocaleString("en");
  return {
    file: settled,
    sentence: `${settled.augment.views} ${settled.augment.views === 1 ? "view" : "views"} of each training image (augment.views: auto, about ${count} training images)`,
  };
}
