/** Who gives a command, as records name them. It is a claim: nobody has checked it. */
import { hostname, userInfo } from "node:os";

/** `user@machine`. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`;
}

/** Containers may run as a user id without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
