/** Whether this is a page or one of its workers; else Node. For words that are right in one of the two only. */
export const inBrowser = (): boolean => typeof location === 'object' && location !== null;
