/** The child of a campaign: reads one file after another as ingest does, and tells what became of each. */
import { decodeImage, encodePixels } from "../../../data/image/decode.js";
import { withImageFile } from "../../../data/image/imageFile.js";
import { perceptualHash } from "../../../data/image/phash.js";
import { ThawError } from "../../../spec/errors.js";
import { kindOfReason, type Verdict } from "./verdict.js";

const SHORT_SIDE = 64;
const RGB = 3;

process.on("message", (given: { readonly index: number; readonly path: string }) => void judge(given));

async function judge({ index, path }: { readonly index: number; readonly path: string }): Promise<void> {
  const before = process.cpuUsage();
  const result = await outcomeOf(path);
  const { user, system } = process.cpuUsage(before);
  const peak = process.resourceUsage().maxRSS * 1024;
  process.send?.({ index, ...result, cpuMs: (user + system) / 1000, peak } satisfies Verdict);
}

async function outcomeOf(path: string): Promise<Pick<Verdict, "outcome" | "says">> {
  try {
    const fault = await withImageFile(path, undefined, faultOfImage);
    return fault === undefined ? { outcome: "decoded" } : { outcome: "failed", says: fault };
  } catch (error) {
    if (!(error instanceof ThawError))
      return { outcome: "failed", says: (error as Error)?.stack ?? String(error) };
    const kind = error.code === "IMAGE_UNREADABLE" ? kindOfReason(error.message) : undefined;
    if (kind !== undefined) return { outcome: "refused", says: kind };
    return { outcome: "failed", says: `no known reason: ${error.code} ${JSON.stringify(error.message)}` };
  }
}

/** What is wrong with what came out. */
async function faultOfImage(bytes: Buffer): Promise<string | undefined> {
  const { pixels, width, height, format } = await decodeImage(bytes, {
    background: "white",
    keepShortSide: SHORT_SIDE,
  });
  const { data } = pixels;
  if (data.length !== pixels.width * pixels.height * RGB) {
    return `${data.length} bytes for ${pixels.width} × ${pixels.height}`;
  }
  if (Math.min(pixels.width, pixels.height) > SHORT_SIDE || pixels.width > width || pixels.height > height) {
    return `${pixels.width} × ${pixels.height} of ${width} × ${height}`;
  }
  if (!["jpeg", "png", "webp", "gif", "tiff", "avif"].includes(format)) return `the format ${format}`;
  const hash = await perceptualHash(pixels);
  if (!/^[0-9a-f]+$/.test(hash)) return `the hash ${hash}`;
  const encoded = await encodePixels(pixels);
  return encoded.length > 0 ? undefined : "an empty canonical image";
}
