/** Files that hold a trained classifier. */
import { type ExportedClassifier, FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

/** `format` of projects of the demo's page Teach. */
const PROJECT = 'nearfield-teach-project';
/** `format` of classifiers that any foundation exports. */
const CLASSIFIER = 'nearfield-classifier';

/**
 * The classifier in a file: one that was exported, or the head of a project of the page Teach. Whether its weights fit
 * is for the foundation that imports it to find out.
 *
 * @param name of the file, for errors
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function classifierIn(name: string, text: string): ExportedClassifier {
  const value = parsed(name, text) as { format?: unknown; head?: unknown } | null;
  if (value?.format === CLASSIFIER) return value as ExportedClassifier;
  if (value?.format !== PROJECT) {
    throw invalid(
      `${name} holds no classifier. Give a file of nearfield classifiers export, of classifiers.export(), or of the page Teach (Save, or Save the classifier).`,
    );
  }
  if (value.head === undefined) {
    throw invalid(
      `${name} is a project that has learnt nothing yet. Open it on the page Teach, give it two classes or more, and save it again.`,
    );
  }
  return value.head as ExportedClassifier;
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`${name} is not JSON: ${shortened((cause as Error).message)}`);
  }
}

const invalid = (message: string): FoundationError =>
  new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message });
