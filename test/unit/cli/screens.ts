/** Screens for the tests of what is drawn on them. */
import { createColours } from "../../../cli/terminal/colours.js";
import type { Screen } from "../../../cli/output.js";

/** A terminal without colours. */
export function plainScreen(width = 80): Screen {
  return { width, live: true, colours: createColours(false) };
}

export function colourScreen(width = 80): Screen {
  return { width, live: true, colours: createColours(true) };
}
