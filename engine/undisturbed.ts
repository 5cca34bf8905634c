/**
 * How the engine's process is kept from signals that run code in it. oneDNN's float32 products (as of TensorFlow 2.21; its issue
 * 4845, repaired in oneDNN 3.11.3) let the stack pointer point into the heap: a handler that interrupts one writes its frame
 * over other numbers, and what was computed is silently wrong, or the process dies later.
 */

/** Profilers of Node that interrupt by SIGPROF, thousands of times a second. */
const PROFILER = /^--(cpu-prof(-(dir|name|interval))?|prof)(=|$)/;
/** The same in NODE_OPTIONS, with the value that may follow an option of theirs. */
const PROFILERS = /(^|\s)--(cpu-prof-(dir|name|interval)(=|\s+)("[^"]*"|\S+)|cpu-prof|prof)(?=\s|$)/g;

/** @returns options of Node for the engine, of which the parent has `execArgv` */
export function withoutProfilers(execArgv: readonly string[]): string[] {
  return execArgv.filter((option, i) => !PROFILER.test(option) && !isValueOf(execArgv[i - 1]));
}

/** `--cpu-prof-dir FOLDER`: Node leaves the two words as they were. */
function isValueOf(before: string | undefined): boolean {
  return before !== undefined && /^--cpu-prof-(dir|name|interval)$/.test(before);
}

/** @returns the environment without profilers in NODE_OPTIONS */
export function withoutProfilersIn(env: Readonly<Record<string, string>>): Record<string, string> {
  const { NODE_OPTIONS, ...others } = env;
  const options = NODE_OPTIONS?.replace(PROFILERS, "").trim();
  return options === undefined || options === "" ? others : { ...others, NODE_OPTIONS: options };
}
