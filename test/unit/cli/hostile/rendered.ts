/** A renderer with data of the kind that it shows. */
import type { Screen } from "../../../../cli/output.js";

export interface Rendered {
  /** Functions of `cli/render/` that are shown by it. */
  readonly shows: readonly string[];
  readonly data: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: each takes data of its own kind, which stands beside it
  readonly text: (data: any, screen: Screen) => string;
}

export const one = (shows: string | readonly string[], data: unknown, text: Rendered["text"]): Rendered => ({
  shows: [shows].flat(),
  data,
  text,
});
