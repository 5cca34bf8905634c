/** Small sets of pictures through ingest, for the tests of what comes out. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import sharp from "sharp";
import { ingest } from "../../../../data/dataset/ingest.js";
import type { ThawError } from "../../../../spec/errors.js";
import { temporaryFolder, writeFiles } from "../../../support/images/pictures.js";
import { refusalOf } from "../../../support/refusal.js";

export const DATA = {
  test: 0.2,
  validation: 0.1,
  background: "white",
  keep_short_side: 64,
  leaks: "repair",
} as const;

/** A picture that is like no other: the perceptual hash must tell them apart. */
export function unlike(seed: number): Promise<Buffer> {
  return sharp(
    Buffer.from(Array.from({ length: 6 * 5 * 3 }, (_, i) => (((i + 1) * (seed + 11) * 7919) >> 3) % 256)),
    {
      raw: { width: 6, height: 5, channels: 3 },
    },
  )
    .resize(48, 40, { fit: "fill" })
    .png()
    .toBuffer();
}

/** Two classes, `cat` and `dog`, of so many images each, and more files. */
export async function pets(
  t: TestContext,
  each: number,
  more: Readonly<Record<string, Buffer | string>> = {},
): Promise<string> {
  const folder = join(await temporaryFolder(t), "source");
  const files: Record<string, Buffer | string> = { ...more };
  for (let index = 0; index < each; index++) {
    files[`cat/${index}.png`] ??= await unlike(index);
    files[`dog/${index}.png`] = await unlike(1000 + index);
  }
  await writeFiles(folder, files);
  return folder;
}

export async function run(
  t: TestContext,
  source: string,
  changes: Partial<Parameters<typeof ingest>[0]> = {},
): Promise<{ readonly out: string; readonly summary: Awaited<ReturnType<typeof ingest>> }> {
  const folder = await temporaryFolder(t);
  const out = join(folder, "out");
  const summary = await ingest({
    source,
    data: DATA,
    seed: 1,
    digestCache: join(folder, "digests.json"),
    out,
    onProgress: () => undefined,
    ...changes,
  });
  return { out, summary };
}

export const refusal = (t: TestContext, source: string): Promise<ThawError> => refusalOf(run(t, source));

export async function bytesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const digest = async (name: string): Promise<string> =>
    createHash("sha256")
      .update(await readFile(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await digest(name)] as const)),
  );
}
