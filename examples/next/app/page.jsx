import { ARTICLES } from './articles.js';
import { ArticleSearch } from './search.jsx';

// Rendered on the server; the search below it runs in the browser.
export default function Page() {
  return (
    <main>
      <h1>Articles</h1>
      <ArticleSearch articles={ARTICLES} />
    </main>
  );
}
