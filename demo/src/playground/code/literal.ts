/** Values as source code. */

/** How a language writes what JSON has. */
interface Dialect {
  text(value: string): string;
  constant(value: null | boolean): string;
  key(name: string): string;
}

const WIDTH = 80;

/** Escapes as JSON, in single quotes as the house style of both languages has them. */
const quoted = (value: string): string => {
  const inner = JSON.stringify(value).slice(1, -1);
  if (value.includes("'") && !value.includes('"')) return `"${inner}"`;
  return `'${inner.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
};

const JAVASCRIPT: Dialect = {
  text: quoted,
  constant: String,
  key: (name) => (/^[A-Za-z_$][\w$]*$/u.test(name) && name !== '__proto__' ? name : quoted(name)),
};

/** A JSON string is a Python string, except that JSON writes characters beyond 16 bits, and Python reads them, as they are. */
const PYTHON: Dialect = {
  text: (value) => JSON.stringify(value),
  constant: (value) => (value === null ? 'None' : value ? 'True' : 'False'),
  key: (name) => JSON.stringify(name),
};

function write(value: unknown, dialect: Dialect, indent: string): string {
  if (typeof value === 'string') return dialect.text(value);
  if (typeof value === 'number' || value === undefined) return String(value);
  if (value === null || typeof value === 'boolean') return dialect.constant(value);
  const isList = Array.isArray(value);
  const deeper = `${indent}  `;
  const entries = Object.entries(value as object).filter(([, each]) => each !== undefined);
  if (entries.length === 0) return isList ? '[]' : '{}';
  const parts = entries.map(([name, each]) => {
    const written = write(each, dialect, deeper);
    return isList ? written : `${dialect.key(name)}: ${written}`;
  });
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const space = isList || dialect === PYTHON ? '' : ' ';
  const line = `${open}${space}${parts.join(', ')}${space}${close}`;
  if (!line.includes('\n') && indent.length + line.length <= WIDTH) return line;
  return `${open}\n${parts.map((part) => `${deeper}${part},\n`).join('')}${indent}${close}`;
}

/** A JSON value, or one that is missing, as JavaScript. */
export const javascript = (value: unknown, indent = ''): string => write(value, JAVASCRIPT, indent);

/** A JSON value as Python. */
export const python = (value: unknown, indent = ''): string => write(value, PYTHON, indent);
