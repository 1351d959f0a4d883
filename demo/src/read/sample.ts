/** The source of a page as sites have them: a menu, a notice, a script, and in between what it is about. */
export const SAMPLE_HTML = `<!doctype html>
<html lang="en">
<head>
  <title>Borrowing tools · Riverside Tool Library</title>
  <meta name="description" content="How to borrow a drill, a ladder or a sewing machine, and what it costs.">
</head>
<body>
  <nav><a href="/">Home</a> <a href="/tools">All tools</a> <a href="/donate">Donate</a></nav>
  <div class="cookie-notice">We use cookies. <button onclick="accept()">Accept</button></div>
  <main>
    <h1>Borrowing tools</h1>
    <p>Members may take home up to five tools at a time. Bring your card and something with your address on it; the
    first visit takes about ten minutes, because we show you how each tool is handled.</p>
    <h2>How long you may keep a tool</h2>
    <p>Hand tools may be kept for three weeks, power tools for one. You can renew twice, online or by telephone, unless
    somebody else is <a href="/waiting-list">waiting for the tool</a>.</p>
    <table>
      <tr><th>Tool</th><th>Days</th><th>Deposit</th></tr>
      <tr><td>Cordless drill</td><td>7</td><td>20 €</td></tr>
      <tr><td>Ladder</td><td>14</td><td>none</td></tr>
      <tr><td>Sewing machine</td><td>21</td><td>30 €</td></tr>
    </table>
    <h2>If something breaks</h2>
    <p>Tell us, and do not repair it yourself. Wear is our business; you pay only for what was lost or handled against
    the instructions, and never more than the deposit.</p>
    <h2>When we are open</h2>
    <p>On Tuesdays and Thursdays from four to eight in the evening, on Saturdays from ten to two. We are closed during
    the first week of August.</p>
  </main>
  <footer>© Riverside Tool Library · <a href="/imprint">Imprint</a></footer>
  <script>document.title = 'A script has run';</script>
</body>
</html>`;

export const SAMPLE_QUESTION = 'What do I have to pay if the drill gets damaged?';
