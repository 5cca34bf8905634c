/**
 * Holds what one engine computed against what another did: two folders that `numbers.js` wrote.
 *   node dist/bench/gpu/agreement.js FIRST SECOND [--same]
 * Ends with 1 where they do not agree; with `--same`, where any bit differs.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What issue and export ask of other engines: of TensorFloat-32 kernels features are off by 0.007 to 0.02. */
const LEAST_COSINE = 0.999;
const MOST_LOSS = 0.01;
/** Of one picture. */
const FEATURES = 1280;

interface Figures {
  readonly device: string;
  readonly engine: string;
  readonly losses: Readonly<Record<string, number>>;
}

const [first = "", second = "", mode] = process.argv.slice(2);
if (second === "") throw new Error("usage: agreement.js FIRST SECOND [--same]");

async function floats(folder: string, name: string): Promise<Float32Array> {
  return new Float32Array(Uint8Array.from(await readFile(join(folder, `${name}.f32`))).buffer);
}

async function figuresOf(folder: string): Promise<Figures> {
  return JSON.parse(await readFile(join(folder, "figures.json"), "utf8")) as Figures;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    const other = b[i] as number;
    ab += value * other;
    aa += value * value;
    bb += other * other;
  });
  return ab / Math.sqrt(aa * bb);
}

/** The least cosine of rows of that length. */
function leastCosine(a: Float32Array, b: Float32Array, length: number): number {
  if (a.length !== b.length || a.length === 0) throw new Error(`${a.length} numbers against ${b.length}`);
  let least = 1;
  for (let at = 0; at < a.length; at += length)
    least = Math.min(least, cosine(a.subarray(at, at + length), b.subarray(at, at + length)));
  return least;
}

let agree = true;
const say = (holds: boolean, sentence: string): void => {
  agree &&= holds;
  console.log(`${holds ? "ok  " : "NOT "} ${sentence}`);
};

const [one, other] = [await figuresOf(first), await figuresOf(second)];
console.log(`${one.engine} on ${one.device} against ${other.engine} on ${other.device}`);
for (const name of ["features", "tuned", "whole"]) {
  const [a, b] = [await floats(first, name), await floats(second, name)];
  const least = leastCosine(a, b, name === "features" ? FEATURES : a.length);
  const differing = a.filter((value, i) => value !== b[i]).length;
  say(
    mode === "--same" ? differing === 0 : least >= LEAST_COSINE,
    `${name === "features" ? "features, least of the pictures" : `gradients, ${name}`}: cosine ${least.toFixed(7)}, ` +
      `${differing} of ${a.length} numbers differ`,
  );
}
for (const [name, loss] of Object.entries(one.losses)) {
  const own = other.losses[name] ?? Number.NaN;
  const apart = Math.abs(own - loss) / loss;
  say(mode === "--same" ? own === loss : apart <= MOST_LOSS, `loss, ${name}: ${loss} and ${own}`);
}
process.exitCode = agree ? 0 : 1;
