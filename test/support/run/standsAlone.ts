/** Which test files cannot share a process with others. */

/** What changes its process for the files after it. Hooks are a file's own, and a file is loaded when the one before it is through. */
const ALONE = [
  /process\.env(\.\w+|\[[^\]]+\])?\s*(\?\?|\|\|)?=(?![=>])/,
  /delete process\.env|Object\.assign\(process\.env|process\.chdir/,
];

/** @param source of the compiled file */
export const standsAlone = (source: string): boolean => ALONE.some((pattern) => pattern.test(source));
