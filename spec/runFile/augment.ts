/** The run file's section `augment`: how training images are varied, with defaults for each kind of data. */
import { z } from "zod";

export const AUGMENT_KINDS = ["general", "photographs", "symbols", "medical", "textures"] as const;
export type AugmentKind = (typeof AUGMENT_KINDS)[number];

/** What a kind of data decides unless the run file does. */
interface KindDefaults {
  readonly flip: boolean;
  readonly crop: number;
  readonly rotate: number;
  readonly colour: number;
  readonly erase: number;
}

/** Chosen on sign-language digits; nothing in it harms another kind. */
const GENERAL: KindDefaults = { flip: false, crop: 0.15, rotate: 10, colour: 0.15, erase: 0 };

/** Departures from the general values follow from what changes the meaning of such a picture; they are not tuned. */
export const KIND_DEFAULTS: Readonly<Record<AugmentKind, KindDefaults>> = {
  general: GENERAL,
  // A mirrored scene is another scene of the same things.
  photographs: { ...GENERAL, flip: true },
  // A mirrored letter is another letter or none, and a 6 on its head is a 9.
  symbols: GENERAL,
  // Left and right organs differ, findings lie at edges, and grey levels are measurements.
  medical: { ...GENERAL, crop: 0.1, colour: 0.05 },
  // Seen from above or through a microscope, nothing has an upper side.
  textures: { ...GENERAL, flip: true, rotate: 180 },
};

/** A key's meaning with its value for each kind, e.g. `…; if left out, 10, or 180 for textures`. */
function decidedByKind(meaning: string, key: keyof KindDefaults): string {
  const others = AUGMENT_KINDS.filter((kind) => KIND_DEFAULTS[kind][key] !== GENERAL[key]);
  const values = [...new Set(others.map((kind) => KIND_DEFAULTS[kind][key]))].map((value) => {
    const kinds = others.filter((kind) => KIND_DEFAULTS[kind][key] === value);
    return `, ${value} for ${kinds.join(" and ")}`;
  });
  return `${meaning} If left out: ${GENERAL[key]}${values.join("")}.`;
}

export const augmentSchema = z
  .strictObject({
    kind: z
      .enum(AUGMENT_KINDS)
      .default("general")
      .describe(
        "What the images show; decides about the keys below that are left out. Symbols are digits, letters and " +
          "signs; textures have no upper side.",
      ),
    views: z
      .union([z.literal("auto"), z.int().min(1).max(32)])
      .default(6)
      .describe(
        "Augmented variants per training image; the frozen layers run once for each of them. auto: as many as still bought accuracy with so many images where it was measured; the run keeps the number that it was started with.",
      ),
    flip: z
      .boolean()
      .optional()
      .describe(
        decidedByKind("Mirror left and right. Leave off where sides matter (digits, organs).", "flip"),
      ),
    crop: z
      .number()
      .min(0)
      .lt(1)
      .optional()
      .describe(decidedByKind("Largest share of each side that a random crop may remove.", "crop")),
    rotate: z
      .number()
      .min(0)
      .max(180)
      .optional()
      .describe(decidedByKind("Largest rotation either way, in degrees.", "rotate")),
    colour: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(decidedByKind("Largest relative change of brightness, contrast and saturation.", "colour")),
    erase: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        decidedByKind(
          "Share of the varied images in which a random rectangle is painted over with their mean colour.",
          "erase",
        ),
      ),
  })
  .transform(({ kind, views, ...given }) => {
    const of = KIND_DEFAULTS[kind];
    return {
      kind,
      views,
      flip: given.flip ?? of.flip,
      crop: given.crop ?? of.crop,
      rotate: given.rotate ?? of.rotate,
      colour: given.colour ?? of.colour,
      erase: given.erase ?? of.erase,
    };
  })
  .describe("How training images are varied.");

/** As a run file has it. */
export type AskedAugment = z.output<typeof augmentSchema>;

/** As a run has it: `auto` was settled when it started (`spec/pipeline/views.ts`). */
export type AugmentSpec = Omit<AskedAugment, "views"> & { readonly views: number };
