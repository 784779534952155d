/// The page around the charts; colours are those of `ChartStyle`, in light, dark and print.
enum PageStyle {
  /// Pixels that a chart is laid out for on a desk, and on a telephone.
  static let chartWidth = 920.0
  static let narrowWidth = 336.0

  static let css = [layout, text, figures, tables, marks, small, print].joined()

  private static let layout = """
    :root{color-scheme:light dark;--page:#fff;--card:#f6f8fa;--rule:#d8dee4;--link:#0b5cad;\
    --good:#1a7f37;--good-back:#e3f6e8;--bad:#b3261e;--bad-back:#fdeceb;--warn-back:#fff6dd;\
    --warn:#8a5a00}
    @media(prefers-color-scheme:dark){:root{--page:#0f141a;--card:#171e27;--rule:#2c343d;\
    --link:#7cc0ff;--good:#5fd487;--good-back:#12301d;--bad:#ff9b93;--bad-back:#3b1715;\
    --warn-back:#33280d;--warn:#f0c75e}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
    body{margin:0;background:var(--page);color:var(--chart-ink);\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
    .page{max-width:76rem;margin:0 auto;padding:2.5rem 1.5rem 4rem;display:grid;\
    grid-template-columns:11.5rem minmax(0,1fr);gap:0 2.5rem}
    .masthead{grid-column:1/-1;border-bottom:1px solid var(--rule);padding-bottom:1.5rem;\
    margin-bottom:2rem}
    nav{font-size:.875rem}
    .contents,.key ul{list-style:none;margin:0;padding:0}
    @media(min-width:64.01rem){nav{position:sticky;top:1.5rem;align-self:start;\
    max-height:calc(100vh - 3rem);overflow-y:auto}}
    .contents a{display:block;padding:.22rem 0;color:var(--chart-muted);text-decoration:none}
    .contents a:hover,.contents a:focus-visible{color:var(--link);text-decoration:underline}
    .key{margin-top:1.25rem;padding-top:1rem;border-top:1px solid var(--rule)}
    .key p{margin:0 0 .35rem;font-weight:600}
    .key li{display:flex;align-items:baseline;gap:.1rem;padding:.15rem 0;overflow-wrap:anywhere}
    .key label{display:flex;align-items:baseline;gap:.45rem;cursor:pointer}
    footer{grid-column:1/-1;margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);\
    color:var(--chart-muted);font-size:.875rem}
    .skip{position:absolute;left:-99rem}
    .skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem .75rem}
    :focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
    [hidden]{display:none!important}

    """

  private static let text = """
    h1{font-size:2rem;line-height:1.2;margin:.15rem 0 .75rem;overflow-wrap:anywhere;\
    letter-spacing:-.015em}
    h2{font-size:1.4rem;line-height:1.25;margin:0;letter-spacing:-.01em}
    h3{font-size:1rem;line-height:1.4;margin:0 0 .6rem;font-weight:600;overflow-wrap:anywhere}
    p{margin:.75rem 0;max-width:72ch;overflow-wrap:anywhere}
    a{color:var(--link)}
    .kind{margin:0;color:var(--chart-muted);font-size:.8125rem;font-weight:600;\
    letter-spacing:.06em;text-transform:uppercase}
    .facts{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem .5rem;margin:0;padding:0;\
    font-size:.875rem}
    .facts li{background:var(--card);border:1px solid var(--rule);border-radius:1rem;\
    padding:.1rem .7rem;overflow-wrap:anywhere;max-width:100%}
    section{padding:0 0 2.25rem;margin:0 0 2.25rem;border-bottom:1px solid var(--rule)}
    section:last-child{border-bottom:0;margin-bottom:0}
    .question{margin:.1rem 0 .75rem;color:var(--chart-muted);font-style:italic}
    .finding{font-size:1.0625rem;font-weight:500;border-left:3px solid var(--chart-series-0);\
    padding-left:.85rem}
    #verdict .finding{font-size:1.375rem;line-height:1.4;font-weight:600;letter-spacing:-.01em}
    pre{font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;\
    background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:.6rem .85rem;\
    margin:.35rem 0;overflow-x:auto;max-width:100%}
    .command p{margin-bottom:.25rem;color:var(--chart-muted);font-size:.9375rem}
    .command pre{white-space:pre-wrap;overflow-wrap:anywhere}

    """

  private static let figures = """
    figure{margin:1.75rem 0 0;padding:0}
    .plot{margin:0}
    .plot svg{display:block}
    .plot.only{overflow-x:auto}
    .narrow{display:none}
    .how{font-size:.875rem;color:var(--chart-muted);margin:.6rem 0 .35rem}
    .how b{font-weight:600}
    details{margin:.35rem 0;font-size:.9375rem}
    summary{cursor:pointer;color:var(--link);font-size:.875rem;width:fit-content;padding:.15rem 0}
    summary:hover{text-decoration:underline}
    [data-tip]:hover{opacity:.82}
    .off{visibility:hidden}
    tr.off{display:none}
    #tip{position:fixed;z-index:9;left:0;top:0;max-width:min(22rem,92vw);pointer-events:none;\
    background:var(--chart-ink);color:var(--page);font-size:.8125rem;line-height:1.4;\
    padding:.35rem .6rem;border-radius:5px;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}

    """

  private static let tables = """
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;font-size:.8438rem;line-height:1.4;margin:.75rem 0 .25rem;\
    font-variant-numeric:tabular-nums lining-nums}
    th,td{padding:.36rem .62rem .36rem 0;text-align:left;vertical-align:baseline;\
    border-bottom:1px solid var(--rule)}
    th:last-child,td:last-child{padding-right:0}
    th{font-weight:600;color:var(--chart-muted);vertical-align:bottom;line-height:1.3}
    td.number,th.number{text-align:right;white-space:nowrap}
    th.number{white-space:normal}
    td{max-width:26rem;overflow-wrap:break-word}
    tbody tr:hover{background:var(--card)}
    tr[data-series] td:first-child{white-space:nowrap}tr.emphasised td{font-weight:600}
    th button{all:unset;cursor:pointer;position:relative}
    th button:hover{color:var(--link)}
    th button:focus-visible{outline:2px solid var(--link)}
    th button::after{position:absolute;margin-left:.1em}
    th[aria-sort=ascending] button::after{content:"↑"}
    th[aria-sort=descending] button::after{content:"↓"}
    .note{font-size:.8125rem;color:var(--chart-muted);margin:.35rem 0}

    """

  private static let marks = """
    .swatch{display:inline-block;flex:none;width:.7em;height:.7em;border-radius:2px;\
    margin-right:.5em;print-color-adjust:exact;-webkit-print-color-adjust:exact}
    """ + (0..<7).map { ".s\($0){background:var(--chart-series-\($0))}" }.joined() + """

      .mark{font-size:.75rem;font-weight:600;border-radius:1rem;padding:.08rem .55rem;\
      white-space:nowrap;background:var(--card);color:var(--chart-muted)}
      .mark.good,.passed .badge{background:var(--good-back);color:var(--good)}
      .mark.bad,.failed .badge{background:var(--bad-back);color:var(--bad)}
      .checks{list-style:none;margin:1rem 0;padding:0}
      .checks li{padding:.2rem 0;overflow-wrap:anywhere}
      .badge{display:inline-block;font-size:.75rem;font-weight:700;border-radius:1rem;\
      padding:.08rem .6rem;margin-right:.35rem}
      .warning{background:var(--warn-back);border-left:3px solid var(--warn);border-radius:0 4px 4px 0;\
      padding:.55rem .85rem;font-size:.9375rem}
      .warning strong{color:var(--warn);margin-right:.35rem}

      """

  private static let small = """
    @media(max-width:64rem){.page{display:block;padding-top:1.5rem}\
    nav{border-bottom:1px solid var(--rule);padding-bottom:1.25rem;margin-bottom:2rem}\
    .contents{columns:2;column-gap:1.5rem}.contents a{break-inside:avoid}\
    .key ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem}}
    @media(max-width:40rem){.page{padding:1.25rem .75rem 3rem}h1{font-size:1.5rem}\
    .wide{display:none}.narrow{display:block}.plot.only svg{width:42rem;max-width:none}\
    #verdict .finding{font-size:1.1875rem}th,td{padding-right:.7rem}}

    """

  private static let print = """
    @media print{:root{color-scheme:light;--page:#fff;--card:#f6f8fa;--rule:#d8dee4;\
    --link:#0b5cad;--good:#1a7f37;--good-back:#e3f6e8;--bad:#b3261e;--bad-back:#fdeceb;\
    --warn-back:#fff6dd;--warn:#8a5a00}\
    body{font-size:11pt}.page{display:block;max-width:none;padding:0}\
    .contents,.skip,#tip,.key input{display:none}nav{border:0;margin:0;padding:0}.key{border:0;margin:0}\
    .wide{display:block}.narrow{display:none}.plot.only svg{width:auto;max-width:100%}\
    table{font-size:7.5pt}th,td{padding:.15rem .4rem .15rem 0}.mark{font-size:7pt;padding:0 .3rem}\
    p.how,.note{font-size:8pt}figure,tr,.checks li,.warning{break-inside:avoid}h2,h3,.question{break-after:avoid}\
    .scroll,.plot.only{overflow:visible}section{border:0;margin:0}\
    .chart *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

    """
}
