/** Pictures drawn by formula, and folders that go away after the test. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import sharp, { type Sharp } from "sharp";
import type { Pixels } from "../../../data/image/sharp.js";
import { randomStream } from "../../../rng/stream.js";

/** A soft picture without symmetry: no turn or mirror image of it looks the same. @param variant other shapes */
export function picture(width: number, height: number, variant = 0): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = x / width;
      const v = y / height;
      const wave = Math.sin((5 + variant) * u + 3 * v) * Math.cos(4 * v - variant * u);
      const bump = Math.exp(-((u - 0.3) ** 2 + (v - 0.2 - 0.07 * variant) ** 2) * 20);
      const at = (y * width + x) * 3;
      data[at] = 60 + 120 * u;
      data[at + 1] = 90 + 60 * wave;
      data[at + 2] = 40 + 170 * bump;
    }
  }
  return { data, width, height };
}

/** A picture with structure at all scales that the hash looks at, as photographs have it. */
export function structured(width: number, height: number, seed: number): Pixels {
  const stream = randomStream(seed, "picture");
  const heights = Array.from({ length: 64 }, (_, wave) => 24 * (stream.uniform(wave) - 0.5));
  const [across, down] = [width, height].map((length) =>
    Array.from({ length: 8 }, (_, wave) =>
      Float64Array.from({ length }, (_, at) => Math.cos((Math.PI * (1 + wave) * (at + 0.5)) / length)),
    ),
  ) as [Float64Array[], Float64Array[]];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let level = 128;
      for (let wave = 0; wave < 64; wave++) {
        const strength = heights[wave] as number;
        level += strength * (across[wave % 8]?.[x] as number) * (down[wave >> 3]?.[y] as number);
      }
      data.fill(level, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return { data, width, height };
}

export function toSharp({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export function png(width: number, height: number, variant = 0): Promise<Buffer> {
  return toSharp(picture(width, height, variant))
    .png()
    .toBuffer();
}

/** Largest and mean absolute difference of two images' bytes. */
export function difference(
  a: Uint8Array,
  b: Uint8Array,
): { readonly largest: number; readonly mean: number } {
  if (a.length !== b.length) return { largest: Number.POSITIVE_INFINITY, mean: Number.POSITIVE_INFINITY };
  let largest = 0;
  let sum = 0;
  a.forEach((value, index) => {
    const distance = Math.abs(value - (b[index] as number));
    largest = Math.max(largest, distance);
    sum += distance;
  });
  return { largest, mean: sum / a.length };
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-data-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Writes files by their paths under `folder`, with the folders they need. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Buffer | string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
