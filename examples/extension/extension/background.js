/** Service workers of extensions cannot start workers: a document that is not shown computes for this one. */
async function rankOffscreen(query) {
  const tabs = (await chrome.tabs.query({})).map(({ id, title }) => ({ id, title }));
  if (!(await chrome.offscreen.hasDocument())) {
    await chrome.offscreen.createDocument({
      url: 'offscreen.html',
      reasons: ['WORKERS'],
      justification: 'The model is computed in a Web Worker.',
    });
  }
  return chrome.runtime.sendMessage({ query, tabs });
}

// "tab" and a description in the address bar go to the nearest tab.
chrome.omnibox.onInputEntered.addListener(async (query) => {
  const [nearest] = await rankOffscreen(query);
  if (nearest) await chrome.tabs.update(nearest.id, { active: true });
});
