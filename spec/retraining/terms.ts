/** What holds where a run file does not say how a person is asked, and how many new images make a look train how deep. */

export const APPROVAL_TERMS = {
  second_person: false,
  expires_after_days: 7,
  remind_after_hours: 24,
} as const;

/** Longer than a quarter of a year nobody looks at a version of a model. */
export const MOST_DAYS = 90;

export const MOST_HOURS = 24 * MOST_DAYS;

/** Each new image is a reason to train. */
export const NEW_IMAGES = { min_new_images: 1, min_new_per_class: 1 } as const;

/** How deep a retraining may train, the deepest first. */
export const TRAINING_DEPTHS = ["full", "from-champion", "head"] as const;

/** What a version learns is a function of images, splits and run file, not of the versions before it. */
export const DEPTH = "full" satisfies (typeof TRAINING_DEPTHS)[number];
