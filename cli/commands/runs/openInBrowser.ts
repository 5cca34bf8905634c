/** Shows a file in the browser of whoever sits at this machine. */
import { spawn } from "node:child_process";
import { childEnvironment } from "../../../spec/processes/childEnvironment.js";

/** The program that opens a file with what the desktop has for it. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: "open" };
const ELSEWHERE = "xdg-open";

/**
 * @param opener the program, given the path
 * @returns whether it was started; what the browser makes of the file is not waited for
 */
export function openInBrowser(
  path: string,
  opener: string = OPENERS[process.platform] ?? ELSEWHERE,
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(opener, [path], {
      detached: true,
      stdio: "ignore",
      env: childEnvironment("desktop"),
    });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
