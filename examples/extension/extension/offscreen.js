import { rankTabs } from './rank.js';

chrome.runtime.onMessage.addListener(({ query, tabs }, _sender, respond) => {
  rankTabs(query, tabs).then(respond, () => respond([]));
  return true;
});
