import { useEffect, useState } from 'react';
import { noteIndex } from './note-index.js';

/** Answers of the index, anew for each query and each change. */
function useNotes(query) {
  const [state, setState] = useState({ results: [], isReady: false });
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const stop = noteIndex().then((index) => index.onChange(() => setVersion((before) => before + 1)));
    return () => void stop.then((end) => end?.());
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the index is a reason to search again
  useEffect(() => {
    const controller = new AbortController();
    noteIndex()
      .then((index) => (query === '' ? { results: [] } : index.search(query, { signal: controller.signal })))
      .then(
        ({ results }) => !controller.signal.aborted && setState({ results, isReady: true }),
        (error) => !controller.signal.aborted && setState({ results: [], isReady: true, error }),
      );
    return () => controller.abort();
  }, [query, version]);
  return state;
}

export function Notes() {
  const [query, setQuery] = useState('');
  const [text, setText] = useState('');
  const { results, isReady, error } = useNotes(query);

  async function add(event) {
    event.preventDefault();
    await (await noteIndex()).add({ id: crypto.randomUUID(), text });
    setText('');
  }

  return (
    <main>
      <h1>Notes</h1>
      <form onSubmit={add}>
        <input aria-label="New note" value={text} onChange={({ target }) => setText(target.value)} required />
        <button type="submit">Keep</button>
      </form>
      <input
        aria-label="Find a note"
        type="search"
        value={query}
        onChange={({ target }) => setQuery(target.value)}
      />
      {error ? <p role="alert">{error.message}</p> : !isReady && <p role="status">Opening …</p>}
      <ol>
        {results.map(({ id, passages }) => (
          <li key={id}>{passages[0].text}</li>
        ))}
      </ol>
    </main>
  );
}
