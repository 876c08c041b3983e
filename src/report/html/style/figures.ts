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
.key .mark{width:18px;height:18px;vertical-align:-4px;margin-right:.2rem}
.mark text{font-size:11.5px;font-weight:700;text-anchor:middle;fill:var(--ink)}
.mark circle{fill:none;stroke:var(--loss);stroke-width:1.4}
.mark path{fill:var(--loss)}
.mark path+text{fill:var(--paper)}
figcaption .tools{float:right;margin:0 0 .3rem 1rem;display:flex;gap:.4rem}
.tools button{padding:.05rem .5rem;font-size:.8125rem;color:var(--ink-soft)}
.plot{position:relative;touch-action:pan-y}
.stories .plot{cursor:pointer}
.guide{position:absolute;top:0;bottom:0;width:0;border-left:1px solid var(--ink-soft);pointer-events:none}
#tip{position:absolute;z-index:9;max-width:min(22rem,calc(100vw - 8px));pointer-events:none;background:var(--raised);color:var(--ink);border:1px solid var(--line);border-radius:.3rem;padding:.3rem .55rem;font-size:.8125rem;line-height:1.4;font-variant-numeric:tabular-nums;box-shadow:0 2px 8px rgb(0 0 0/.14)}
#tip>*{display:block}
#tip em{border:0;padding:0;white-space:normal}
.exchanges{margin-top:1.6rem}
.exchanges .note{margin-bottom:.6rem}
.exchange{border:0;padding:.12rem 0 .12rem 1.1rem}
.exchange summary{font-size:.9375rem}
.exchange[open]{padding-bottom:1rem}
.exchange .facts{margin-top:.4rem;max-width:60rem}
.exchange .facts ul{list-style:none;padding:0}
.exchange h4{margin:.7rem 0 .2rem;font-size:.9375rem;font-weight:650}
.exchange pre{background:var(--raised);padding:.6rem .8rem;overflow:auto;max-height:24rem;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8125rem;line-height:1.45}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1.1rem 1.6rem}
.panels.count-1{grid-template-columns:minmax(0,29rem)}
.panels.count-2,.panels.count-4{grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr));max-width:62rem}
.panel{min-width:0;display:grid;grid-row:span 2;grid-template-rows:subgrid;gap:.2rem}
.panel-title{font-size:.9375rem;line-height:1.35;border-top:1px solid var(--line);padding-top:.4rem}
.panel-title>span:last-child{color:var(--ink-soft)}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart text,.key{font-family:inherit}
.chart text{font-variant-numeric:tabular-nums}
.plot.wide{max-width:62rem}
.plot.narrow{display:none}
.names{display:none}
@media (max-width:44rem){
.plot.wide{display:none}.plot.narrow{display:block}
.names{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.9375rem}
}
`;
