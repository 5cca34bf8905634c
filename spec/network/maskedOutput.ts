/** Masks what a process writes to its log or terminal, whoever writes it: libraries and Node's own warnings, too. */
import { masked } from "./masked.js";

const done = new WeakSet<NodeJS.WritableStream>();

/** From here on, once for each stream. A secret that is cut in two by two writes is not found. */
export function maskOutput(
  streams: readonly NodeJS.WritableStream[] = [process.stdout, process.stderr],
): void {
  for (const stream of streams) {
    if (done.has(stream)) continue;
    done.add(stream);
    const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
    stream.write = ((chunk: unknown, ...rest: unknown[]) =>
      write(shown(chunk), ...rest)) as typeof stream.write;
  }
}

function shown(chunk: unknown): unknown {
  if (typeof chunk === "string") return masked(chunk);
  if (!(chunk instanceof Uint8Array)) return chunk;
  const text = Buffer.from(chunk).toString("utf8");
  const without = masked(text);
  return without === text ? chunk : without;
}
