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
  return Article(
    html: """
      <p class="eyebrow">Reference</p>
      <h1>API</h1>
      <p class="lead">The library is three modules, documented where they are declared.</p>
      <ul class="cards-grid">\(cards.joined(separator: "\n"))</ul>
      <p>Their reference is written by the toolchain's own DocC, from the comments of the sources, and every warning \
      of it is \
      an error:</p>
      <pre class="console"><code>$ make api</code></pre>
      <p>It lands in <code>.build/api/</code>, and is no part of this book: it is many times as large, and DocC's \
      pages need a \
      server (<code>make api</code> says how to start one).</p>
      """, contents: [])
}
