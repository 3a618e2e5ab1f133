/// Where the reference of the library is, and how it is made.
func apiArticle(_ sources: SourceReader?) -> Article {
  var contents: [(id: String, words: String)] = []
  let modules = [
    ("Spec", "What a machine is: rules, contracts, laws, systems, worlds, and how a step goes. It imports nothing."),
    ("Check", "Explore, fuzz, property tests, mutate, scenarios, simulate, audit, linearizability, export."),
    ("Engine", "Run machines: loop, host, journal, recovery, metrics, records."),
  ]
  let cards = modules.map { name, words in
    "<li class=\"card\"><h3>\(name)</h3><p>\(words)</p><p class=\"foot\"><code>import \(name)</code></p></li>"
  }
  let links = modules.map { name, _ in
    let address = "\(apiServer)/.build/api/\(name)/documentation/\(name.lowercased())/"
    return "<li><a href=\"\(address)\">\(address)</a></li>"
  }
  let lists = modules.map { name, _ -> String in
    let types = sources?.publicTypes(of: name) ?? []
    if types.isEmpty { return "" }
    let items = types.map { type in
      let words = type.words.isEmpty ? "" : " \(inlineHtml(type.words))"
      return "<li>\(anchorTag("../\(type.path)#L\(type.line)", "<code>\(type.name)</code>"))\(words)</li>"
    }
    return section(name.lowercased(), name, to: &contents)
      + "<ul>\(items.joined(separator: "\n"))</ul>\n"
  }
  let html =
    """
    <p class="eyebrow">Reference</p>
    <h1>API</h1>
    <p class="lead">The library is three modules, documented where they are declared.</p>
    <ul class="cards-grid">\(cards.joined(separator: "\n"))</ul>
    <p>Their reference is written by the toolchain's own DocC, from the comments of the sources, and every warning \
    of it is an error. It is many times as large as this book, and no part of it: it is made in the \
    folder of Interlock's own package, and since DocC's pages need a server, it is read from one:</p>
    <pre class="console"><code><b>$ make api</b>
    <b>$ python3 -m http.server 8000 --bind 127.0.0.1</b></code></pre>
    <p>While the second command runs, these links lead to it from a browser on the same computer:</p>
    <ul>\(links.joined(separator: "\n"))</ul>
    <p class="quiet">Where port 8000 is taken, another number does, in the command and in the addresses. The \
    reference lies in <code>.build/api/</code>; the book itself needs no server.</p>
    \(lists.joined().isEmpty ? "" : "<p>These are the types that it tells of, each where it is declared.</p>")
    \(lists.joined())
    """
  return Article(html: html, contents: contents)
}

/// Where `python3 -m http.server 8000` answers, in the package's folder.
let apiServer = "http://localhost:8000"
