/** Of the exported page: light and dark as the reader's system is, and readable in print. */
export const STYLE = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif;
  --worse: light-dark(#b3261e, #ff8a80); --better: light-dark(#1b6e38, #7fd99a); --trace: light-dark(#7a4b00, #e2b04a); --answer: light-dark(#0b57a4, #6cb6ff); }
body { max-width: 1240px; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .2rem; } h3 { font-size: 1rem; margin: 1.8rem 0 .2rem; }
.facts { margin: 0 0 .8rem; opacity: .8; }
table { border-collapse: collapse; margin: .75rem 0; }
td, th { padding: .28rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #8884; }
thead th { font-weight: 500; opacity: .8; vertical-align: bottom; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td:has(> svg), th:has(> svg) { padding-block: .1rem; vertical-align: middle; }
.verdicts .small { white-space: nowrap; vertical-align: middle; }
.regressed .verdict, td.regressed { color: var(--worse); font-weight: 600; }
.improved .verdict, td.improved { color: var(--better); font-weight: 600; }
tr.inconclusive .verdict, td.inconclusive { opacity: .8; font-style: italic; }
svg { display: block; overflow: visible; }
svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
svg .tick { opacity: .75; font-size: 10px; }
svg .margin { fill: #8883; }
svg .zero, svg .axis { stroke: currentColor; stroke-opacity: .5; }
svg .grid { stroke: currentColor; stroke-opacity: .14; }
svg .interval, svg .point { stroke: currentColor; stroke-width: 1.3; fill: currentColor; }
svg .inconclusive.point { fill: Canvas; }
svg .regressed { stroke: var(--worse); } svg .regressed.point { fill: var(--worse); }
svg .improved { stroke: var(--better); } svg .improved.point { fill: var(--better); }
svg .spot { stroke: currentColor; fill: none; stroke-opacity: .7; }
svg .spot.worse { fill: var(--worse); stroke: none; fill-opacity: .8; } svg .spot.better { fill: var(--better); stroke: none; fill-opacity: .8; }
svg .series { fill: none; stroke-width: 1.5; } svg .series.trace { stroke-dasharray: 4 3; }
svg .trace { stroke: var(--trace); } svg .trace.point, svg text.trace { fill: var(--trace); stroke: none; }
svg .answer { stroke: var(--answer); } svg .answer.point, svg text.answer { fill: var(--answer); stroke: none; }
.plots { display: flex; flex-wrap: wrap; gap: .5rem 1.75rem; align-items: flex-start; }
figure { margin: .4rem 0; } figcaption { font-weight: 600; margin-bottom: .2rem; }
figure .small { margin: .15rem 0 0; }
.flips { margin: 0; font-size: .9em; } .flips td { text-align: right; min-width: 2.2rem; }
.flips td:not(.same):not(.shade-0) { font-weight: 600; } .flips .same { opacity: .75; } .shade-1 { background: #8882; } .shade-2 { background: #8884; } .shade-3 { background: #8886; } .shade-4 { background: #8889; }
.warning { border-left: 4px solid var(--worse); padding: .3rem .6rem; background: color-mix(in srgb, var(--worse) 10%, transparent); }
.note { border-left: 4px solid #8888; padding: .3rem .6rem; background: #8881; }
.small { font-size: .85em; opacity: .8; }
summary { cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; }
pre.trace { opacity: .75; border-left: 3px solid #8886; padding-left: .6rem; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.samples details { border-bottom: 1px solid #8883; padding: .2rem 0; }
.samples summary span { opacity: .7; margin: 0 .5rem; }
.samples label { margin-right: 1rem; }
@media print { details { break-inside: avoid; } input, label { display: none; } }
`;
