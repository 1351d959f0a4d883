import { registerSW } from 'virtual:pwa-register';
import { createLocal } from '@nearfield/core';

registerSW({ immediate: true });
const MODEL = 'all-MiniLM-L6-v2';
const foundation = createLocal({ models: [{ id: MODEL, source: '/models/all-MiniLM-L6-v2/' }] });
const [teach, classify] = document.forms;
const output = document.querySelector('output');

/** Shows the outcome of an action, or the reason why there is none. */
function showing(action) {
  return async (event) => {
    event?.preventDefault();
    try {
      output.value = await action();
    } catch (error) {
      output.value = error.message;
    }
  };
}

let classifier;
function use(found) {
  classifier = found?.classifier_id;
  classify.querySelector('button').disabled = classifier === undefined;
}

teach.addEventListener(
  'submit',
  showing(async () => {
    const input = teach.examples.value
      .trim()
      .split('\n')
      .map((line) => ({ label: line.split(':')[0].trim(), text: line.slice(line.indexOf(':') + 1).trim() }));
    const trained = await foundation.train({ model: MODEL, input });
    // The last one alone is used.
    for (const { classifier_id } of await foundation.classifiers.list()) {
      if (classifier_id !== trained.classifier_id) await foundation.classifiers.delete(classifier_id);
    }
    use(trained);
    return `Learnt from ${trained.num_samples} examples.`;
  }),
);

classify.addEventListener(
  'submit',
  showing(async () => {
    const { data } = await foundation.classify({ classifier_id: classifier, input: [classify.text.value] });
    return `${data[0].prediction} (${data[0].score.toFixed(2)})`;
  }),
);

// The browser keeps the classifier as it keeps the model.
use((await foundation.classifiers.list())[0]);
