/** The order of versions, by the rules of semantic versioning; a missing number is 0, as in `4.48`. */

interface Version {
  readonly numbers: readonly number[];
  /** Of a version before its release, `beta.2` in `1.0.0-beta.2`; empty for a release. */
  readonly before: readonly string[];
}

function parse(version: string): Version {
  const found = /^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(version);
  if (found === null) throw new Error(`${version} is no version`);
  const [, numbers = "", before = ""] = found;
  return { numbers: numbers.split(".").map(Number), before: before === "" ? [] : before.split(".") };
}

function orderOf(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  const [isNumber, isOther] = [a, b].map((part) => /^\d+$/.test(part));
  if (isNumber && isOther) return Number(a) - Number(b);
  if (isNumber !== isOther) return isNumber ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Whether the first version comes before the second. @throws Error where one is no version */
export function isBefore(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  for (let i = 0; i < Math.max(a.numbers.length, b.numbers.length); i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  if (a.before.length === 0 || b.before.length === 0) return a.before.length > 0 && b.before.length === 0;
  for (let i = 0; i < Math.max(a.before.length, b.before.length); i++) {
    const order = orderOf(a.before[i], b.before[i]);
    if (order !== 0) return order < 0;
  }
  return false;
}
