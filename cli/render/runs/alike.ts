/** Stages of one kind that are left out for one reason: one row instead of five. */

/**
 * @param key equal for neighbours that may share a row; undefined for a stage that has its own
 * @returns the stages, of several that share a row one, named like `fold-1…5`
 */
export function joinAlike<Stage extends { readonly name: string }>(
  stages: readonly Stage[],
  key: (stage: Stage) => string | undefined,
): readonly Stage[] {
  const joined: { key: string | undefined; of: Stage[] }[] = [];
  for (const stage of stages) {
    const own = key(stage);
    const series = own === undefined ? undefined : `${seriesOf(stage.name)} ${own}`;
    const last = joined.at(-1);
    if (series !== undefined && last?.key === series) last.of.push(stage);
    else joined.push({ key: series, of: [stage] });
  }
  return joined.flatMap(({ of }) => {
    const [first, last] = [of[0], of.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [of.length === 1 ? first : { ...first, name: `${first.name}…${numberOf(last.name)}` }];
  });
}

const seriesOf = (name: string): string => name.replace(/-\d+$/, "");
const numberOf = (name: string): string => /\d+$/.exec(name)?.[0] ?? name;
