/** Lets applications' bundlers leave out what they do not use of a package without side effects. */

import { type Plugin, RolldownMagicString } from 'rolldown';
import { parseSync, Visitor } from 'rolldown/utils';

/** Initialisers that bundlers see through by themselves. */
const PLAIN: ReadonlySet<string> = new Set([
  'Literal',
  'Identifier',
  'ArrowFunctionExpression',
  'FunctionExpression',
  'ClassExpression',
  'TemplateLiteral',
]);

/** Whether an expression awaits something outside of the functions in it. */
function awaits(code: string): boolean {
  let depth = 0;
  let found = false;
  const enter = (): void => {
    depth++;
  };
  const leave = (): void => {
    depth--;
  };
  new Visitor({
    AwaitExpression: () => {
      found ||= depth === 0;
    },
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
  }).visit(parseSync('initialiser.js', `(${code})`).program);
  return found;
}

/**
 * Wraps what constants of modules are initialised with, where that calls or copies something, into a call that is marked
 * as pure: bundlers cannot know by themselves that a table or a schema is made without side effects.
 */
export function pureInitialisers(): Plugin {
  return {
    name: 'nearfield:pure-initialisers',
    renderChunk(code) {
      const { program } = parseSync('chunk.js', code);
      const edited = new RolldownMagicString(code);
      for (const node of program.body) {
        const declaration = node.type === 'ExportNamedDeclaration' ? node.declaration : node;
        if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') continue;
        for (const { id, init } of declaration.declarations) {
          if (!init || id.type !== 'Identifier' || PLAIN.has(init.type)) continue;
          const text = code.slice(init.start, init.end);
          if (!/\(|\.\.\./.test(text) || awaits(text)) continue;
          edited.appendLeft(init.start, '/* @__PURE__ */ (() => (');
          edited.appendRight(init.end, '))()');
        }
      }
      return edited.hasChanged() ? { code: edited } : null;
    },
  };
}
