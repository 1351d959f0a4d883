/** Versions of toolchains, as the reports of tests have them. */

/** Type of the annotations. */
export const VERSIONS = 'versions';

/** An annotation of a test with the packages that it ran with. */
export const versionsOf = (
  packages: Readonly<Record<string, string>>,
): { type: string; description: string }[] =>
  Object.entries(packages).map(([name, version]) => ({ type: VERSIONS, description: `${name} ${version}` }));
