/** Finds misspelt fields of a pod template: the client would drop them without a word. */
import * as models from "@kubernetes/client-node";
import { ThawError } from "../../spec/errors.js";
import type { PodTemplatePatch } from "../../spec/runFile/kubernetes.js";

interface Model {
  getAttributeTypeMap(): readonly {
    readonly name: string;
    readonly baseName: string;
    readonly type: string;
  }[];
}

/** @throws ThawError RUN_FILE_INVALID */
export function requireKnownFields(patch: PodTemplatePatch | undefined): void {
  const [first] = patch === undefined ? [] : unknownFields(patch, "V1PodTemplateSpec", "pod_template");
  if (first === undefined) return;
  throw new ThawError("RUN_FILE_INVALID", `kubernetes.${first} is no field of a pod template`, {
    hint: "`kubectl explain pod.spec` lists the fields",
  });
}

function unknownFields(value: unknown, type: string, path: string): readonly string[] {
  const item = /^Array<(.*)>$/.exec(type)?.[1];
  if (item !== undefined && Array.isArray(value))
    return value.flatMap((one, index) => unknownFields(one, item, `${path}[${index}]`));
  const model = (models as unknown as Record<string, Partial<Model> | undefined>)[type];
  // A map, a number, a text: the server looks at those.
  if (model?.getAttributeTypeMap === undefined || typeof value !== "object" || value === null) return [];
  const fields = new Map(model.getAttributeTypeMap().map(({ baseName, type: of }) => [baseName, of]));
  return Object.entries(value).flatMap(([key, child]) => {
    const of = fields.get(key);
    return of === undefined ? [`${path}.${key}`] : unknownFields(child, of, `${path}.${key}`);
  });
}
