/** Takes chosen files out of a wheel (a zip file), as streams. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Report } from "../component.js";

export interface Member {
  /** Path below the target folder. */
  readonly path: string;
  readonly executable?: boolean;
  /** Which part of the file's bytes is kept; all of them if absent. */
  readonly keep?: (bytes: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
}

/** @param choose what becomes of a file of the wheel; undefined leaves it out */
export async function unpackWheel(
  wheel: string,
  into: string,
  choose: (name: string) => Member | undefined,
  report: Report,
): Promise<void> {
  const { openPromise } = await import("yauzl");
  const zip = await openPromise(wheel);
  for await (const entry of zip.eachEntry()) {
    const member = entry.fileName.endsWith("/") ? undefined : choose(entry.fileName);
    if (member === undefined) continue;
    report({ phase: "unpacking", detail: member.path });
    const target = join(into, member.path);
    await mkdir(dirname(target), { recursive: true });
    const output = createWriteStream(target, { mode: member.executable ? 0o755 : 0o644 });
    const input = await zip.openReadStreamPromise(entry);
    if (member.keep === undefined) await pipeline(input, output);
    else await pipeline(input, member.keep, output);
  }
}
