import { createLocal } from './standalone.js';

const ANSWERS = [
  'Returns are free within 30 days. Print the label from your account and bring the box to any post office.',
  'If your order has not been delivered after ten days, write to us: we send it again or refund it.',
  'You can change the address of an order until it leaves our warehouse.',
  'We accept credit cards, bank transfer and gift vouchers.',
  'To reset your password, follow the link below the sign-in form.',
  'Our shop in Lisbon is open from Monday to Saturday, 10 to 19 h.',
];

const foundation = createLocal({
  models: [{ id: 'minilm-reranker', source: './models/minilm-reranker/' }],
});
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const list = document.querySelector('ol');

/** Downloads show their progress; later visits have the model already. */
function onProgress({ loaded, total }) {
  if (total) status.textContent = `Loading the model: ${Math.round((100 * loaded) / total)} %`;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  status.textContent = 'Reading …';
  try {
    const { results } = await foundation.rerank(
      { model: 'minilm-reranker', query: form.question.value, documents: ANSWERS, top_n: 3 },
      { onProgress },
    );
    list.replaceChildren(
      ...results.map(({ index, relevance_score }) => {
        const item = document.createElement('li');
        item.textContent = `${ANSWERS[index]} (${relevance_score.toFixed(2)})`;
        return item;
      }),
    );
    status.textContent = '';
  } catch (error) {
    // The message says what to do.
    status.textContent = error.message;
  }
});
