/** Images made larger or smaller: `Resize` and what it was called before. */
import {
  COORDINATES,
  type Coordinates,
  type Resizing,
  ROUNDINGS,
  type Rounding,
  resizedPlace,
} from "../../../network/resizing.js";
import { pixelOf } from "./gates/means.js";
import type { Step } from "./steps.js";
import { type Following, imageOf, numbersOf, settled, type Value } from "./values.js";

type Given = readonly (Value | undefined)[];

const ALIKE =
  "thaw takes modes nearest and linear, over rows and columns alike, with the coordinates half_pixel, pytorch_half_pixel, align_corners and asymmetric";

/** Larger ones are none of a network's. */
const MOST_SIDE = 4096;

/** @throws ThawError for what would be another image in another program, or is not known */
export function resized(value: Value, inputs: Given, following: Following): Value | undefined {
  if (value.is === "means" && value.shape.join(" ") === `${value.chain.outputs} 1 1`)
    return resized(pixelOf(value, following), inputs, following);
  if (value.is !== "image") return undefined;
  const { node, refuse, label } = following;
  const isOld = node.operator === "Upsample";
  const before = settled(value, following);
  const { channels, side } = following.steps[before] as Step;
  const at = value.layout === "first" ? [2, 3] : [1, 2];
  const listed = (index: number): readonly number[] | undefined => numbersAt(inputs[index], following);
  // `Resize` had its scales second until version 11 of the operators, as `Upsample` had, which earlier had them as an attribute.
  const isShort = isOld || inputs.length === 2;
  const scales = isOld && inputs.length === 1 ? node.lists.get("scales") : listed(isShort ? 1 : 2);
  const sizes = isShort ? undefined : listed(3);
  const axes = node.integers.get("axes") ?? [0, 1, 2, 3];
  const other = ["antialias", "exclude_outside"].find((name) => (node.integers.get(name)?.[0] ?? 0) !== 0);
  const policy = node.texts.get("keep_aspect_ratio_policy") ?? "stretch";
  if (other !== undefined || (sizes !== undefined && policy !== "stretch"))
    throw refuse(`it resizes with ${other ?? `the policy ${policy}`}`, ALIKE);
  const along = (axis: number): Along => {
    const place = axes.findIndex((one) => one === axis || one === axis - 4);
    return place < 0 ? {} : { scale: scales?.[place], size: sizes?.[place] };
  };
  const isWhole = ({ scale, size }: Along, extent: number): boolean =>
    (scale ?? 1) === 1 && (size === undefined || Number.isNaN(size) || size === extent);
  const [, channelAxis = 1] = value.layout === "first" ? [0, 1] : [0, 3];
  const [rows, columns] = at.map((axis) => sideOf(along(axis), side, following));
  if (!isWhole(along(channelAxis), channels) || (along(0).scale ?? 1) !== 1 || rows !== columns)
    throw refuse("it resizes something else than rows and columns alike", ALIKE);
  if (rows === undefined) throw refuse("it does not say in the file how large its image becomes", ALIKE);
  const resizing = { from: side, to: rows, ...howOf(isShort, following, { side, to: rows }) };
  if (rows === side) return imageOf(before, label, value.layout);
  requirePlain(resizing, following);
  following.spend(4 * resizing.to * side);
  const made = { from: label, channels, side: resizing.to };
  return imageOf(following.add({ kind: "resize", input: before, resizing, ...made }), label, value.layout);
}

interface Along {
  readonly scale?: number | undefined;
  readonly size?: number | undefined;
}

/**
 * A scale that no float32 has is another one in every program: where the nearest pixel hangs on it, they take different ones.
 * @throws ThawError with the first such pixel
 */
function requirePlain(resizing: Resizing, { refuse }: Following): void {
  const { from, to, mode, rounding = "floor" } = resizing;
  if (mode !== "nearest" || Math.fround(to / from) === to / from) return;
  const turn = rounding === "floor" || rounding === "ceil" ? 0 : 0.5;
  for (let pixel = 0; pixel < to; pixel++) {
    const place = resizedPlace(pixel, resizing);
    const edge = Math.round(place - turn) + turn;
    if (place === 0 || Math.abs(place - edge) > NEAR || edge < 0 || edge > from - 1) continue;
    throw refuse(
      `of ${from} pixels it makes ${to}, and its pixel ${pixel} lies where pixels ${Math.floor(edge - NEAR)} and ${Math.ceil(edge + NEAR)} are as near: programs differ in which they take`,
      "export it with a size whose multiple is whole",
    );
  }
}

/** Of a pixel: more than float32 loses. */
const NEAR = 1e-4;

/** An empty list says nothing, as exporters write what they leave out. */
function numbersAt(value: Value | undefined, following: Following): readonly number[] | undefined {
  if (value === undefined) return undefined;
  const numbers =
    value.is === "numbers"
      ? value.values
      : value.is === "constant"
        ? value.tensor.type === undefined
          ? value.tensor.integers()
          : [...numbersOf(value, following)]
        : undefined;
  if (numbers === undefined)
    throw following.refuse("how large its image becomes is computed of a picture", ALIKE);
  return numbers.length === 0 ? undefined : numbers;
}

function sideOf({ scale, size }: Along, side: number, { refuse }: Following): number | undefined {
  if (size !== undefined) return within(size) ? size : undefined;
  if (scale === undefined) return undefined;
  const to = scale * side;
  // Of 7 pixels times 1.5 programs make 10, but at the places of 10 / 7 or of 1.5; and 3 times 2.3333333 are 6 or 7.
  if (!within(to))
    throw refuse(
      `it makes ${side} pixels ${Number(scale.toPrecision(6))} times as many: programs make ${Math.floor(to)} of them, some at the places of ${Math.floor(to)} / ${side}, some of the scale`,
      "export it with a size whose multiple is whole, or with sizes instead of scales",
    );
  return to;
}

const within = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= MOST_SIDE;

const isOneOf = <T extends string>(all: readonly T[], value: string): value is T =>
  (all as readonly string[]).includes(value);

function howOf(
  isShort: boolean,
  { node, refuse }: Following,
  { side, to }: { readonly side: number; readonly to: number },
): Pick<Resizing, "mode" | "coordinates" | "rounding"> {
  const { texts } = node;
  const [mode = "nearest", coordinates, rounding] = [
    texts.get("mode"),
    texts.get("coordinate_transformation_mode") ?? (isShort ? "asymmetric" : "half_pixel"),
    texts.get("nearest_mode") ?? (isShort ? "floor" : "round_prefer_floor"),
  ];
  const known = `${mode}, ${coordinates}${mode === "nearest" ? `, ${rounding}` : ""}`;
  const isKnown = (mode === "nearest" || mode === "linear") && isOneOf(COORDINATES, coordinates);
  if (!isKnown || !isOneOf(ROUNDINGS, rounding)) throw refuse(`it resizes by ${known}`, ALIKE);
  if (isShort && (mode !== "nearest" || to % side !== 0))
    throw refuse(
      `an operator before version 11 resizes by ${mode} from ${side} to ${to} pixels, which programs read in several ways`,
      "export it with opset_version=13 or later",
    );
  return mode === "nearest"
    ? { mode, coordinates: coordinates as Coordinates, rounding: rounding as Rounding }
    : { mode: "linear", coordinates: coordinates as Coordinates };
}
