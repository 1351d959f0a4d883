import { FoundationError } from '@nearfield/spec';

/**
 * Refuses paths that could leave the model's folder. Paths come from configuration and from listings that a
 * server sends, and end up in URLs and file names.
 */
export function checkPath(path: string): string {
  const segments = path.split('/');
  const isSafe =
    !/[\\\0]/.test(path) &&
    segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (!isSafe) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `"${path}" is not a file path inside a model: use a relative path with "/", such as onnx/model.onnx.`,
      param: 'path',
    });
  }
  return path;
}

/** A path as part of a URL. */
export const encodePath = (path: string): string =>
  checkPath(path).split('/').map(encodeURIComponent).join('/');
