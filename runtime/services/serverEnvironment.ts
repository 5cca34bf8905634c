/** The environment of the embedded servers: the user's own AWS_… and TEMPORAL_… must not reach them. */

const KEPT = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ"];

export function serverEnvironment(): Record<string, string> {
  return Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
