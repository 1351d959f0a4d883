import { FoundationError } from '@nearfield/spec';
import type { FoundationErrorInit } from '@nearfield/spec/implement';

type Details = Omit<FoundationErrorInit, 'code' | 'message'>;

/** A file could not be fetched. Retryable unless said otherwise. */
export const downloadFailed = (message: string, details: Details = {}): FoundationError =>
  new FoundationError({ code: 'DOWNLOAD_FAILED', message, ...details });

/** A file's bytes are not the promised ones. */
export const integrityMismatch = (message: string, details: Details = {}): FoundationError =>
  new FoundationError({ code: 'INTEGRITY_MISMATCH', message, ...details });

/** Whether trying again may help after an error. */
export const isRetryable = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && error.code === 'DOWNLOAD_FAILED' && error.retryable;
