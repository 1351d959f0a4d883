/** Texts that the tiny vocabularies are made from. */
export const CORPUS = `
A browser can find the right passage by itself. The search runs on this machine, and nothing leaves it.
What is the capital of France? Paris is the capital of France. Berlin is the capital of Germany.
Organic skincare products for sensitive skin with aloe vera and chamomile.
Represent the query for retrieving evidence documents: Represent the document for retrieval:
Query: Document: Find the most relevant code snippet given the following query: Candidate code snippet:
Follow the white rabbit. Hello world, how are you today? This is an example sentence.
You are a search relevance expert who can determine a ranking of the passages based on how relevant they are
to the query. If the query is a question, how relevant a passage is depends on how well it answers the question.
If not, try to analyze the intent of the query and assess how well each passage satisfies the intent.
If an instruction is provided, you should follow the instruction when determining the ranking.
I will provide you with passages, each indicated by a numerical identifier. Rank the passages based on their
relevance to query: <passage id="0"> </passage> <query> </query> assistant user system <think> </think>
function add(left, right) { return left + right; } def read_file(path): return open(path).read()
`;
