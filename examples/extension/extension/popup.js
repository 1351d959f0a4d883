import { rankTabs } from './rank.js';

const field = document.querySelector('input');
const status = document.querySelector('[role=status]');
const list = document.querySelector('ol');
let latest = 0;

field.addEventListener('input', async () => {
  const mine = ++latest;
  const query = field.value.trim();
  if (query === '') return list.replaceChildren();
  try {
    const ranked = await rankTabs(query, await chrome.tabs.query({}));
    // A later letter has its own answer.
    if (mine !== latest) return;
    list.replaceChildren(
      ...ranked.slice(0, 5).map(({ id, title }) => {
        const item = document.createElement('li');
        const button = document.createElement('button');
        button.textContent = title;
        button.addEventListener('click', () => chrome.tabs.update(id, { active: true }));
        item.append(button);
        return item;
      }),
    );
  } catch (error) {
    status.textContent = error.message;
  }
});
