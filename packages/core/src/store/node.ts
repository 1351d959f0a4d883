export { directorySource } from './directory-source.ts';
export { FileSystemCache } from './file-system-cache.ts';
