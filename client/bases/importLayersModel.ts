/** Turns a layers model into the one file that is stored, in an engine process: only TensorFlow knows whether it runs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { RAW_PIXELS } from "../../learn/bases/extractor.js";
import { type ColourOrder, type ExtractorSpec, LAYERS_MODEL, type PixelScale } from "../../spec/base.js";
import type { ImportedModel } from "../../spec/engine/job.js";
import { ThawError } from "../../spec/errors.js";
import type { Golden } from "../../spec/golden.js";
import type { Store } from "../../store/connection/connection.js";
import { localEngine } from "../localEngine.js";
import type { FetchOptions } from "./checkpointSource.js";
import { openLayersModel } from "./layersModelSource.js";
import { tryBase } from "./tryBase.js";

export interface LayersModelRequest {
  /** Of the base that it becomes. */
  readonly name: string;
  readonly from: string;
  readonly pixelScale?: PixelScale;
  /** Side of the square input in pixels, for a model that takes any. */
  readonly size?: number;
  /** The layer that gives the features, where not the last pooling or flattening. */
  readonly output?: string;
  readonly colourOrder?: ColourOrder;
}

/** Call `dispose` when done. */
export interface ExtractorFile {
  readonly path: string;
  readonly extractor: ExtractorSpec;
  readonly pixelScale: PixelScale;
  readonly golden: Golden;
  dispose(): Promise<void>;
}

const answerSchema: z.ZodType<ImportedModel> = z.object({
  inputSize: z.int(),
  features: z.int(),
  output: z.string(),
  blueFirst: z.boolean().exactOptional(),
  multiplyAdds: z.number().exactOptional(),
  passBytes: z.number().exactOptional(),
  weightBytes: z.number().exactOptional(),
  rescales: z.boolean(),
});

/** @throws ThawError USAGE (size, output, scale), DATA_NOT_FOUND, DATA_INVALID, ENGINE_FAILED, RUNTIME_MISSING */
export async function importLayersModel(
  store: Store,
  { from, name, pixelScale, size, output, colourOrder }: LayersModelRequest,
  options: FetchOptions,
): Promise<ExtractorFile> {
  const files = await openLayersModel(store, from, options);
  const folder = await mkdtemp(join(tmpdir(), "thaw-extractor-"));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const engine = localEngine();
  try {
    const path = join(folder, "extractor.safetensors");
    const answer = await engine.run(
      {
        kind: "import",
        source: from,
        model: files.model,
        shards: files.shards,
        ...(size === undefined ? {} : { size }),
        ...(output === undefined ? {} : { output }),
        ...(colourOrder === "bgr" ? { blueFirst: true } : {}),
        out: path,
      },
      { onProgress: () => undefined, signal: options.signal ?? new AbortController().signal },
    );
    const { rescales, ...extractor } = answerSchema.parse(answer);
    if (pixelScale === undefined && !rescales) throw unknownScale(from);
    const scale = pixelScale ?? RAW_PIXELS;
    const base = { name, architecture: LAYERS_MODEL, checkpoint: path, extractor, pixelScale: scale };
    const golden = await tryBase(engine, base, options.signal);
    return { path, extractor, pixelScale: scale, golden, dispose };
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    await engine.stop();
    await files.dispose();
  }
}

function unknownScale(from: string): ThawError {
  return new ThawError(
    "USAGE",
    `${from} has no Rescaling layer, so thaw cannot know how it wants its pixels`,
    {
      hint: "say it: --mean 0.5 --std 0.5 for pixels in −1…1 (MobileNet), --mean 0 --std 1 for 0…1, --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 for ImageNet's statistics",
    },
  );
}
