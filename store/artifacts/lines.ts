/** Files of JSON lines in artifacts: the images of a data set, predictions, probes. */
import type { z } from "zod";
import { shapedLines } from "../../spec/schemas/shaped.js";
import type { Store } from "../connection/connection.js";
import { type ArtifactManifest, describeFile, readArtifactFile } from "./artifacts.js";

/**
 * The lines of a file in memory, its digest and their shapes checked.
 * @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT with the line, STORE_…
 */
export async function readArtifactLines<Line>(
  store: Store,
  manifest: ArtifactManifest,
  name: string,
  schema: z.ZodType,
): Promise<Line[]> {
  return shapedLines(await readArtifactFile(store, manifest, name), schema, describeFile(manifest, name));
}
