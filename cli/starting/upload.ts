/** Uploads a run's images before it starts, with a line of progress. */

import type { Upload } from "../../client/images/upload.js";
import type { LoadedRunFile } from "../../client/runFile/load.js";
import type { Session } from "../../client/session.js";
import { isBucketUrl } from "../../spec/images/objects.js";
import type { ImageSource } from "../../spec/pipeline/run.js";
import { readingOf } from "../../spec/runFile/folders.js";
import type { Output } from "../output.js";
import { showProgress } from "../progressLine.js";
import { uploadedText } from "../render/runs/advice.js";
import { Interrupted, interruptible } from "../signals.js";
import { say } from "../terminal/shown.js";

/**
 * Images in a bucket stay where they are.
 * @returns where the run finds them
 * @throws ThawError those of `uploadImages`; Interrupted after Ctrl-C: what was uploaded stays, and is not sent again
 */
export async function uploadSource(
  { store, platform }: Session,
  { dataPath, file, listed }: LoadedRunFile,
  output: Output,
): Promise<ImageSource> {
  if (isBucketUrl(dataPath)) return { dataPath };
  const { uploadImages } = await import("../../client/images/upload.js");
  const started = performance.now();
  const upload = await interruptible(async (signal): Promise<Upload> => {
    const progress = await showProgress(output);
    try {
      const options = { onProgress: progress.show, signal, listed, ...readingOf(file) };
      return await uploadImages(store, dataPath, platform.workFolder, options).finally(progress.end);
    } catch (error) {
      if (!signal.aborted) throw error;
      output.talk(say`Interrupted: what was uploaded stays; the same command goes on from there.`);
      throw new Interrupted();
    }
  });
  output.tell(upload, (shown) => uploadedText(shown, (performance.now() - started) / 1000));
  return { dataPath, upload: upload.digest };
}
