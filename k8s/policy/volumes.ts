/** Volumes of a pod: their kinds, and whose Secrets, claims and tokens they show. */
import { posix } from "node:path";
import type { Bounds } from "./bounds.js";
import {
  at,
  type Finding,
  fieldsOf,
  finding,
  isFields,
  isNothing,
  itemsOf,
  notListed,
  type Path,
  told,
} from "./findings.js";
import { isListed } from "./patterns.js";

const SOURCES = ["clusterTrustBundle", "configMap", "downwardAPI", "secret", "serviceAccountToken"];
/** Where drivers have the names of Secrets: `secretName`, `secretRef`, `nodePublishSecretRef`. */
const SECRET_KEY = /^secretName$|secretRef$/i;

/** @param mayHaveToken whether the pod's service account is one whose token it may have */
export function volumeFindings(volumes: unknown, bounds: Bounds, mayHaveToken: boolean): readonly Finding[] {
  return itemsOf(volumes, ["spec", "volumes"]).flatMap(({ item, path }) => {
    if (!isFields(item)) return [finding(path, "wants a section here")];
    return fieldsOf(item)
      .filter(([kind]) => kind !== "name")
      .flatMap(([kind, source]) => sourceFindings(kind, source, [...path, kind], bounds, mayHaveToken));
  });
}

function sourceFindings(
  kind: string,
  source: unknown,
  path: Path,
  bounds: Bounds,
  mayHaveToken: boolean,
): readonly Finding[] {
  if (kind === "hostPath") return hostPathFindings(at(source, "path"), path, bounds);
  if (!isListed(kind, bounds.volumes))
    return [
      finding(
        path,
        `allows no volumes of kind ${told(kind)}; allowed are ${bounds.volumes.join(", ") || "none"}`,
      ),
    ];
  switch (kind) {
    case "persistentVolumeClaim":
      return named("claim", at(source, "claimName"), [...path, "claimName"], bounds.claims);
    case "configMap":
      return named("ConfigMap", at(source, "name"), [...path, "name"], bounds.config_maps);
    case "image":
      return named("image", at(source, "reference"), [...path, "reference"], bounds.images);
    case "projected":
      return itemsOf(at(source, "sources"), [...path, "sources"]).flatMap(({ item, path: place }) =>
        projectedFindings(item, place, bounds, mayHaveToken),
      );
    case "ephemeral":
      return copyFindings(at(source, "volumeClaimTemplate", "spec"), path, bounds);
    default:
      return secretsInside(source, path, bounds);
  }
}

/** A claim that begins as a copy shows what was copied. */
function copyFindings(claim: unknown, path: Path, bounds: Bounds): readonly Finding[] {
  return ["dataSource", "dataSourceRef"].flatMap((key) => {
    const source = at(claim, key);
    if (isNothing(source)) return [];
    const place: Path = [...path, "volumeClaimTemplate", "spec", key];
    if (!isNothing(at(source, "namespace")))
      return [finding([...place, "namespace"], "allows no copies of another namespace's volumes")];
    return named("claim or snapshot", at(source, "name"), [...place, "name"], bounds.claims);
  });
}

function projectedFindings(
  source: unknown,
  path: Path,
  bounds: Bounds,
  mayHaveToken: boolean,
): readonly Finding[] {
  return fieldsOf(source).flatMap(([kind, value]) => {
    const place: Path = [...path, kind];
    if (!SOURCES.includes(kind)) return [finding(place, `allows no projected ${told(kind)}`)];
    if (kind === "secret") return named("Secret", at(value, "name"), [...place, "name"], bounds.secrets);
    if (kind === "configMap")
      return named("ConfigMap", at(value, "name"), [...place, "name"], bounds.config_maps);
    if (kind !== "serviceAccountToken" || mayHaveToken) return [];
    return [finding(place, "allows no token of a service account that it does not allow by its name")];
  });
}

function hostPathFindings(folder: unknown, path: Path, bounds: Bounds): readonly Finding[] {
  if (bounds.profile === "privileged" && bounds.host_paths.length === 0) return [];
  if (bounds.host_paths.length === 0) {
    return [
      finding(path, `allows no volumes of kind hostPath; allowed are ${bounds.volumes.join(", ") || "none"}`),
    ];
  }
  const real = typeof folder === "string" ? posix.normalize(folder) : "";
  const isBelow = bounds.host_paths.some(
    (allowed) => real === allowed || real.startsWith(allowed === "/" ? "/" : `${allowed}/`),
  );
  return isBelow
    ? []
    : [finding([...path, "path"], notListed("folder of the node", folder, bounds.host_paths))];
}

/** Of kinds that are not looked at one by one, wherever a driver has it. */
function secretsInside(value: unknown, path: Path, bounds: Bounds): readonly Finding[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => secretsInside(item, [...path, index], bounds));
  return fieldsOf(value).flatMap(([key, inside]) => {
    const place: Path = [...path, key];
    if (!SECRET_KEY.test(key)) return secretsInside(inside, place, bounds);
    return isFields(inside)
      ? named("Secret", at(inside, "name"), [...place, "name"], bounds.secrets)
      : named("Secret", inside, place, bounds.secrets);
  });
}

export function named(
  what: string,
  name: unknown,
  path: Path,
  allowed: readonly string[],
): readonly Finding[] {
  if (typeof name === "string" && isListed(name, allowed)) return [];
  return [finding(path, notListed(what, isNothing(name) ? "without a name" : name, allowed))];
}
