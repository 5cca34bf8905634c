/** What a test file is called: `integration/runs/pipeline`, of any path to its compiled file. */
export const nameOf = (file: string): string => file.replace(/^.*\/test\//, "").replace(/\.test\.js$/, "");
