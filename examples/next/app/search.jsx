'use client';
import { createLocal } from '@nearfield/core';
import { cosine } from '@nearfield/spec';
import { useEffect, useState } from 'react';

const MODEL = 'all-MiniLM-L6-v2';
const foundation = createLocal({ models: [{ id: MODEL, source: '/models/all-MiniLM-L6-v2/' }] });

async function embed(input) {
  const { data } = await foundation.embeddings({ model: MODEL, input });
  return data.map(({ embedding }) => embedding);
}

export function ArticleSearch({ articles }) {
  const [vectors, setVectors] = useState();
  const [found, setFound] = useState(articles);
  const [problem, setProblem] = useState('');

  useEffect(() => {
    embed(articles.map(({ title }) => title)).then(setVectors, ({ message }) => setProblem(message));
  }, [articles]);

  async function search(event) {
    event.preventDefault();
    try {
      const [query] = await embed([new FormData(event.target).get('query')]);
      const scores = new Map(articles.map(({ id }, index) => [id, cosine(query, vectors[index])]));
      setFound(articles.toSorted((left, right) => scores.get(right.id) - scores.get(left.id)));
      setProblem('');
    } catch ({ message }) {
      setProblem(message);
    }
  }

  return (
    <>
      <form onSubmit={search}>
        <input name="query" aria-label="Search" required />
        <button type="submit" disabled={!vectors}>
          Search
        </button>
      </form>
      {problem && <p role="alert">{problem}</p>}
      <ol>
        {found.map(({ id, title }) => (
          <li key={id}>{title}</li>
        ))}
      </ol>
    </>
  );
}
