/** This machine, as the pins name it. */
import { ThawError } from "../../spec/errors.js";
import type { PackageFile, WheelPin } from "./pins.js";

export const machine = `${process.platform}-${process.arch}`;

type Build = PackageFile & { readonly tag: string };

/** The build of a package for a machine, by default this one. */
export function pinnedBuild(pin: WheelPin, on = machine): Build | undefined {
  return pin.builds[on] ?? pin.builds.any;
}

/** @throws ThawError RUNTIME_MISSING where there is no build for the machine */
export function requireBuild(pin: WheelPin, on = machine): Build {
  const build = pinnedBuild(pin, on);
  if (build !== undefined) return build;
  throw new ThawError("RUNTIME_MISSING", `there is no pinned ${pin.package} for this machine (${on})`, {
    hint: `run thaw on ${Object.keys(pin.builds).join(" or ")}`,
  });
}
