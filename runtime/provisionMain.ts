/** Build step of the container images: provides the components named on the command line, all or nothing. */
import { toThawError } from "../spec/errors.js";
import { visibleLines } from "../spec/text/visible.js";
import { type ComponentName, ensure } from "./components/components.js";

const names = process.argv.slice(2) as ComponentName[];
let last = "";
try {
  const located = await ensure(names, ({ component, phase, detail = "" }) => {
    const line = `${component}: ${phase} ${detail}`;
    if (line !== last) console.log(visibleLines(line));
    last = line;
  });
  for (const { name, version, path } of located) console.log(`${name} ${version} at ${path}`);
} catch (error) {
  const failure = toThawError(error, "PROVISION_FAILED");
  console.error(visibleLines(`${failure.message}${failure.hint === undefined ? "" : ` (${failure.hint})`}`));
  process.exitCode = failure.exitCode;
}
