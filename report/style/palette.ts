/**
 * The report's colours, light and dark. Blue against orange stays apart for every common kind of colour
 * blindness (Okabe & Ito, "Color Universal Design", 2008); the tests hold text to a contrast of 4.5:1.
 */

const light = {
  paper: "#fdfcfa",
  panel: "#f5f3ee",
  ink: "#1b1d21",
  muted: "#565b63",
  rule: "#dcd8cf",
  link: "#0b5394",
  validation: "#0b5394",
  training: "#b4530a",
  good: "#1d6b45",
  warn: "#8a4b08",
  edge: "#b9b4a8",
  frozen: "#eeece6",
  "frozen-line": "#ddd9cf",
  // Steps 1…7 of a scale and the text on them. The jump in the middle skips the lightnesses on which
  // neither dark nor light text is readable.
  ...scale("blue", ["#e8f0f8", "#d2e2f1", "#b3cfe9", "#8db9df", "#2a6cab", "#1b5590", "#0d3d6e"]),
  ...scale("orange", ["#fdf0e3", "#fbdfc5", "#f8c698", "#f2a968", "#ae4f0a", "#8c3f07", "#692e04"]),
  ...classes(["#0b5394", "#c2500a", "#1d6b45", "#a8327e", "#0e7a8a", "#7a5230", "#6a4fb3", "#6f6a00"]),
  "on-low": "#1b1d21",
  "on-high": "#ffffff",
};

const dark: Record<Token, string> = {
  paper: "#15171a",
  panel: "#1d2024",
  ink: "#e9e7e2",
  muted: "#a8acb4",
  rule: "#363a41",
  link: "#8fbdf0",
  validation: "#8fbdf0",
  training: "#f0a35e",
  good: "#7fcf9f",
  warn: "#f0b866",
  edge: "#000000",
  frozen: "#23262b",
  "frozen-line": "#31353c",
  ...scale("blue", ["#1b2937", "#1d344d", "#1f4166", "#235082", "#74a9dd", "#8fbcea", "#abd0f5"]),
  ...scale("orange", ["#30241a", "#46301c", "#60401f", "#7f4f1c", "#e09a58", "#efb27a", "#f8cb9f"]),
  ...classes(["#8fbdf0", "#f0a35e", "#7fcf9f", "#f08cc8", "#63cbd8", "#cfa583", "#b7a3f5", "#d3cc55"]),
  "on-low": "#f4f2ee",
  "on-high": "#14161a",
};

export type Token = keyof typeof light;
export const PALETTES: { readonly light: Record<Token, string>; readonly dark: Record<Token, string> } = {
  light,
  dark,
};

/** Number of steps of the blue and of the orange scale. */
export const SCALE_STEPS = 7;
/** Steps from here on carry the text colour `on-high`. */
export const FIRST_HIGH_STEP = 5;

type Step = 1 | 2 | 3 | 4 | 5 | 6 | 7;
function scale<Name extends string>(name: Name, colours: readonly string[]) {
  const entries = colours.map((colour, index) => [`${name}-${index + 1}`, colour]);
  return Object.fromEntries(entries) as Record<`${Name}-${Step}`, string>;
}

/** Of the dots of as many classes; shapes tell apart what these do not. */
function classes(colours: readonly string[]) {
  return Object.fromEntries(colours.map((colour, index) => [`class-${index + 1}`, colour])) as Record<
    `class-${Step | 8}`,
    string
  >;
}

const declarations = (palette: Record<Token, string>): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");

const steps = (name: "blue" | "orange"): string =>
  Array.from({ length: SCALE_STEPS }, (_, index) => {
    const text = index + 1 >= FIRST_HIGH_STEP ? "on-high" : "on-low";
    return `.${name}-${index + 1}{background:var(--${name}-${index + 1});color:var(--${text})}`;
  }).join("\n");

/** Custom properties for both schemes (paper is always printed light) and the classes of the two scales. */
export const PALETTE_CSS = `
:root{color-scheme:light dark;${declarations(light)}}
@media screen and (prefers-color-scheme:dark){:root{${declarations(dark)}}}
${steps("blue")}
${steps("orange")}
${Array.from({ length: 8 }, (_, index) => `.class-${index + 1}{fill:var(--class-${index + 1})}`).join("\n")}
`;
