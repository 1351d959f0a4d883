declare global {
  var litIssuedWarnings: Set<string> | undefined;
}

// The development server takes lit's development build, which says so on the console. Imported before lit.
globalThis.litIssuedWarnings ??= new Set();
globalThis.litIssuedWarnings.add('dev-mode');

export {};
