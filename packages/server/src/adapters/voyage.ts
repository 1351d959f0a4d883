/** Voyage's `/v1/rerank`: at the path of Jina's, with `data` where that has `results`. */
import type { Body } from '../accommodate.ts';
import type { ApiContext } from '../context.ts';

/** Whether a rerank request is one of Voyage's clients, which say so: the path and its fields are Jina's as well. */
export function isVoyageRerank(context: ApiContext): boolean {
  const client = context.req.header('X-Fern-SDK-Name') ?? context.req.header('User-Agent') ?? '';
  return /^voyageai\b/i.test(client);
}

/** The request in Jina's names. Voyage returns no documents unless it is asked to. */
export const fromVoyage = (body: Body): Body => ({
  ...body,
  return_documents: body.return_documents ?? false,
});

/** The answer in Voyage's shape, whose documents are texts. */
export function toVoyage({ results, ...answer }: { results: readonly object[] }): object {
  return {
    ...answer,
    object: 'list',
    data: results.map((result) => {
      const { document, ...rest } = result as { document?: { text?: string } };
      return { ...rest, ...(document && { document: document.text }) };
    }),
  };
}
