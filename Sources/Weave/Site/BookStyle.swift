/// The style of every page of the book, and of runs that stand alone.
///
/// The colours are a signal's: blue for what is, green for go, amber for wait, red for stop; each once for light and
/// once for dark.
let bookStyle = lightAndDark + typography + frameStyle + pieceStyle + drawingStyle + narrowStyle

private let dark = """
    --ground: #0e1116; --raised: #151a21; --sunken: #0a0d11; --text: #e4e8ee; --quiet: #98a2b0; --line: #262d37;
    --link: #7db4ff; --accent: #7db4ff; --accent-soft: #14263f; --go: #57d08f; --go-soft: #10291d; --wait: #e7b75a;
    --wait-soft: #2c2310; --stop: #ff8077; --stop-soft: #331614; --violet: #c3a6ff; --shadow: none;
    --edge: rgb(150 185 235 / .2);
  """

private let light = """
    --ground: #ffffff; --raised: #ffffff; --sunken: #f5f7fa; --text: #1b2129; --quiet: #5c6875; --line: #e1e6ec;
    --link: #0b5bc4; --accent: #0b5bc4; --accent-soft: #e8f1fd; --go: #0b7a45; --go-soft: #e3f5eb; --wait: #8a5a00;
    --wait-soft: #fdf3dc; --stop: #c2261f; --stop-soft: #fdeae8; --violet: #6b3fb8;
    --edge: rgb(20 30 45 / .16);
    --shadow: 0 1px 2px rgb(20 30 45 / .06), 0 4px 14px rgb(20 30 45 / .05);
  """

private let lightAndDark = """
  :root {
    color-scheme: light;
  \(light)
    --sans: "Inter", -apple-system, "Segoe UI", "Helvetica Neue", "Liberation Sans", system-ui, Arial, sans-serif;
    --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  }
  @media (prefers-color-scheme: dark) {
    :root:not([data-theme="light"]) { color-scheme: dark;
  \(dark) }
  }
  :root[data-theme="dark"] { color-scheme: dark;
  \(dark) }

  """

private let typography = """
  *, *::before, *::after { box-sizing: border-box; }
  html { scroll-padding-top: 4.75rem; -webkit-text-size-adjust: 100%; }
  @media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
  body { margin: 0; color: var(--text); background: var(--ground); font: 1rem/1.65 var(--sans);
    overflow-wrap: break-word; }
  h1, h2, h3, h4 { line-height: 1.22; letter-spacing: -.012em; text-wrap: balance; font-weight: 680; }
  h1 { font-size: clamp(1.9rem, 1.4rem + 2.1vw, 2.7rem); letter-spacing: -.025em; margin: .1em 0 .5em; }
  h2 { font-size: 1.5rem; margin: 3rem 0 .9rem; padding-top: 1.4rem; border-top: 1px solid var(--line); }
  h3 { font-size: 1.14rem; margin: 2.1rem 0 .7rem; }
  h4 { font-size: 1rem; margin: 0 0 .4rem; }
  article > p, article > ul:not([class]), article > ol:not([class]), article > blockquote { max-width: 44rem; }
  p { margin: 0 0 1.05em; }
  a { color: var(--link); text-decoration: none; }
  a:hover { text-decoration: underline; text-underline-offset: .18em; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
  main:focus { outline: none; }
  ul, ol { padding-left: 1.35rem; }
  article > ul:not([class]) > li, article > ol:not([class]) > li { margin: .45rem 0; }
  li::marker { color: var(--quiet); }
  small { font-size: .82em; color: var(--quiet); }
  .lead { font-size: 1.16rem; line-height: 1.55; color: var(--quiet); max-width: 44rem; }
  .quiet { color: var(--quiet); font-size: .9rem; }
  .eyebrow { margin: 0; color: var(--accent); font-size: .8rem; font-weight: 650; letter-spacing: .09em;
    text-transform: uppercase; }
  code, pre, kbd { font-family: var(--mono); font-variant-ligatures: none; }
  code { font-size: .865em; background: var(--sunken); border: 1px solid var(--line); border-radius: 5px;
    padding: .07em .34em; overflow-wrap: anywhere; }
  pre { background: var(--sunken); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1.1rem;
    overflow-x: auto; line-height: 1.55; font-size: .86rem; margin: 0 0 1.2rem; max-width: 56rem; tab-size: 2; }
  pre[data-file]::before { content: attr(data-file); display: block; color: var(--quiet); font-size: .74rem;
    border-bottom: 1px solid var(--line); padding-bottom: .5rem; margin-bottom: .6rem; }
  pre code { background: none; border: 0; padding: 0; font-size: inherit; overflow-wrap: normal; }
  .s-word { color: var(--violet); } .s-type { color: var(--accent); } .s-string { color: var(--go); }
  .s-number { color: var(--wait); } .s-name { color: var(--wait); } .s-comment { color: var(--quiet);
    font-style: italic; }
  blockquote { margin: 1.2rem 0; padding: .1rem 0 .1rem 1.1rem; border-left: 3px solid var(--line);
    color: var(--quiet); }
  hr { border: 0; border-top: 1px solid var(--line); margin: 3rem 0 1.5rem; }
  strong { font-weight: 660; }
  .pin { margin-left: .45em; color: var(--quiet); opacity: 0; font-weight: 400; }
  h2:hover .pin, .pin:focus { opacity: 1; }
  a[id]:not([href]) { scroll-margin-top: 5rem; }
  :target { scroll-margin-top: 5rem; }
  .rule:target, .law:target, .contract:target, tr:has(:target), li:target, .glossary > div:target,
  a[id]:target + strong { background: var(--accent-soft); box-shadow: 0 0 0 4px var(--accent-soft);
    border-radius: 4px; }

  """

private let frameStyle = """
  .skip { position: absolute; left: 1rem; top: -4rem; z-index: 30; background: var(--accent); color: var(--ground);
    padding: .5rem .9rem; border-radius: 0 0 8px 8px; }
  .skip:focus { top: 0; }
  .unseen, .search label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap; }
  .bar { position: sticky; top: 0; z-index: 20; display: flex; align-items: center; gap: 1rem; height: 3.75rem;
    padding: 0 1.5rem; border-bottom: 1px solid var(--line);
    background: color-mix(in srgb, var(--ground) 88%, transparent); backdrop-filter: blur(12px); }
  .brand { display: flex; align-items: center; gap: .6rem; color: var(--text); font-weight: 700; font-size: 1.06rem;
    letter-spacing: -.015em; margin-right: auto; }
  .brand:hover { text-decoration: none; }
  .mark .track { fill: none; stroke: var(--accent); stroke-width: 2.6; stroke-linecap: round; }
  .mark .other { stroke: var(--quiet); }
  .mark .lamp { fill: var(--go); }
  .bar button { display: inline-flex; align-items: center; gap: .45rem; font: inherit; font-size: .9rem;
    color: var(--quiet);
    background: none; border: 1px solid transparent; border-radius: 8px; padding: .4rem .5rem; cursor: pointer; }
  .bar button:hover { color: var(--text); background: var(--sunken); }
  .bar [hidden] { display: none; }
  .menu { display: none !important; }
  .search { position: relative; flex: 0 1 26rem; }
  .search input { width: 100%; font: inherit; font-size: .92rem; color: var(--text); background: var(--sunken);
    border: 1px solid var(--line); border-radius: 9px; padding: .42rem 2.2rem .42rem .8rem; }
  .search input::placeholder { color: var(--quiet); }
  .search input:focus { outline: 2px solid var(--accent); outline-offset: -1px; background: var(--ground); }
  .search kbd { position: absolute; right: .6rem; top: .48rem; font-size: .75rem; color: var(--quiet);
    border: 1px solid var(--line); border-radius: 4px; padding: .05rem .38rem; background: var(--ground); }
  .search:focus-within kbd { visibility: hidden; }
  .found { position: absolute; top: calc(100% + .45rem); right: 0; width: max(100%, 32rem);
    max-width: calc(100vw - 2rem);
    max-height: min(34rem, 76vh); overflow: auto; background: var(--ground); border: 1px solid var(--line);
    border-radius: 12px; box-shadow: 0 12px 40px rgb(0 0 0 / .22); padding: .4rem; }
  .found a { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: .1rem .8rem; padding: .5rem .7rem;
    border-radius: 8px; color: var(--text); }
  .found a:hover, .found a[aria-selected="true"] { background: var(--accent-soft); text-decoration: none; }
  .found .kind { color: var(--quiet); font-size: .76rem; padding-top: .2rem; }
  .found .words { grid-column: 2; color: var(--quiet); font-size: .82rem; overflow: hidden; text-overflow: ellipsis;
    white-space: nowrap; }
  .found p { margin: .6rem .7rem; color: var(--quiet); font-size: .9rem; }
  .found mark { background: none; color: var(--accent); font-weight: 650; }
  .frame { display: grid; grid-template-columns: 15.5rem minmax(0, 1fr); max-width: 96rem; margin: 0 auto; }
  .pages { position: sticky; top: 3.75rem; align-self: start; height: calc(100vh - 3.75rem); overflow-y: auto;
    padding: 1.6rem 1rem 3rem 1.5rem; border-right: 1px solid var(--line); scrollbar-width: thin; }
  .pages h2, .contents h2 { font-size: .74rem; letter-spacing: .08em; text-transform: uppercase; color: var(--quiet);
    margin: 1.7rem 0 .45rem; padding: 0; border: 0; font-weight: 650; }
  .pages h2:first-child { margin-top: 0; }
  .pages ul, .contents ul { list-style: none; margin: 0; padding: 0; }
  .pages a { display: flex; gap: .6rem; color: var(--quiet); font-size: .9rem; line-height: 1.35; padding: .3rem .55rem;
    border-radius: 7px; }
  .pages a:hover { color: var(--text); background: var(--sunken); text-decoration: none; }
  .pages a[aria-current] { color: var(--accent); background: var(--accent-soft); font-weight: 600; }
  .pages .number { flex: none; min-width: 1.25rem; font-variant-numeric: tabular-nums; }
  main { min-width: 0; padding: 2.6rem clamp(1.25rem, 4vw, 3.5rem) 5rem; }
  .contents { display: none; }
  @media (min-width: 84rem) {
    .frame:has(.contents) { grid-template-columns: 15.5rem minmax(0, 1fr) 14rem; }
    .contents { display: block; position: sticky; top: 3.75rem; align-self: start; max-height: calc(100vh - 3.75rem);
      overflow-y: auto; padding: 2.7rem 1.25rem 2rem 0; font-size: .86rem; }
    .contents a { display: block; color: var(--quiet); padding: .22rem 0 .22rem .8rem;
      border-left: 2px solid var(--line);
      line-height: 1.35; }
    .contents code { background: none; border: 0; padding: 0; }
    .contents a:hover { color: var(--text); text-decoration: none; }
    .contents a[aria-current] { color: var(--accent); border-color: var(--accent); }
  }
  .pager { display: flex; justify-content: space-between; gap: 1rem; margin-top: 4rem; }
  .pager a { flex: 0 1 20rem; border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1.1rem;
    font-weight: 600; }
  .pager a:hover { border-color: var(--accent); text-decoration: none; }
  .pager small { display: block; font-weight: 400; }
  .pager .after { text-align: right; }
  .alone main { max-width: 64rem; margin: 0 auto; }

  """

private let pieceStyle = """
  .machines { display: flex; flex-wrap: wrap; gap: .45rem; align-items: center; margin: 0 0 1.6rem; }
  .chip { display: inline-block; font-size: .84rem; line-height: 1.5; padding: .1rem .65rem;
    border: 1px solid var(--line);
    border-radius: 99px; background: var(--raised); white-space: nowrap; max-width: 100%; overflow: hidden;
    text-overflow: ellipsis; vertical-align: bottom; }
  .chip:hover { border-color: var(--accent); text-decoration: none; }
  .chip.strong { background: var(--accent-soft); border-color: transparent; font-weight: 600; }
  .explored { color: var(--quiet); font-size: .84rem; margin-left: .3rem; }
  .verdict { font-size: .74rem; font-weight: 700; letter-spacing: .03em; padding: .1rem .5rem; border-radius: 5px;
    white-space: nowrap; color: var(--wait); background: var(--wait-soft); }
  .verdict.good { color: var(--go); background: var(--go-soft); }
  .verdict.bad { color: var(--stop); background: var(--stop-soft); }
  .facts { display: flex; flex-wrap: wrap; gap: .4rem 2.4rem; margin: 1.2rem 0 1.8rem; }
  .fact { display: flex; flex-direction: column-reverse; }
  .fact dt { color: var(--quiet); font-size: .84rem; }
  .fact dd { margin: 0; font-size: 1.75rem; line-height: 1.2; font-weight: 680; letter-spacing: -.03em;
    font-variant-numeric: tabular-nums; }
  .fact.good dd { color: var(--go); } .fact.open dd { color: var(--wait); }
  .fact small { font-size: .6em; letter-spacing: 0; font-weight: 500; }
  .table { overflow-x: auto; margin: 0 0 1.6rem; }
  td:first-child code { white-space: nowrap; }
  table { border-collapse: collapse; font-size: .9rem; line-height: 1.5; min-width: min(100%, 30rem); }
  th, td { text-align: left; vertical-align: top; padding: .55rem 1.4rem .55rem 0;
    border-bottom: 1px solid var(--line); }
  th { color: var(--quiet); font-size: .78rem; font-weight: 600; white-space: nowrap; padding-top: .2rem; }
  th:last-child, td:last-child { padding-right: .25rem; }
  th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
  td pre { margin: 0; font-size: .8rem; padding: .4rem .7rem; border-radius: 7px; }
  .matrix table, .matrix tbody, .matrix tr { display: block; }
  .matrix thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .matrix tr { border: 1px solid var(--line); border-radius: 12px; padding: .7rem 1.1rem; margin-bottom: .8rem;
    max-width: 62rem; }
  .matrix td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0 1rem; border: 0; padding: .22rem 0; }
  .matrix td::before { content: attr(data-label); color: var(--quiet); font-size: .8rem; padding-top: .1rem; }
  .matrix td > * { grid-column: 2; }
  .matrix td:first-child, .matrix td[data-label="Sentence"] { display: block; }
  .matrix td:first-child::before, .matrix td[data-label="Sentence"]::before { content: none !important; }
  .matrix td[data-label="Sentence"] { padding-bottom: .5rem; }
  .matrix td:empty { display: none; }
  .matrix td p { margin: 0; } .matrix td p + p { margin-top: .3rem; }
  .matrix .none { color: var(--stop); }
  .matrix td p em { color: var(--quiet); font-style: normal; font-size: .85em; }
  .requirement { font-size: .8rem; font-weight: 650; white-space: nowrap; font-variant-numeric: tabular-nums;
    color: var(--accent); background: var(--accent-soft); border-radius: 5px; padding: .12rem .42rem; }
  .trace { font-size: .74rem; font-weight: 500; color: var(--quiet); border: 1px solid var(--line); border-radius: 99px;
    padding: .06rem .5rem; margin: 0 .2rem; white-space: nowrap; }
  .trace:hover { color: var(--accent); border-color: var(--accent); text-decoration: none; }
  .trace.none { border-style: dashed; }
  .cards-grid { list-style: none; padding: 0; margin: 0 0 2rem; display: grid; gap: 1rem;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
  .card { position: relative; display: flex; flex-direction: column; border: 1px solid var(--line); border-radius: 14px;
    padding: 1.1rem 1.25rem; background: var(--raised); box-shadow: var(--shadow); }
  .card h3 { margin: 0 0 .4rem; font-size: 1.08rem; }
  .card > p { font-size: .9rem; line-height: 1.55; color: var(--quiet); margin: 0 0 .8rem; }
  .card .foot { margin: auto 0 0; display: flex; flex-wrap: wrap; gap: .35rem; align-items: center; }
  .card.chapter > p:not(.foot) { display: -webkit-box; -webkit-line-clamp: 4; -webkit-box-orient: vertical;
    overflow: hidden; }
  .card .number { position: absolute; right: 1.2rem; top: .9rem; font-size: 1.5rem; font-weight: 700;
    color: var(--line);
    letter-spacing: -.03em; }
  .card.chapter h3 { padding-right: 2.6rem; }
  .card:hover { border-color: color-mix(in srgb, var(--accent) 45%, var(--line)); }
  .hero { padding: clamp(.5rem, 3vw, 2.5rem) 0 .5rem; }
  .hero h1 { font-size: clamp(2.6rem, 1.8rem + 4vw, 4.2rem); margin-bottom: .35em; }
  .ways { list-style: none; padding: 0; margin: 1.6rem 0 0; display: grid; gap: .8rem;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); }
  .ways a { display: block; height: 100%; padding: .8rem 1.1rem; border-radius: 12px; background: var(--accent-soft);
    border-left: 4px solid var(--accent); color: var(--text); }
  .ways li:nth-child(2) a { background: var(--go-soft); border-color: var(--go); }
  .ways li:nth-child(3) a { background: var(--wait-soft); border-color: var(--wait); }
  .ways a:hover { text-decoration: none; box-shadow: var(--shadow); }
  .ways b { display: block; } .ways span { color: var(--quiet); font-size: .9rem; }
  code.phase { color: var(--accent); background: var(--accent-soft); border-color: transparent; font-weight: 600; }
  code.event { color: var(--violet); } code.effect { color: var(--go); } code.code { color: var(--wait); }
  .phases { list-style: none; padding: 0; max-width: 52rem; }
  .phases li { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr max-content; gap: .2rem 1rem;
    padding: .55rem 0; border-bottom: 1px solid var(--line); align-items: baseline; }
  .phases small { grid-column: 3; } .phases code { justify-self: start; }
  h3.in { margin-top: 2.4rem; color: var(--quiet); font-weight: 550; }
  .rule, .contract { border: 1px solid var(--line); border-radius: 12px; padding: .95rem 1.15rem; margin: 0 0 .8rem;
    background: var(--raised); max-width: 56rem; }
  .rule h4 { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem .65rem; font-weight: 620; }
  .rule h4 .to { margin-left: auto; } .rule h4 .to::before { content: "→ "; color: var(--quiet); }
  .rule .stays { margin-left: auto; font-weight: 400; font-size: .82rem; color: var(--quiet); }
  .rule ul { list-style: none; margin: .35rem 0; padding: 0; font-size: .92rem; }
  .rule ul li { padding: .12rem 0 .12rem 3.6rem; position: relative; }
  .rule ul li::before { position: absolute; left: 0; color: var(--quiet); font-size: .78rem; padding-top: .12rem; }
  .rule .when li:first-child::before { content: "when"; } .rule .when li:not(:first-child)::before { content: "and"; }
  .rule .then li:first-child::before { content: "then"; } .rule .then li:not(:first-child)::before { content: "and"; }
  .rule .also { font-size: .84rem; color: var(--quiet); margin: 0 0 .3rem; }
  .rule .foot { display: flex; flex-wrap: wrap; gap: .35rem; align-items: center; margin: .5rem 0 0; }
  .rule .foot:empty { display: none; }
  .count { margin-left: .35rem; white-space: nowrap; }
  .fired { font-size: .78rem; color: var(--go); margin-left: auto; font-variant-numeric: tabular-nums; }
  .fired.never { color: var(--stop); }
  .source { color: inherit; text-decoration: underline dotted var(--line); text-underline-offset: .2em; }
  .source:hover { color: var(--link); }
  .again { font-size: .92rem; margin: 0 0 .45rem; padding-left: 1.15rem; }
  details > summary { cursor: pointer; color: var(--quiet); }
  details.code { margin-top: .5rem; } details.code summary { font-size: .8rem; }
  details.code pre { margin: .5rem 0 0; }
  .laws { list-style: none; padding: 0; max-width: 58rem; }
  .law { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr) auto; gap: .2rem 1rem; padding: .6rem .2rem;
    border-bottom: 1px solid var(--line); align-items: baseline; }
  .law .kind { color: var(--quiet); font-size: .84rem; }
  .contracts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: .9rem;
    margin-bottom: 1.2rem; }
  .contract { margin: 0; } .contract dl { margin: 0; font-size: .88rem; }
  .contract dl > div { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .8rem; padding: .18rem 0; }
  .contract dt { color: var(--quiet); } .contract dd { margin: 0; }
  .glossary > div { padding: .75rem 0; border-bottom: 1px solid var(--line); max-width: 48rem; display: grid;
    grid-template-columns: 10rem minmax(0, 1fr); gap: .3rem 1.5rem; }
  .glossary dt { font-weight: 650; } .glossary dd { margin: 0; }
  .note { background: var(--wait-soft); border-radius: 8px; padding: .6rem .9rem; }
  .broken { color: var(--stop); background: var(--stop-soft); border-radius: 8px; padding: .5rem .85rem;
    font-size: .94rem; }

  """

private let drawingStyle = """
  figure { margin: 1.4rem 0; }
  figcaption { color: var(--quiet); font-size: .84rem; margin-top: .5rem; }
  .drawing { border: 1px solid var(--line); border-radius: 14px; padding: 1.1rem; overflow: auto;
    background: var(--ground);
    margin: 0; }
  .run .drawing, .drawings .drawing { max-height: 40rem; }
  .diagram .size { display: flex; justify-content: flex-end; align-items: center; gap: .9rem; margin-bottom: .5rem;
    color: var(--quiet); font-size: .84rem; }
  .diagram .size[hidden], .diagram .more, .diagram .fit { display: none; }
  .diagram .size label { position: relative; border: 1px solid var(--line); border-radius: 99px; padding: .12rem .8rem;
    color: var(--accent); background: var(--raised); cursor: pointer; user-select: none; }
  .diagram .size label:hover { border-color: var(--accent); }
  .diagram .size label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
  .diagram .size input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: inherit; }
  .diagram .size svg { margin-right: .45em; vertical-align: -.12em; }
  @media screen {
    .diagram:has(:checked) .enlarge { display: none; } .diagram:has(:checked) .fit,
    .diagram:has(:checked) .more { display: inline; }
    .diagram:has(:checked) svg.interlock { max-width: none; }
    /* A shadow at each edge beyond which there is more: what is no shadow scrolls along and covers it. */
    .diagram:has(:checked) .drawing { max-height: 85vh; background:
      linear-gradient(to right, var(--ground) 40%, transparent) left / 3rem 100% no-repeat local,
      linear-gradient(to left, var(--ground) 40%, transparent) right / 3rem 100% no-repeat local,
      linear-gradient(var(--ground) 40%, transparent) top / 100% 3rem no-repeat local,
      linear-gradient(to top, var(--ground) 40%, transparent) bottom / 100% 3rem no-repeat local,
      linear-gradient(to right, var(--edge), transparent) left / 1.1rem 100% no-repeat scroll,
      linear-gradient(to left, var(--edge), transparent) right / 1.1rem 100% no-repeat scroll,
      linear-gradient(var(--edge), transparent) top / 100% 1.1rem no-repeat scroll,
      linear-gradient(to top, var(--edge), transparent) bottom / 100% 1.1rem no-repeat scroll var(--ground); }
  }
  .diagram .alone { float: right; margin-left: 1rem; }
  .legend .key { display: inline-block; width: 1.5rem; height: 0; border-top: 3px solid var(--go);
    margin: 0 .4rem 0 .2rem;
    vertical-align: .28em; }
  .legend .key.never { border-top: 2px dashed var(--stop); margin-left: 1.1rem; }
  .legend .key.rest { height: .8rem; border: 3px double var(--accent); border-radius: 3px; margin-left: 1.1rem;
    vertical-align: -.1em; }
  .scenario, .mistake { border: 1px solid var(--line); border-radius: 12px; margin: 0 0 .7rem;
    background: var(--raised);
    max-width: 72rem; }
  .scenario[open], .mistake[open] { box-shadow: var(--shadow); margin-bottom: 1.3rem; }
  .scenario > summary, .mistake > summary { padding: .7rem 1.1rem; color: var(--text); font-weight: 560;
    line-height: 1.45; }
  .scenario > summary:hover, .mistake > summary:hover { color: var(--accent); }
  .tag { display: inline-block; font-size: .7rem; font-weight: 650; letter-spacing: .05em; text-transform: uppercase;
    color: var(--accent); background: var(--accent-soft); border-radius: 5px; padding: .1rem .45rem;
      margin-right: .35rem; }
  .mistake .tag { color: var(--stop); background: var(--stop-soft); }
  .mistake > :not(summary) { margin-left: 1.1rem; margin-right: 1.1rem; }
  .told { display: grid; grid-template-columns: minmax(15rem, 22rem) minmax(0, 1fr); gap: 1.2rem;
    padding: .2rem 1.1rem 1.1rem; align-items: start; }
  .lines { list-style: none; margin: 0; padding: 0; font: .8rem/1.5 var(--mono); }
  .lines li { padding: .22rem 0 .22rem .8rem; border-left: 2px solid var(--line); overflow-wrap: anywhere; }
  .lines b { font-weight: 700; }
  .lines .given { color: var(--quiet); } .lines .event { border-color: var(--accent); }
  .lines .expected { color: var(--go); border-color: var(--go); } .lines .refused { border-color: var(--stop);
    color: var(--stop); }
  .lines .fault { border-color: var(--wait); color: var(--wait); }
  .drawings { min-width: 0; } .drawings .drawing { margin: 0 0 .8rem; padding: .6rem; }
  .timeline { list-style: none; margin: 1rem 0; padding: 0; counter-reset: step; }
  .timeline > .step { counter-increment: step; position: relative; padding: .1rem 0 1.15rem 3.2rem; font-size: .92rem; }
  .timeline > .step::before { content: counter(step); position: absolute; left: 0; top: 0; width: 1.9rem;
    height: 1.9rem;
    border-radius: 50%; display: grid; place-items: center; font-size: .78rem; font-weight: 650;
      background: var(--accent-soft);
    color: var(--accent); font-variant-numeric: tabular-nums; z-index: 1; }
  .timeline > .step::after { content: ""; position: absolute; left: .92rem; top: 1.9rem; bottom: 0; width: 2px;
    background: var(--line); }
  .timeline > .step:last-child::after { display: none; }
  .timeline .step.refused::before { background: var(--stop-soft); color: var(--stop); }
  .timeline .step.fault::before { background: var(--wait-soft); color: var(--wait); }
  .step .who { color: var(--quiet); font-size: .8rem; margin-right: .3rem; } .step .what { font-weight: 600; }
  .step .event { margin: .35rem 0 0; }
  .step ul { list-style: none; margin: .15rem 0; padding: 0 0 0 .2rem; }
  .step .yes::before { content: "✓ "; color: var(--go); font-weight: 700; }
  .step .no { color: var(--quiet); } .step .no::before { content: "✗ "; color: var(--stop); }
  .step .to::before, .step .sent::before { content: "→ "; color: var(--quiet); }
  .step .changes { font: .78rem/1.5 var(--mono); color: var(--quiet); margin-top: .3rem; }
  .steps { margin: 0 0 1.5rem; }
  svg.interlock { display: block; max-width: 100%; height: auto; margin: 0 auto; }
  svg.interlock text { fill: var(--text);
    font-family: "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; }
  svg.interlock .graph > polygon, svg.interlock .ground { fill: transparent; stroke: none; }
  svg.interlock .node path:not([fill="none"]) { fill: var(--sunken); stroke: var(--quiet); }
  svg.interlock .resting path:not([fill="none"]) { fill: var(--accent-soft); }
  svg.interlock .resting path { stroke: var(--accent); }
  svg.interlock .start ellipse { fill: var(--quiet); stroke: var(--quiet); }
  svg.interlock .edge path { stroke: var(--quiet); } svg.interlock .edge polygon { fill: var(--quiet);
    stroke: var(--quiet); }
  svg.interlock .edge.fired path { stroke: var(--go); }
  svg.interlock .edge.fired polygon { fill: var(--go); stroke: var(--go); }
  svg.interlock .edge.never path { stroke: var(--stop); }
  svg.interlock .edge.never polygon { fill: var(--stop); stroke: var(--stop); }
  svg.interlock .edge.never text { fill: var(--stop); }
  svg.interlock .outer path, svg.interlock .outer polygon { opacity: .45; }
  svg.interlock .outer text { fill: var(--quiet); }
  svg.interlock .name { font-weight: bold; text-anchor: middle; }
  svg.interlock .step { font-weight: bold; fill: var(--accent); font-size: 12px; }
  svg.interlock .host { fill: var(--accent-soft); stroke: var(--accent); }
  svg.interlock rect.world { fill: var(--sunken); stroke: var(--quiet); stroke-dasharray: 4 3; }
  svg.interlock .stem { stroke: var(--line); stroke-width: 1.5; }
  svg.interlock .arrow { stroke: var(--quiet); fill: var(--quiet); } svg.interlock .dashed { stroke-dasharray: 5 4; }
  svg.interlock .lost { stroke: var(--stop); fill: none; }
  svg.interlock rect.note { fill: var(--accent-soft); stroke: none; } svg.interlock rect.met { fill: var(--go-soft); }
  svg.interlock rect.refused { fill: var(--stop-soft); } svg.interlock rect.across { fill: var(--sunken);
    stroke: none; }
  svg.interlock text:not([font-size]) { font-size: 12px; }

  """

private let narrowStyle = """
  @media (max-width: 60rem) {
    .frame { display: block; }
    .pages { position: static; height: auto; border: 0; border-bottom: 1px solid var(--line);
      padding: 1.2rem 1.25rem 1.5rem; }
    .script .pages { display: none; }
    .script .pages.open { display: block; position: fixed; inset: 3.75rem 0 0; z-index: 15; background: var(--ground);
      align-self: auto; overflow-y: auto; }
    .pages a { padding: .5rem .55rem; font-size: 1rem; }
    .script .menu { display: inline-flex !important; margin-left: -.4rem; }
    .bar { padding: 0 1rem; gap: .6rem; }
    .brand { margin-right: auto; }
    .told { grid-template-columns: minmax(0, 1fr); }
  }
  @media (max-width: 44rem) {
    .menu span, .search kbd { display: none; }
    .search { flex: 1 1 8rem; min-width: 0; }
    .search input { padding-right: .6rem; }
    .found { position: fixed; top: 3.9rem; left: .6rem; right: .6rem; width: auto; max-width: none; }
    .found a { grid-template-columns: minmax(0, 1fr); } .found .words { grid-column: 1; }
    main { padding-top: 1.6rem; }
    .lead { font-size: 1.06rem; }
    .facts { gap: .6rem 1.6rem; } .fact dd { font-size: 1.4rem; }
    .phases li { grid-template-columns: 1fr max-content; } .phases li > span { grid-column: 1 / -1; grid-row: 2; }
    .phases small { grid-column: 2; grid-row: 1; }
    .law { grid-template-columns: minmax(0, 1fr); padding: .8rem 0; }
    .glossary > div { grid-template-columns: minmax(0, 1fr); }
    .contract dl > div { grid-template-columns: minmax(0, 1fr); gap: 0; padding: .3rem 0; }
    .cards table, .cards tbody, .cards tr, .cards td { display: block; width: 100%; }
    .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .cards tr { border: 1px solid var(--line); border-radius: 12px; padding: .5rem .95rem; margin-bottom: .7rem; }
    .cards td, .cards td.number { border: 0; padding: .3rem 0; text-align: left; }
    .cards td:empty { display: none; }
    .cards td::before { content: attr(data-label); display: block; color: var(--quiet); font-size: .74rem; }
    .drawing { padding: .6rem; border-radius: 10px; }
    .drawings svg.interlock, .run svg.interlock { max-width: none; min-width: min(36rem, 100%); }
    .drawings svg.interlock, .run svg.interlock { zoom: .8; }
    .routes tr { padding: .3rem 0; margin: 0; border: 0; border-bottom: 1px solid var(--line); border-radius: 0; }
    .routes td { display: inline; padding: 0 .35rem 0 0; } .routes td::before { content: none; }
    .routes td:nth-child(3)::before { content: "→ "; display: inline; font-size: inherit; }
    .matrix td { grid-template-columns: minmax(0, 1fr); gap: .1rem; } .matrix td > * { grid-column: 1; }
    .pager { flex-direction: column; } .pager a { flex: none; }
  }
  @media print {
    :root, :root[data-theme="dark"], :root:not([data-theme="light"]) { color-scheme: light;
  \(light) }
    .bar, .pages, .contents, .pager, .skip, .pin, .diagram .size, .diagram .alone { display: none; }
    .frame { display: block; } body { font-size: 10.5pt; }
    .card, .rule { break-inside: avoid; box-shadow: none; }
    .drawing, .run .drawing, .drawings .drawing, .table { max-height: none; overflow: visible; }
    .drawing svg.interlock { max-width: 100%; min-width: 0; }
    .told { display: block; }
    pre { white-space: pre-wrap; overflow: visible; }
  }
  """
