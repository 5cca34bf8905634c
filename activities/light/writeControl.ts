/** Hands the commands that a run has accepted to its training activity, through the store. */
import type { ControlFile } from "../../spec/steering/steering.js";
import { writeControlFile } from "../../store/records/control.js";
import type { ControlDependencies } from "../context.js";

export async function writeControl({ store }: ControlDependencies, file: ControlFile): Promise<void> {
  await writeControlFile(store, file);
}
