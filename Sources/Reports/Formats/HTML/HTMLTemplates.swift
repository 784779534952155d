internal import Mustache

/// The page as templates, which escape everything that is not written with three braces.
///
/// Triple braces hold only what this module or `Charts` made: style, script, SVG, escaped JSON.
/// Every key is always set, for a missing one would be looked up in what stands around it. Lines
/// with partials are not indented: an indent would be added to every line of what they bring in.
enum HTMLTemplates {
  /// All templates, parsed.
  ///
  /// - Throws: a parser error of the template library.
  static func library() throws -> MustacheLibrary {
    var library = MustacheLibrary()
    try library.register(page, named: "page")
    try library.register(section, named: "section")
    try library.register(block, named: "block")
    try library.register(figure, named: "figure")
    try library.register(table, named: "table")
    return library
  }

  private static let page = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="{{policy}}"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <meta name="generator" content="shunt {{version}}"/>
    <title>{{title}}: {{verdict}}</title>
    <link rel="icon" href="data:,"/>
    <style>{{{style}}}</style>
    </head>
    <body>
    <a class="skip" href="#{{first}}">To the verdict</a>
    <div class="page">
    <header class="masthead">
    <p class="kind">{{kind}}</p>
    <h1><bdi>{{title}}</bdi></h1>
    <ul class="facts">{{#facts}}<li><bdi>{{.}}</bdi></li>{{/facts}}</ul>
    </header>
    <nav aria-label="Sections">
    <ol class="contents">
    {{#sections}}
    <li><a href="#{{id}}">{{heading}}</a></li>
    {{/sections}}
    </ol>
    <div class="key"><p id="key-title">Strategies</p>
    <ul id="strategies" aria-labelledby="key-title">
    {{#strategies}}
    <li data-members="{{members}}"><span class="swatch s{{index}}"></span><bdi>{{name}}</bdi></li>
    {{/strategies}}
    </ul></div>
    </nav>
    <main>
    {{#sections}}
    {{> section}}
    {{/sections}}
    </main>
    <footer><p>Made by shunt {{version}} with seed {{seed}}. One file, no request, works \
    offline.</p></footer>
    </div>
    <script type="application/json" id="result-json">{{{json}}}</script>
    <script>{{{script}}}</script>
    </body>
    </html>

    """

  private static let section = """
    <section id="{{id}}" aria-labelledby="{{id}}-heading">
    <h2 id="{{id}}-heading">{{heading}}</h2>
    <p class="question">{{question}}</p>
    {{#checks}}
    <ul class="checks">{{#items}}<li class="{{state}}"><span class="badge">{{word}}</span> \
    <bdi>{{text}}</bdi></li>{{/items}}</ul>
    {{/checks}}
    <p class="finding">{{finding}}</p>
    {{#blocks}}
    {{> block}}
    {{/blocks}}
    </section>

    """

  private static let block = """
    {{#paragraph}}<p>{{.}}</p>{{/paragraph}}
    {{#warning}}<p class="warning"><strong>Warning</strong> {{.}}</p>{{/warning}}
    {{#figure}}
    {{> figure}}
    {{/figure}}
    {{#table}}
    {{> table}}
    {{/table}}
    {{#command}}<div class="command"><p>{{words}}</p><pre><code>{{text}}</code></pre></div>\
    {{/command}}
    {{#source}}<details><summary>{{title}}</summary><pre class="scroll" tabindex="0">\
    <code>{{text}}</code></pre></details>{{/source}}

    """

  private static let figure = """
    <figure>
    <figcaption><h3>{{chartTitle}}</h3></figcaption>
    {{#narrow}}
    <div class="plot wide">{{{wide}}}</div>
    <div class="plot narrow">{{{svg}}}</div>
    {{/narrow}}
    {{^narrow}}
    <div class="plot only" tabindex="0" role="group" aria-label="{{chartTitle}}">{{{wide}}}</div>
    {{/narrow}}
    <p class="how"><b>How to read this.</b> {{how}}</p>
    <details><summary>The same numbers as a table</summary>
    {{#numbers}}
    {{> table}}
    {{/numbers}}
    </details>
    </figure>

    """

  private static let table = """
    <div class="scroll" tabindex="0" role="group" aria-label="Table, {{rowCount}}"><table>
    <thead><tr>{{#columns}}<th scope="col"{{#isNumber}} class="number"{{/isNumber}}>{{name}}</th>\
    {{/columns}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr{{#isEmphasised}} class="emphasised"{{/isEmphasised}}\
    {{#series}} data-series="{{.}}"{{/series}}>{{#cells}}<td{{^isName}} class="number"{{/isName}}\
    {{#key}} data-key="{{.}}"{{/key}}>{{#colour}}<span class="swatch {{.}}"></span>{{/colour}}\
    {{#mark}}<span class="mark {{.}}">{{text}}</span>{{/mark}}{{^mark}}{{#isName}}<bdi>{{text}}</bdi>{{/isName}}{{^isName}}{{text}}{{/isName}}{{/mark}}\
    </td>{{/cells}}</tr>
    {{/rows}}
    </tbody></table></div>
    {{#note}}<p class="note">{{.}}</p>{{/note}}

    """
}
