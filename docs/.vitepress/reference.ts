/**
 * The reference: a page for each public module, made of its docstrings. TypeDoc reads sources with the compiler's
 * programming interface, which TypeScript 7 does not have; this folder keeps an older compiler for it.
 *
 * `reference.ts FOLDER` writes the pages, `pages.json` with their names, and `undocumented.json` with the public names
 * that have no docstring.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter, type ProjectReflection, ReflectionKind } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { packageEntries, publishablePackages } from '../../scripts/packaging/packages.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Modules that are types for a framework's templates, one that repeats another with its dependencies inside, files. */
const LEFT_OUT = /^@nearfield\/(search\/(react|vue|svelte)|core\/standalone|model-.*)$/;

/** Kinds that say nothing without a docstring. Names of fields often say enough. */
const DESCRIBED =
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.FunctionOrMethod;

/** Names of public modules, without the scope, by the absolute paths of their sources. */
async function publicModules(): Promise<ReadonlyMap<string, string>> {
  const modules = new Map<string, string>();
  for (const { directory, manifest } of await publishablePackages()) {
    const doors = Object.entries(manifest.exports ?? {});
    for (const { source } of packageEntries(manifest)) {
      const [door] =
        doors.find(
          ([, target]) => typeof target === 'object' && target['@nearfield/source'] === `./${source}`,
        ) ?? [];
      // A command has none.
      if (door === undefined) continue;
      const name = manifest.name + door.slice(1);
      if (!LEFT_OUT.test(name)) modules.set(join(directory, source), name.replace('@nearfield/', ''));
    }
  }
  return modules;
}

/** Public names of ours without a docstring. */
function undocumented(project: ProjectReflection): string[] {
  const names = new Set<string>();
  for (const reflection of project.getReflectionsByKind(DESCRIBED)) {
    const { sources = [], signatures = [] } = reflection.isDeclaration() ? reflection : {};
    const isForeign = sources[0]?.fullFileName.includes('node_modules') ?? true;
    const isDescribed = reflection.hasComment() || signatures.some((signature) => signature.hasComment());
    const name = reflection.getFriendlyFullName();
    // Members of a type that is written in place belong to what has it.
    if (!isForeign && !isDescribed && !name.includes('__type')) names.add(name);
  }
  return [...names].sort();
}

/** Writes the pages into a folder, which it empties. @throws {Error} when the sources cannot be read */
async function writeReference(folder: string): Promise<void> {
  const modules = await publicModules();
  const options: NonNullable<Parameters<typeof Application.bootstrapWithPlugins>[0]> &
    Partial<PluginOptions> = {
    entryPoints: [...modules.keys()],
    tsconfig: join(repository, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    // Without it TypeDoc empties and fills the folder `docs`.
    outputs: [{ name: 'markdown', path: folder }],
    // Types are held by a check of their own.
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableGit: true,
    sourceLinkTemplate: 'https://github.com/nearfield/nearfield/blob/main/packages/{path}#L{line}',
    basePath: repository,
    readme: 'none',
    name: 'Reference',
    logLevel: 'Error',
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    useCodeBlocks: true,
    tableColumnSettings: { hideSources: true },
    pageTitleTemplates: { module: '@nearfield/{name}' },
    groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables', '*'],
    // Pages of VitePress are templates of Vue.
    useHTMLEncodedBrackets: true,
    sanitizeComments: true,
  };
  const app = await Application.bootstrapWithPlugins(options);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      module.name = modules.get(module.sources?.[0]?.fullFileName ?? '') ?? module.name;
    }
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the sources');
  const missing = undocumented(project);
  // Of fields and methods the address of the type that has them is enough.
  for (const reflection of Object.values(project.reflections)) {
    if (reflection.isDeclaration() && !reflection.parent?.kindOf(ReflectionKind.Module)) {
      delete reflection.sources;
      for (const signature of reflection.getAllSignatures()) delete signature.sources;
    }
  }
  await app.generateOutputs(project);
  const writeJson = (name: string, value: readonly string[]): Promise<void> =>
    writeFile(join(folder, name), `${JSON.stringify(value, undefined, 1)}\n`);
  await writeJson('pages.json', ['index', ...[...modules.values()].sort()]);
  await writeJson('undocumented.json', missing);
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('reference.ts takes the folder to write');
await writeReference(resolve(folder));
