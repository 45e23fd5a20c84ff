/**
 * What does not run in one process with all other tests, beside each other: the lists are of one process each, which run at the same
 * time when the others are done. Most of the time they wait, so that they do not keep each other from the clock.
 */
export const ALONE = [
  // What looks at the clock or at the memory of its process.
  ["tests/http/"],
  ["tests/kernel/calls_test.ts", "tests/kernel/interrupt_test.ts", "tests/pool/", "tests/server/hostile_test.ts"],
  // What changes the environment, which all of a process have in common.
  ["tests/offline/api_test.ts", "tests/options/asked_test.ts", "tests/s3/keys_test.ts", "tests/seed_test.ts"],
];
