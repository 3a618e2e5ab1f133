/// A run as one HTML file that needs no other: who said what to whom, then each step with the rule that fired and, of
/// the others, why they did not.
public func runPage(title: String, _ run: RunStory) -> String {
  """
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>\(htmlEscaped(title))</title>
  <style>
  \(bookStyle)
  </style>
  </head>
  <body class="alone">
  <main>
  <article>
  <p class="eyebrow">A run</p>
  <h1>\(htmlEscaped(title))</h1>
  <p>\(counted(run.steps.count, "step")). Again with <code>\(htmlEscaped(run.command))</code></p>
  \(run.broken.map { "<p class=\"broken\">✗ \(htmlEscaped($0))</p>" } ?? "")
  <h2 id="steps">Step by step</h2>
  \(stepList(run))
  <h2 id="messages">Who says what to whom</h2>
  <figure class="run"><div class="drawing" \
  tabindex="0">\(run.drawing)</div></figure>
  </article>
  </main>
  </body>
  </html>

  """
}
