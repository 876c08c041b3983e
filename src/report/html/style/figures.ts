/** Figures: a title that says the finding, a key, and panels that find their own number of columns. */
export const figuresStyle = `
figure{margin-top:2.2rem}
figcaption h3{text-wrap:pretty}
figcaption p{color:var(--ink-soft);font-size:.9375rem;max-width:50rem;margin-top:.15rem}
.key{list-style:none;padding:0;margin:.45rem 0 .7rem;display:flex;flex-wrap:wrap;gap:.15rem 1.2rem;font-size:.875rem;color:var(--ink-soft)}
.key svg{width:26px;height:12px;vertical-align:-1px;margin-right:.35rem}
.key .stroke{fill:none;stroke:var(--ink-soft);stroke-width:1.3}
.key .wide{stroke-width:2.4}
.key .dotted{stroke-width:1.8;stroke-dasharray:.5 4;stroke-linecap:round}
.key .dashed{stroke-dasharray:4 3}
.key .fill{fill:var(--ink-soft);opacity:.4}
.key .lost{fill:var(--loss);opacity:.35}
.key .fault{fill:var(--fault);opacity:.2}
.key .fault-edge{fill:none;stroke:var(--fault);stroke-dasharray:2 2}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1.1rem 1.6rem}
.panels.count-1{grid-template-columns:minmax(0,29rem)}
.panels.count-2,.panels.count-4{grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr));max-width:62rem}
.panel{min-width:0;display:grid;grid-row:span 2;grid-template-rows:subgrid;gap:.2rem}
.panel-title{font-size:.9375rem;line-height:1.35;border-top:1px solid var(--line);padding-top:.4rem}
.panel-title>span:last-child{color:var(--ink-soft)}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart text,.key{font-family:inherit}
.chart text{font-variant-numeric:tabular-nums}
.chart.wide{max-width:62rem}
.chart.narrow{display:none}
.names{display:none}
@media (max-width:44rem){
.chart.wide{display:none}.chart.narrow{display:block}
.names{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.9375rem}
}
`;
