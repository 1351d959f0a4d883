/**
 * A question in everyday words, and what a library writes about borrowing. The passage that answers it, {@link
 * SAMPLE_ANSWER}, speaks of no book: one vector for each passage puts others before it that do, which a reranker does
 * not.
 */
export const SAMPLE_QUERY = 'I lost a book from the library. What will it cost me?';

export const SAMPLE_PASSAGES: readonly string[] = [
  'Books can be borrowed for four weeks, films and games for one.',
  'A loan is renewed on the website or by telephone, up to three times, unless somebody has reserved the book.',
  'For each day that a book is late, 20 cents are charged, but never more than 10 euros in all.',
  'Reserve a book on the website, and we write to you when it is there.',
  'What is lost or damaged has to be paid for: its price, plus 5 euros for the work of replacing it.',
  'Lost cards are replaced for 3 euros. Report the loss at once, so that nobody borrows in your name.',
  'Give books back at the desk, or put them through the slot beside the door when we are closed.',
  'We take books that you no longer need as a gift, if they are clean and not older than ten years.',
  'Books that were found in the reading room are kept at the desk for a week.',
  'The library card is free for children, and costs 20 euros a year for adults.',
];

/** Position of the passage that answers the question. */
export const SAMPLE_ANSWER = 4;
