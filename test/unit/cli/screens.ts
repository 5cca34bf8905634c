/** Screens for the tests of what is drawn on them. */

import type { Screen } from "../../../cli/output.js";
import { createColours } from "../../../cli/terminal/colours.js";

/** A terminal without colours. */
export function plainScreen(width = 80): Screen {
  return { width, live: true, colours: createColours(false) };
}

export function colourScreen(width = 80): Screen {
  return { width, live: true, colours: createColours(true) };
}
