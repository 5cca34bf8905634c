/** Refuses names of models that there are not: of one that is misspelt nothing would be found, and that would look like an answer. */
import { ThawError } from "../../spec/errors.js";
import type { Store } from "../../store/connection/connection.js";
import { listModels } from "../../store/records/records.js";
import { nearest } from "../nearest.js";

/** @param known the models, where they are known already @throws ThawError NOT_FOUND with those that there are, STORE_… */
export async function requireModel(store: Store, name: string, known?: readonly string[]): Promise<void> {
  const names = known ?? (await listModels(store));
  if (names.includes(name)) return;
  const close = nearest(name, names);
  throw new ThawError("NOT_FOUND", `there is no model called "${name}"`, {
    hint:
      names.length === 0
        ? "there are no models yet: `thaw run` makes one"
        : `${close.length === 0 ? "" : `did you mean ${close.join(" or ")}? `}models: ${names.join(", ")}`,
  });
}
