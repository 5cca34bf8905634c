/** Which nodes a pod may ask for. */
import type { Bounds } from "./bounds.js";
import {
  at,
  type Fields,
  type Finding,
  fieldsOf,
  finding,
  itemsOf,
  notListed,
  type Path,
} from "./findings.js";
import { isListed } from "./patterns.js";

export function nodeFindings(spec: Fields, bounds: Bounds): readonly Finding[] {
  const labels = (path: Path, key: unknown, values: readonly unknown[]): readonly Finding[] =>
    values
      .filter((value) => !isListed(`${key}=${value}`, bounds.node_labels))
      .map((value) => finding(path, notListed("node label", `${key}=${value}`, bounds.node_labels)));
  return [
    ...fieldsOf(at(spec, "nodeSelector")).flatMap(([key, value]) =>
      labels(["spec", "nodeSelector", key], key, [value]),
    ),
    ...expressionsIn(at(spec, "affinity", "nodeAffinity"), ["spec", "affinity", "nodeAffinity"]).flatMap(
      ({ item, path }) => {
        const values = at(item, "values");
        // Other questions than for a value are for any value.
        const asked = at(item, "operator") === "In" && Array.isArray(values) ? values : ["*"];
        return labels(path, at(item, "key"), asked);
      },
    ),
    ...itemsOf(at(spec, "tolerations"), ["spec", "tolerations"]).flatMap(({ item, path }) => {
      // Without a key it is for all taints.
      const key = at(item, "key") || "**";
      return isListed(`${key}`, bounds.taints)
        ? []
        : [
            finding(
              [...path, "key"],
              notListed("toleration of taint", key === "**" ? "any" : key, bounds.taints),
            ),
          ];
    }),
  ];
}

/** All of `matchExpressions` and `matchFields`, wherever in the affinity. */
function expressionsIn(value: unknown, path: Path): readonly { item: unknown; path: Path }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => expressionsIn(item, [...path, index]));
  return fieldsOf(value).flatMap(([key, inside]) =>
    key === "matchExpressions" || key === "matchFields"
      ? itemsOf(inside, [...path, key])
      : expressionsIn(inside, [...path, key]),
  );
}
