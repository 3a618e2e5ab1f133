/// Where the reference of the library is, and how it is made.
func apiArticle() -> Article {
  let modules = [
    ("Spec", "What a machine is: rules, contracts, laws, systems, worlds, and how a step goes. It imports nothing."),
    ("Check", "Explore, fuzz, property tests, mutate, scenarios, simulate, audit, linearizability, export."),
    ("Engine", "Run machines: loop, host, journal, recovery, metrics, records."),
  ]
  let cards = modules.map { name, words in
    "<li class=\"card\"><h3>\(name)</h3><p>\(words)</p><p class=\"foot\"><code>import \(name)</code></p></li>"
  }
  let addresses = modules.map { "\(apiServer)/.build/api/\($0.0)/documentation/\($0.0.lowercased())/" }
  return Article(
    html: """
      <p class="eyebrow">Reference</p>
      <h1>API</h1>
      <p class="lead">The library is three modules, documented where they are declared.</p>
      <ul class="cards-grid">\(cards.joined(separator: "\n"))</ul>
      <p>Their reference is written by the toolchain's own DocC, from the comments of the sources, and every warning \
      of it is an error. It is many times as large as this book, and no part of it: it is made in the \
      folder of Interlock's own package, and since DocC's pages need a server, it is read from one:</p>
      <pre class="console"><code><b>$ make api</b>
      <b>$ python3 -m http.server</b></code></pre>
      <p>While the second command runs, a browser on the same computer finds it at</p>
      <pre><code>\(addresses.joined(separator: "\n"))</code></pre>
      <p class="quiet">The reference lies in <code>.build/api/</code>; the book itself needs no server.</p>
      """, contents: [])
}

/// Where `python3 -m http.server` answers, in the package's folder.
let apiServer = "http://localhost:8000"
