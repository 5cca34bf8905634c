/** Results are written as JSON, which knows no infinity and makes `null` of what is no number. */

/** Path of the first number in a result that JSON cannot carry, `domain.distance`; undefined where there is none. */
export function firstNotFinite(value: unknown, path = ""): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path || "the result";
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = firstNotFinite(inner, path === "" ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
