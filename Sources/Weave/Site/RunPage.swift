/// A run as one HTML file that needs no other: who said what to whom, then each step with the rule that fired and, of
/// the others, why they did not.
public func runPage(title: String, _ run: RunStory) -> String {
  let shown =
    run.leftOut == 0
    ? ""
    : " This page has the last \(grouped(run.steps.count)) of them; the \(grouped(run.leftOut)) before are left out."
  return """
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
    <p>\(counted(run.leftOut + run.steps.count, "step")).\(shown) \
    Again with <code>\(htmlEscaped(run.command))</code></p>
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
