/** Which test files cannot share a process with others. */

/**
 * What changes its process, has hooks around each test of it, or waits before it has named its tests: those of the other files
 * would run meanwhile. Hooks before and after all tests are the process's too, but make and remove what is their file's own.
 */
const ALONE = [
  /^(beforeEach|afterEach)\(/m,
  /process\.env(\.\w+|\[[^\]]+\])?\s*(\?\?|\|\|)?=(?![=>])/,
  /delete process\.env|Object\.assign\(process\.env|process\.chdir/,
  // A function on one line may wait: it does when it is called.
  /^(?=\S)(?!.*\basync\b).*\bawait\b/m,
];

/** @param source of the compiled file */
export const standsAlone = (source: string): boolean => ALONE.some((pattern) => pattern.test(source));
