/** JSON of `thaw up` and `thaw status`. Public API. */
import type { ServicesStatus } from "../../runtime/services/status.js";
import type { downSchema, servicesSchema } from "../../spec/schemas/cli/machine.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type ServicesJson = Shape<typeof servicesSchema>;
export type DownJson = Shape<typeof downSchema>;

export function servicesJson(status: ServicesStatus, work?: ServicesJson["work"]): ServicesJson {
  return {
    ...status,
    up: status.services.every(({ ready }) => ready),
    ...(work === undefined ? {} : { work }),
  };
}
