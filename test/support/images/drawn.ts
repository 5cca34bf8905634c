/** Labelled pictures drawn for tests: shapes of any colour, place, size and turn on a cluttered ground. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { type RandomStream, randomStream } from "../../../rng/stream.js";
import { folderOfProcess } from "../folders.js";
import { ALL_SHAPES, type Inside, onLine, SHAPES, type Shape } from "./shapes.js";

/** Side of a picture in pixels. */
const SIDE = 96;
/** Points a pixel, along each side: edges are soft. */
const FINE = 2;
const LINES = 6;

/** Uniform draws in order, out of a stream. */
function drawer(stream: RandomStream): (from: number, to: number) => number {
  let drawn = 0;
  return (from, to) => from + (to - from) * stream.uniform(drawn++);
}

type Colour = readonly [red: number, green: number, blue: number];

export interface Drawing {
  readonly seed?: number;
  /** `of-class`: the colour of the ground tells the class, so that the weakest features do. */
  readonly ground?: "any" | "of-class";
}

/** A place on the colour wheel for each shape. */
function groundOf(shape: Shape, jitter: () => number): Colour {
  const turn = (2 * Math.PI * ALL_SHAPES.indexOf(shape)) / ALL_SHAPES.length;
  const channel = (third: number): number => 128 + 90 * Math.cos(turn + (third * 2 * Math.PI) / 3) + jitter();
  return [channel(0), channel(1), channel(2)];
}

/** RGB bytes, `[SIDE, SIDE, 3]`: a function of the arguments alone. */
function draw(shape: Shape, index: number, { seed = 1, ground: told }: Drawing): Uint8Array {
  const next = drawer(randomStream(seed, `drawn ${shape}`, index));
  const colour = (): Colour => [next(20, 235), next(20, 235), next(20, 235)];
  const ground = told === "of-class" ? groundOf(shape, () => next(-12, 12)) : colour();
  // Far enough from the ground to be seen.
  const ink = ground.map((value) => (value + next(90, 165)) % 256) as unknown as Colour;
  const clutter = Array.from({ length: LINES }, () => {
    const [x, y] = [next(0, SIDE), next(0, SIDE)];
    const to = [x + next(-40, 40), y + next(-40, 40)] as const;
    return { colour: colour(), from: [x, y] as const, to, width: next(1, 5) };
  });
  const radius = next(SIDE / 5, SIDE / 2.6);
  const [cx, cy] = [next(radius, SIDE - radius), next(radius, SIDE - radius)];
  const turn = next(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(turn) / radius, Math.sin(turn) / radius];
  const pixels = new Float32Array(SIDE * SIDE * 3);
  for (let at = 0; at < pixels.length; at++) pixels[at] = ground[at % 3] as number;
  for (const { colour: shade, from, to, width } of clutter) {
    const box: Box = [spanOf([from[0], to[0]], width / 2), spanOf([from[1], to[1]], width / 2)];
    paint(pixels, shade, box, onLine(from, to, width));
  }
  const inside = SHAPES[shape];
  paint(pixels, ink, [spanOf([cx], radius), spanOf([cy], radius)], (x, y) => {
    const [dx, dy] = [x - cx, y - cy];
    return inside(cos * dx + sin * dy, cos * dy - sin * dx);
  });
  return new Uint8Array(pixels);
}

/** First pixel and the one after the last, along one axis. */
type Span = readonly [first: number, end: number];
type Box = readonly [x: Span, y: Span];

/** The pixels no further than `reach` from any of the places. */
function spanOf(places: readonly number[], reach: number): Span {
  const [first, last] = [Math.min(...places) - reach, Math.max(...places) + reach];
  return [Math.max(0, Math.floor(first)), Math.min(SIDE, Math.ceil(last))];
}

/** Paints what is inside; there is nothing outside of the box. */
function paint(
  pixels: Float32Array,
  colour: Colour,
  [[left, right], [top, bottom]]: Box,
  inside: Inside,
): void {
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      let share = 0;
      for (let point = 0; point < FINE * FINE; point++) {
        if (inside(x + ((point % FINE) + 0.5) / FINE, y + (Math.floor(point / FINE) + 0.5) / FINE)) share++;
      }
      if (share === 0) continue;
      share /= FINE * FINE;
      for (let channel = 0; channel < 3; channel++) {
        const at = 3 * (y * SIDE + x) + channel;
        pixels[at] = share * (colour[channel] as number) + (1 - share) * (pixels[at] as number);
      }
    }
  }
}

/** Those that this process has drawn, by all that they depend on: its test files want the same ones again and again. */
const drawn = new Map<string, Promise<Buffer>>();

/** The bytes of one picture, as JPEG. */
export async function drawnPicture(shape: Shape, index: number, drawing: Drawing = {}): Promise<Buffer> {
  const { seed = 1, ground = "any" } = drawing;
  const key = [shape, index, seed, ground].join(" ");
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
  const made =
    drawn.get(key) ??
    sharp(draw(shape, index, drawing), { raw })
      .jpeg({ quality: 92 })
      .toBuffer();
  drawn.set(key, made);
  // Nobody's changes are anybody else's.
  return Buffer.from(await made);
}

/** Writes `perClass` pictures of each shape into a folder of its name below `to`. The same arguments, the same bytes. */
export async function drawnImages(
  to: string,
  perClass: number,
  shapes: readonly Shape[] = ALL_SHAPES,
  drawing: Drawing = {},
): Promise<string> {
  for (const shape of shapes) {
    await mkdir(join(to, shape), { recursive: true });
    const indices = Array.from({ length: perClass }, (_, index) => index);
    await Promise.all(
      indices.map(async (index) =>
        writeFile(
          join(to, shape, `${String(index).padStart(3, "0")}.jpg`),
          await drawnPicture(shape, index, drawing),
        ),
      ),
    );
  }
  return to;
}

/** The same in a folder of its own, which goes when this process does. */
export async function drawnFolder(
  perClass: number,
  shapes: readonly Shape[] = ALL_SHAPES,
  drawing: Drawing = {},
): Promise<string> {
  return drawnImages(folderOfProcess("thaw-drawn-"), perClass, shapes, drawing);
}
