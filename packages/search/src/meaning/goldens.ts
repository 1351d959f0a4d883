/** Texts whose vectors are kept in an index, to know its model by. */
export const GOLDENS = ['how do I keep bread fresh', 'retry failed job'];
