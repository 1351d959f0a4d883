import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

const INSTALL = 'npm install onnxruntime-node';

/** The error for an onnxruntime-node that is not installed, or whose binary does not load on this system. */
export function noNodeRuntime(cause: unknown): FoundationError {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const { code } = error as NodeJS.ErrnoException;
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' && error.message.includes("'onnxruntime-node'");
  return new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: isMissing
      ? `This model needs the package onnxruntime-node beside @nearfield/core: ${INSTALL}. Without it Node computes the embedded text models alone.`
      : `The package onnxruntime-node does not load here (${shortened(error.message, 300)}). It has binaries for Linux with glibc, macOS and Windows; install it anew on this system, with its install scripts allowed: ${INSTALL}`,
    retryable: false,
    cause,
  });
}
