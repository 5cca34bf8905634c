/** Guesses which kind of data a folder holds, from the names of its classes and a look at a few images. */
import type { DecodedImage } from "../../data/image/decode.js";
import type { SourceEntries, SourceEntry } from "../../data/source/entries.js";
import type { AugmentKind } from "../../spec/runFile/augment.js";

export interface GuessedKind {
  readonly kind: AugmentKind;
  /** Why, in plain words without a full stop. */
  readonly reason: string;
}

const SYMBOL = /^(\d{1,2}|\p{L})$/u;
const MEDICAL =
  /\b(benign|malignant|tumou?rs?|glioma|meningioma|carcinoma|melanoma|adenoma|pneumonia|covid|fracture|lesion|polyp|x-?rays?|mri|ct)\b/i;

/** So many images are opened, spread over the classes. */
const LOOKED_AT = 12;
/** JPEG stores grey pictures with channels that differ by a level or two. */
const GREY_WITHIN = 3;
/** Some scans have a coloured scale or mark in them: one in forty of the brain MRI set. */
const MOST = 0.75;

/**
 * General unless names or pictures tell; nobody is asked.
 * @param decode an image, small is enough
 */
export async function guessKind(
  { classes, entries }: SourceEntries,
  decode: (entry: SourceEntry) => Promise<Pick<DecodedImage, "pixels">>,
): Promise<GuessedKind> {
  if (classes.every((name) => SYMBOL.test(name))) {
    return { kind: "symbols", reason: "the classes are called by single letters or numbers" };
  }
  const finding = classes.find((name) => MEDICAL.test(name.replace(/_/g, " ")));
  if (finding !== undefined) return { kind: "medical", reason: `a class is called ${finding}` };
  const step = Math.max(1, Math.floor(entries.length / LOOKED_AT));
  const files = entries.filter((_, i) => i % step === 0).slice(0, LOOKED_AT);
  const looks = (await Promise.all(files.map((entry) => isGrey(() => decode(entry))))).filter(
    (is) => is !== undefined,
  );
  const grey = looks.filter(Boolean).length;
  if (grey > 0 && grey >= MOST * looks.length) {
    return {
      kind: "medical",
      reason: `${grey} of ${looks.length} images that were opened are grey, as scans are`,
    };
  }
  return { kind: "general", reason: "neither names nor colours tell what the images show" };
}

/** Undefined for a file that cannot be read: `thaw run` will say so with its reason. */
async function isGrey(decode: () => Promise<Pick<DecodedImage, "pixels">>): Promise<boolean | undefined> {
  try {
    const { pixels } = await decode();
    for (let i = 0; i + 2 < pixels.data.length; i += 3) {
      const rgb = pixels.data.subarray(i, i + 3);
      if (Math.max(...rgb) - Math.min(...rgb) > GREY_WITHIN) return false;
    }
    return true;
  } catch {
    return undefined;
  }
}
