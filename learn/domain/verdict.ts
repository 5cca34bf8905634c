/** What a domain distance means: borders, known sets to compare with, and where in the network it sits. */
import type { DomainDistance, DomainVerdict } from "../../spec/records/recipe.js";

/**
 * Distances measured with EfficientNet-Lite0, "Domain distance" in `bench/README.md`. All are samples of 20 to 200
 * images. Provisional: a dozen sets.
 */
const KNOWN: readonly { readonly distance: number; readonly what: string }[] = [
  { distance: 0.02, what: "ImageNet's own photographs" },
  { distance: 0.09, what: "ImageNet's photographs of dogs" },
  { distance: 0.12, what: "photographs of playing cards" },
  { distance: 0.15, what: "photographs of houses, and of trees" },
  { distance: 0.23, what: "ImageNet's photographs shrunk to 32 pixels" },
  { distance: 0.27, what: "MRI slices of brains" },
  { distance: 0.34, what: "sign-language digits and emoji" },
  { distance: 0.5, what: "faces in grey on 64 pixels" },
];

/** Photographs of any subject lie below the first border, medical and drawn images above the second. */
const NEAR_BELOW = 0.2;
const FAR_FROM = 0.25;

const SAYS: Readonly<Record<DomainVerdict["verdict"], string>> = {
  near: "the images are near the base's pretraining",
  grey: "the images are neither near the base's pretraining nor far from it",
  far: "the images are far from the base's pretraining",
};

/**
 * Means of the lowest and of the highest third of the layer groups. Photographs of one subject reach 0.06 at the
 * bottom and 0.31 at the top, because the top knows what is shown; ImageNet's photographs in grey have 0.16 and 0.03.
 */
const FIRST_LAYERS_FROM = 0.1;
const UPPER_LAYERS_FROM = 0.1;
const UPPER_LAYERS_STRANGE_FROM = 0.35;

/** Where a shift sits says what to tune: Lee et al., "Surgical fine-tuning improves adaptation", ICLR 2023. */
const ADVICE = {
  first: {
    where: "the distance sits in the first layers (how the images look)",
    tune: ", so tuning those alone, `surgical: first-block`, is worth a comparison",
  },
  both: {
    where: "the first layers (how the images look) are as strange to them as the upper ones (what is shown)",
    tune: ", so unfreeze from the top, and compare with `surgical: first-block`",
  },
  upper: {
    where: "the distance sits in the upper layers (what is shown)",
    tune: ", and those are what unfreezing begins with",
  },
  none: {
    where: "no part of the network finds the images strange",
    tune: ", so little tuning should be needed",
  },
} as const;

/** Where nothing is unfrozen, advice how to unfreeze would contradict the decision. */
const NOT_TUNED = "; it would count if layers were tuned, and here none are";

/**
 * Judges a distance. It never decides on the recipe: far images are often learned well, near ones sometimes not.
 * @param tuned whether the recipe lets any stage of unfreezing run
 */
export function domainVerdict(domain: DomainDistance, tuned: boolean): DomainVerdict {
  const { distance, error } = domain;
  const verdict = distance < NEAR_BELOW ? "near" : distance < FAR_FROM ? "grey" : "far";
  const alike = KNOWN.reduce((a, b) =>
    Math.abs(b.distance - distance) < Math.abs(a.distance - distance) ? b : a,
  );
  const place = whereItSits(domain);
  const { where, tune } = ADVICE[place];
  return {
    verdict,
    sentence: `${SAYS[verdict]}: domain distance ${distance.toFixed(2)} ± ${(2 * error).toFixed(2)}, about as far as ${alike.what} (${alike.distance.toFixed(2)})`,
    advice: `${where}${tuned || place === "none" ? tune : NOT_TUNED}`,
  };
}

function whereItSits({ groups }: DomainDistance): keyof typeof ADVICE {
  const third = groups.length / 3;
  const first = mean(groups.filter((_, i) => i < third));
  // Of two groups the upper one, and of one that.
  const upper = mean(groups.slice(Math.min(Math.ceil(2 * third), groups.length - 1)));
  if (first >= FIRST_LAYERS_FROM) return upper >= UPPER_LAYERS_STRANGE_FROM ? "both" : "first";
  return upper >= UPPER_LAYERS_FROM ? "upper" : "none";
}

function mean(groups: DomainDistance["groups"]): number {
  return groups.reduce((sum, { distance }) => sum + distance, 0) / groups.length;
}
