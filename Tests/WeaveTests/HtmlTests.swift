import Testing
import Weave

@Suite struct `The HTML of a page` {
  /// The main part of the page of a chapter that states nothing.
  private func html(_ body: String) throws -> String {
    let text = WeaveTests.text("09-a.html", of: weave([try page("# A\n\n\(body)\n", file: "09-a.md", design: nil)]))
    let start = try #require(text.firstRange(of: "<h1 id=\"a\">A</h1>\n")).upperBound
    let end = try #require(text.firstRange(of: "\n</article>")).lowerBound
    return String(text[start..<end])
  }

  @Test(arguments: [
    ("a < b & c > \"d\"", "<p>a &lt; b &amp; c &gt; &quot;d&quot;</p>"),
    ("`<b>` and ``a`b``", "<p><code>&lt;b&gt;</code> and <code>a`b</code></p>"),
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    (
      "[x](a.md#b) [y](https://e.org/?a=1&b=2)",
      "<p><a href=\"a.html#b\">x</a> <a href=\"https://e.org/?a=1&amp;b=2\">y</a></p>"
    ),
    (
      "[index](README.md), [source](../specs/09-a.md)",
      "<p><a href=\"index.html\">index</a>, <a href=\"../specs/09-a.md\">source</a></p>"
    ),
    (
      "*a* **b** _c_ snake_case_name 2*3*4",
      "<p><em>a</em> <strong>b</strong> <em>c</em> snake_case_name 2<em>3</em>4</p>"
    ),
    ("\\*a\\* &lt; &amp;", "<p>*a* &lt; &amp;</p>"),
    ("**unclosed and `this", "<p>**unclosed and `this</p>"),
    ("![an \"image\"](a.png)", "<p><img src=\"a.png\" alt=\"an &quot;image&quot;\"></p>"),
    ("one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>"),
    ("> quoted\n> text", "<blockquote>\n<p>quoted\ntext</p>\n</blockquote>"),
    ("---", "<hr>"),
  ])
  func `escapes and renders what is within a line`(markdown: String, expected: String) throws {
    #expect(try html(markdown) == expected + "\n")
  }

  @Test func `renders lists within lists`() throws {
    let markdown = """
      1. one
         goes on
      2. two
         - inner
         - other
      text
      """
    #expect(
      try html(markdown) == """
        <ol>
        <li>one
        goes on</li>
        <li>two
        <ul>
        <li>inner</li>
        <li>other
        text</li>
        </ul></li>
        </ol>

        """)
  }

  @Test func `renders tables with pipes in their cells`() throws {
    #expect(
      try html("| A | B |\n| --- | ---: |\n| `a \\| b` | 1 |\n| <c> |\n") == """
        <div class="table cards"><table>
        <thead><tr><th>A</th><th class="number">B</th></tr></thead>
        <tbody>
        <tr><td data-label="A"><code>a | b</code></td><td class="number" data-label="B">1</td></tr>
        <tr><td data-label="A">&lt;c&gt;</td><td class="number" data-label="B"></td></tr>
        </tbody></table></div>

        """)
  }

  @Test func `renders fences as they are`() throws {
    #expect(
      try html("````text x\n**a** < `b`\n```\n\n````\n") == """
        <pre><code class="language-text">**a** &lt; `b`
        ```

        </code></pre>

        """)
  }

  @Test func `gives headings the places that GitHub gives them`() throws {
    #expect(
      try html("## The `a_b` & *c*!\n## The a_b c\n## The a_b c\n") == """
        <h2 id="the-a_b--c">The <code>a_b</code> &amp; <em>c</em>!</h2>
        <h2 id="the-a_b-c">The a_b c</h2>
        <h2 id="the-a_b-c-1">The a_b c</h2>

        """)
  }

  @Test func `an excerpt says which file it is of`() throws {
    #expect(
      try html("```text a/b.txt\nx\n```\n")
        == "<pre data-file=\"a/b.txt\"><code class=\"language-text\">x\n</code></pre>\n")
  }

  @Test func `Swift is coloured, and stays what it was`() throws {
    let source = "let a = \"\\(b) < c\" // 1 & `2`\nfunc f<T>(_ x: `SW-4`) -> T { 1_000 }"
    let coloured = try html("```swift\n\(source)\n```\n")
    #expect(coloured.contains("<span class=\"s-word\">let</span>"))
    #expect(coloured.contains("<span class=\"s-comment\">// 1 &amp; `2`</span>"))
    let plain = coloured.replacing(/<[^>]*>/, with: "").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
    #expect(plain == source + "\n\n")
  }
}
