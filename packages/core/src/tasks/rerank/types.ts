/** Documents that are tokenised before messages are let in. */
export const DOCUMENTS_AT_ONCE = 64;
