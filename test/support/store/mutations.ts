/** Every way to change one thing in a JSON value, for tests of what notices it. */

export interface Mutation {
  /** Where, and what was done: `artifacts.head.key changed`. */
  readonly what: string;
  readonly value: unknown;
}

/** Each leaf changed, each key and item left out, each list turned round. */
export function mutationsOf(value: unknown, path: readonly string[] = []): readonly Mutation[] {
  const at = path.join(".") || "the whole";
  if (Array.isArray(value)) {
    const turned = value.toReversed();
    const isOther = JSON.stringify(turned) !== JSON.stringify(value);
    return [
      ...(isOther ? [{ what: `${at} turned round`, value: turned }] : []),
      ...value.flatMap((item, i) => [
        { what: `${at}.${i} left out`, value: value.filter((_, other) => other !== i) },
        ...mutationsOf(item, [...path, String(i)]).map(({ what, value: changed }) => ({
          what,
          value: value.with(i, changed),
        })),
      ]),
    ];
  }
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([key, item]) => {
      const { [key]: _gone, ...rest } = value as Record<string, unknown>;
      return [
        { what: `${[...path, key].join(".")} left out`, value: rest },
        ...mutationsOf(item, [...path, key]).map(({ what, value: changed }) => ({
          what,
          value: { ...value, [key]: changed },
        })),
      ];
    });
  }
  return [{ what: `${at} changed`, value: changedLeaf(value) }];
}

/** Of the same type, and as like as can be: a schema must not be what notices it. */
function changedLeaf(leaf: unknown): unknown {
  if (typeof leaf === "boolean") return !leaf;
  if (typeof leaf === "number") return Number.isInteger(leaf) ? leaf + 1 : leaf * 0.9;
  if (typeof leaf === "string") {
    const last = leaf.at(-1);
    return `${leaf.slice(0, -1)}${last === "1" ? "2" : "1"}`;
  }
  return "other";
}
