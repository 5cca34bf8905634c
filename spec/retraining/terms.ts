/** How a person is asked where a run file does not say: the defaults of its `model`, and their bounds. */

export const APPROVAL_TERMS = {
  second_person: false,
  expires_after_days: 7,
  remind_after_hours: 24,
} as const;

/** Longer than a quarter of a year nobody looks at a version of a model. */
export const MOST_DAYS = 90;

export const MOST_HOURS = 24 * MOST_DAYS;
