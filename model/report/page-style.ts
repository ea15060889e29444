/** The page's style. Colours pass 4.5:1 for text on their ground in both schemes. */
const light = `--ground:#fff;--panel:#f4f5f7;--line:#d5d9e0;--text:#1a1d23;--soft:#596170;--link:#0b57b7;
--good:#17713a;--good-ground:#e6f4ea;--warn:#8a5300;--warn-ground:#fdf1dc;--bad:#b3161f;--bad-ground:#fdeaea;
--k0:#4a6fa5;--k1:#e3a72f;--k2:#2f9183;--k3:#9a6bb8;--k4:#c46a2c;--k5:#6b8f2e;--k6:#b8577f;--k7:#80868f;--on-k:#0d0f12;--wait:#aab1bd;`;
const dark = `--ground:#111418;--panel:#1b2027;--line:#363d48;--text:#e8eaee;--soft:#a3acba;--link:#8ab8ff;
--good:#6fd08c;--good-ground:#14291b;--warn:#f0b44c;--warn-ground:#2e2412;--bad:#ff8a86;--bad-ground:#331a1b;
--k0:#7da2d9;--k1:#e8b64c;--k2:#4fb5a5;--k3:#b994d6;--k4:#dd8d54;--k5:#93b856;--k6:#d985a8;--k7:#9aa1ab;--on-k:#0d0f12;--wait:#5b6472;`;

const kinds = Array.from({ length: 8 }, (_, kind) => `.k${kind}{fill:var(--k${kind});background:var(--k${kind})}`).join(
  '',
);

export const pageStyle = `
:root{color-scheme:light dark;${light}}
@media screen and (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}
header,main{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header{margin-top:1.25rem;padding-top:1rem;padding-bottom:1rem;border-left:.5rem solid var(--good);background:var(--good-ground);border-radius:.25rem}
header.left{border-color:var(--warn);background:var(--warn-ground)}
header.failed{border-color:var(--bad);background:var(--bad-ground)}
header p{margin:0;color:var(--soft)}
h1{position:relative;margin:.25rem 0 .4rem;padding-left:2rem;font-size:1.6rem;line-height:1.25}
h1 .sign{position:absolute;left:0;color:var(--good)}
h1 .sentence{display:block;text-wrap:balance}
h1 .sentence+.sentence{font-weight:400}
.whole-word{white-space:nowrap}
.left h1 .sign{color:var(--warn)}.failed h1 .sign{color:var(--bad)}
h2{margin:2.25rem 0 .6rem;font-size:1.2rem}
h3{margin:0;font-size:1rem}
a{color:var(--link)}
code{font:.8125rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
small{display:block;color:var(--soft);font-size:.8125rem;font-weight:400}
.note{margin:.25rem 0 .75rem;color:var(--soft)}
.number{text-align:right;font-variant-numeric:tabular-nums}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.25rem,1fr));gap:.6rem;margin:1.25rem 0 0;padding:0;list-style:none}
.tile{display:flex;flex-direction:column;padding:.7rem .85rem;border:1px solid var(--line);border-top:.25rem solid var(--line);border-radius:.4rem;background:var(--panel)}
.tile .name,.tile .rest{color:var(--soft);font-size:.875rem}
.tile strong{white-space:nowrap;font-size:1.65rem;line-height:1.3;font-variant-numeric:tabular-nums}
.tile strong .sign{margin-right:.4rem;font-size:1.2rem}
.tile.word strong{font-size:1.2rem;line-height:1.8;white-space:nowrap}
.tile a{color:inherit;text-decoration-color:var(--soft)}
.tile.none strong{color:var(--soft)}
.tile.running{border-top-color:var(--good)}.tile.running strong{color:var(--good)}
.tile.left{border-top-color:var(--warn)}.tile.left strong{color:var(--warn)}
.tile.failed{border-top-color:var(--bad)}.tile.failed strong{color:var(--bad)}
.badge{white-space:nowrap;font-weight:600}
.badge.running{color:var(--good)}.badge.left{color:var(--warn)}.badge.failed,.over{color:var(--bad)}
.over{font-weight:600}
article{margin:.6rem 0;padding:.7rem .9rem;border:1px solid var(--line);border-left:.35rem solid var(--warn);border-radius:.3rem;break-inside:avoid}
article.failed{border-left-color:var(--bad)}
article h3 .badge{margin-right:.5rem}
.job .tier{display:inline-block;margin-right:.2rem;padding:0 .35rem;border:1px solid var(--line);border-radius:.25rem;font-size:.8125rem;font-weight:600}
h3 .job{font-weight:400}
article .reason{margin:.35rem 0 0;white-space:pre-line}
.evidence{margin:.35rem 0 0;padding-left:1.1rem;color:var(--soft)}
ul.jobs{margin:.4rem 0 0;padding:0;list-style:none}
ul.jobs>li{padding:.15rem 0}
ul.jobs .evidence{margin:.1rem 0 .3rem 1.4rem}
summary{margin-top:.35rem;color:var(--link);cursor:pointer}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse}
th,td{padding:.4rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th.number{white-space:normal}
thead th{overflow-wrap:normal;color:var(--soft);font-size:.8125rem;font-weight:600;vertical-align:bottom}
th.number,td.number{text-align:right}
td.number{white-space:nowrap}
tr{break-inside:avoid}
tbody th{font-weight:400}
.tiers td,.tiers tbody th{vertical-align:middle}
.tiers tr>:first-child{white-space:nowrap}
.tiers tbody th{font-weight:700}
.tiers small{display:inline}
.tiers .gauge{width:40%}
.track{position:relative;display:block;height:.85rem;border-radius:.2rem;background:var(--panel);box-shadow:inset 0 0 0 1px var(--line)}
.track span{position:absolute;top:0;bottom:0;left:0;border-radius:.2rem}
.track .all{background:color-mix(in srgb,var(--k0) 55%,var(--panel))}
.track .half{background:var(--k0)}
.track .late{background:color-mix(in srgb,var(--bad) 55%,var(--panel))}
.track .limit{bottom:-.2rem;top:-.2rem;width:2px;margin-left:-1px;background:var(--bad);border-radius:0}
table.jobs{font-size:.9375rem}
table.jobs thead th{position:sticky;top:0;background:var(--ground);box-shadow:inset 0 -1px var(--line)}
table.jobs tr>:first-child{min-width:11rem}
table.jobs tr>:nth-child(2){white-space:nowrap}
table.jobs tr>:nth-child(7){min-width:9.75rem}
table.jobs tr>:nth-child(8){min-width:14rem}
table.jobs .reason{display:block;white-space:pre-line}
dl{margin:0}
dl div{display:grid;grid-template-columns:7rem 1fr;gap:.25rem 1rem;padding:.35rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--soft)}dd{margin:0}
main{padding-bottom:3rem}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:0 0 .75rem;padding:0;list-style:none;font-size:.875rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.swatch{display:inline-block;min-width:1.15rem;height:1.15rem;border-radius:.15rem;color:var(--on-k);font-size:.75rem;font-weight:600;line-height:1.15rem;text-align:center}
figure{margin:0 0 1.25rem}
figcaption{margin-bottom:.25rem;font-size:.9375rem}
figcaption b{margin-right:.4rem}
svg{display:block;overflow:visible}
figure>svg{width:calc(100% - 5.5rem);margin-right:5.5rem}
.bars>svg{width:calc(100% - 21rem);margin-left:15.5rem}
svg svg{overflow:hidden}
text{fill:var(--text);font-size:12px}
.tick{fill:var(--soft);font-variant-numeric:tabular-nums}
.tick.budget{fill:var(--bad);font-weight:600}
.grid{stroke:var(--line)}.base{stroke:var(--soft)}
line.budget{stroke:var(--bad);stroke-width:2;stroke-dasharray:5 3}
.wait{stroke:var(--wait);stroke-width:2;stroke-dasharray:2 3}
.whole{fill:var(--wait)}
.job-name{text-anchor:end;transform:translateX(-10px)}
.step{fill:var(--on-k);font-size:11px;font-weight:600;text-anchor:middle;pointer-events:none}
.end{font-variant-numeric:tabular-nums}
.end.left{fill:var(--warn);font-weight:600}.end.failed{fill:var(--bad);font-weight:600}
.block.left{fill:var(--warn-ground)}.block.failed{fill:var(--bad-ground)}
.columns rect{fill:var(--k0)}
${kinds}
@media screen and (max-width:760px){
header,main{padding-left:.85rem;padding-right:.85rem}
header{margin:0;border-radius:0}
h1{font-size:1.25rem;padding-left:1.6rem}
.tiles{grid-template-columns:repeat(3,1fr);gap:.4rem}
.tile{padding:.5rem .55rem}.tile strong{white-space:nowrap;font-size:1.1rem;line-height:1.5rem;white-space:nowrap}.tile.word strong{font-size:.9rem;line-height:1.5rem}.tile strong .sign{font-size:1rem;margin-right:.25rem}
.tile .name,.tile .rest{font-size:.75rem;line-height:1.3}
th,td{padding:.35rem .4rem}
.tiers .gauge{display:none}
.tiers tr>*{padding-left:.25rem;padding-right:.25rem}
.tiers td{font-size:.9375rem}
.tiers .over{display:block;font-size:.8125rem}
figure>svg{width:calc(100% - 4.75rem);margin-right:4.75rem}
.bars>svg{width:calc(100% - 4.75rem);margin-left:0}
.tick.odd{display:none}
.job-name{text-anchor:start;transform:translateY(-8px);font-size:11px}
.bar{transform:translateY(6px)}
.bar rect{height:9px}
.bar .step{display:none}
.bar .end{transform:translateY(-2px);font-size:11px}
.bar .wait{transform:translateY(-2px)}
table.jobs,table.jobs tbody{display:block}
table.jobs thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.jobs tr{display:grid;grid-template-columns:auto auto 1fr;gap:.1rem 1rem;padding:.6rem 0;border-bottom:1px solid var(--line)}
table.jobs tr>*{min-width:0!important;padding:0;border:0;text-align:left;white-space:normal}
table.jobs tr>:first-child,table.jobs tr>:nth-child(n+5){grid-column:1/-1}
table.jobs td:nth-child(n+5){display:grid;grid-template-columns:7rem 1fr;gap:0 .5rem}
table.jobs td:nth-child(n+5)>*{grid-column:2}
table.jobs td::before{color:var(--soft);font-size:.8125rem}
table.jobs td:nth-child(3)::before{content:"wave "}
table.jobs td:nth-child(5)::before{content:"runs again in"}
table.jobs td:nth-child(6)::before{content:"state age"}
table.jobs td:nth-child(7)::before{content:"recovery point"}
table.jobs td:nth-child(8)::before{content:"restored path"}
table.jobs tr.failed td:nth-child(8)::before,table.jobs tr.left td:nth-child(8)::before{content:"reason"}
table.jobs .badge{justify-self:end}
}
@media print{
body{font-size:11pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
header,main{max-width:none}
.tiles{grid-template-columns:repeat(3,1fr)}
details::details-content{content-visibility:visible}
th,td{padding:.25rem .35rem}
table.jobs{font-size:8pt}
table.jobs small,table.jobs thead th{font-size:7pt}
table.jobs tr>*{min-width:0!important}
table.jobs tr>:first-child{min-width:9rem!important}
table.jobs tr>:nth-child(7){min-width:7rem!important}
table.jobs thead th{position:static}
code{font-size:7pt}
h2{break-after:avoid}
}
`;
