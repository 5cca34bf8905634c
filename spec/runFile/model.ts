/** The run file's `model`: what becomes of a version once it is trained. It changes no artifact. */
import { z } from "zod";
import {
  APPROVAL_TERMS,
  DEPTH,
  MOST_DAYS,
  MOST_HOURS,
  NEW_IMAGES,
  TRAINING_DEPTHS,
} from "../retraining/terms.js";
import { MOST_AGE_DAYS, MOST_NEW_IMAGES } from "./bounds.js";

const margin = z.number().min(0).lt(1);

export const modelSchema = z
  .strictObject({
    alias: z
      .string()
      .regex(
        /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
        "use up to 40 lower-case letters, digits and dashes, a letter first",
      )
      .default("champion")
      .describe("The alias of the version in use, which a new one is held against."),
    promote: z
      .enum(["automatic", "ask", "never"])
      .default("ask")
      .describe(
        "What retraining does with a version that is proven: automatic moves the alias to it, ask waits for a person, never leaves the alias.",
      ),
    rule: z
      .enum(["better", "not-worse"])
      .default("better")
      .describe(
        "What has to be proven on images that both versions held out: better, by McNemar's exact test, or not worse, by the interval of the difference.",
      ),
    margin: margin
      .default(0.01)
      .describe(
        "Accuracy that a version which is not worse may lack; on few images it is the champion's own uncertainty, where that is more.",
      ),
    class_margin: margin
      .default(0.05)
      .describe("Recall that a class may lose where it is proven that it loses; more is a veto."),
    level: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.05)
      .describe("Chance of a wrong proof, over all looks at the same images."),
    looks: z
      .int()
      .min(1)
      .max(1000)
      .default(10)
      .describe("Looks at the same images that the level is spent on; then new labelled images are needed."),
    max_age_days: z
      .number()
      .min(0)
      .max(MOST_AGE_DAYS)
      .default(0)
      .describe("Days after which retraining trains again although nothing changed; 0: never for that."),
    min_new_images: z
      .int()
      .min(1)
      .max(MOST_NEW_IMAGES)
      .default(NEW_IMAGES.min_new_images)
      .describe(
        "New images since the last training, in all, with which retraining trains because of them; with fewer it waits. Images that go or get another label are reasons of their own.",
      ),
    min_new_per_class: z
      .int()
      .min(1)
      .max(MOST_NEW_IMAGES)
      .default(NEW_IMAGES.min_new_per_class)
      .describe("Likewise: so many new images one class, whichever, has to have."),
    drift: z
      .boolean()
      .default(true)
      .describe(
        "Whether retraining holds new images, 500 at most, against those that the version in use was evaluated on, and says how they differ. It decides nothing.",
      ),
    depth: z
      .enum(["auto", ...TRAINING_DEPTHS])
      .default(DEPTH)
      .describe(
        "How deep a retraining trains: full from the run file's base, from-champion with stages of unfreezing from the weights of the version in use, head only, on the base as that version has it; auto decides by what changed and says why.",
      ),
    second_person: z
      .boolean()
      .default(APPROVAL_TERMS.second_person)
      .describe("With promote: ask, whether somebody else than who started the retraining has to decide."),
    expires_after_days: z
      .number()
      .gt(0)
      .max(MOST_DAYS)
      .default(APPROVAL_TERMS.expires_after_days)
      .describe("With promote: ask, days after which a version that nobody decided on counts as rejected."),
    remind_after_hours: z
      .number()
      .min(0)
      .max(MOST_HOURS)
      .default(APPROVAL_TERMS.remind_after_hours)
      .describe("With promote: ask, hours after which it is asked again, and again; 0: never."),
  })
  .describe("What becomes of a version once it is trained: what it is held against, and what promotes it.");

export type ModelSpec = z.output<typeof modelSchema>;
