/** How the report writes numbers, times and plurals: British English, no-break spaces, fixed decimals. */

/** No-break space: a number and its unit stay on one line. */
const NBSP = "\u00a0";
const MISSING = "–";

/** A share in [0, 1] as per cent with one decimal; a dash when it is not a number. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${inPercent(share).toFixed(1)}${NBSP}%` : MISSING;
}

/** Per cent rounded to one decimal, the precision that {@link percent} shows. */
function inPercent(share: number): number {
  return Math.round(share * 1000) / 10;
}

/**
 * Difference `to - from` of two shares in percentage points, one decimal. Taken between the rounded
 * figures, so that a reader who subtracts what is printed gets the same number.
 */
export function pointsBetween(from: number, to: number): number {
  return Math.round((inPercent(to) - inPercent(from)) * 10) / 10;
}

/** Percentage points with their sign: `+4.6`, `−0.5`, `±0.0`. */
export function signedPoints(points: number): string {
  const sign = points > 0 ? "+" : points < 0 ? "−" : "±";
  return `${sign}${Math.abs(points).toFixed(1)}`;
}

/** `4.6 percentage points`, without a sign. */
export function pointsInWords(points: number): string {
  const size = Math.abs(points).toFixed(1);
  return `${size}${NBSP}percentage point${size === "1.0" ? "" : "s"}`;
}

/** Three decimals, for losses and scores. */
export function decimal(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : MISSING;
}

/** A whole number with separators: `1,443`. */
export function integer(value: number): string {
  return value.toLocaleString("en-GB");
}

/** `1 image`, `1,443 images`. @param plural when it is more than an added s */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${integer(count)}${NBSP}${count === 1 ? singular : plural}`;
}

/** After the number of things of which a list shows the first ones; nothing where it shows all. */
export function shownSentence(shown: number, count: number): string {
  return shown < count ? ` ${integer(shown)} of them ${shown === 1 ? "is" : "are"} shown here.` : "";
}

/** A duration for people: `0.4 s`, `42 s`, `3 min 24 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return MISSING;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${NBSP}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NBSP}s`;
  const [unit, part, size] = whole < 3600 ? ["min", "s", 60] : ["h", "min", 3600];
  const big = Math.floor(whole / size);
  const rest = Math.floor((whole % size) / (size / 60));
  return `${big}${NBSP}${unit}${rest === 0 ? "" : `${NBSP}${rest}${NBSP}${part}`}`;
}

/** A learning rate in two significant digits: `0.001`, `2.5×10⁻⁴`. */
export function rate(value: number): string {
  if (!Number.isFinite(value) || value <= 0) return MISSING;
  if (value >= 0.001) return String(Number(value.toPrecision(2)));
  const [digits = "", exponent = ""] = Number(value.toPrecision(2)).toExponential().split("e");
  return `${digits}×10${superscript(exponent)}`;
}

function superscript(exponent: string): string {
  return exponent.replace(/[-+\d]/g, (sign) =>
    sign === "-" ? "⁻" : sign === "+" ? "" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? ""),
  );
}

/** An ISO time as `5 October 2026, 14:03 UTC`; what cannot be read as a time is given back as it is. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const text = date.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${text.replace(" at ", ", ")} UTC`;
}

/** Multiply-adds for people: `384 M`, `1.8 G`. */
export function multiplyAddsText(count: number): string {
  const [unit, size] = count >= 999.5e6 ? ["G", 1e9] : ["M", 1e6];
  return `${(count / size).toFixed(unit === "G" ? 1 : 0)}${NBSP}${unit}`;
}

/** `13 MB`, powers of ten. */
export function megabytes(bytes: number): string {
  return `${integer(Math.max(1, Math.round(bytes / 1e6)))}${NBSP}MB`;
}
