/** The quickstart's run file: the defaults, but for what fits the job into four minutes on two cores. */
export const QUICKSTART_RUN_FILE = `# Written by the quickstart. \`thaw init FOLDER\` writes one for your own images.
name: emoji
data:
  path: images.jsonl   # emoji pictures with their category as label, variants of one thing as a group
  outside: allow       # they lie in the cache, behind a link
augment:
  views: 3             # the default is 6; fewer views make the frozen pass quicker
  flip: true           # a mirrored apple is an apple
unfreeze:
  stages: [blocks.6, blocks.5]
  epochs: 6
compare:
  scratch: true        # shows what the pretrained network is worth, at the price of doubling the time
`;
