/** The timetable of tasks: a lane is a row of text and a strip as wide as there is room. Only on pages that have one. */
export const tasksStyle = `
.shapes{position:absolute}
.scroll+.scroll{margin-top:1.8rem}
.tasks .timetable{margin-top:1.1rem}
.timetable:focus-visible{outline:2px solid var(--link);outline-offset:4px}
.lanes{list-style:none;margin:0;padding:0}
.lane{position:relative;display:grid;grid-template-columns:10.5rem minmax(0,1fr) 12.5rem;column-gap:1.1rem;align-items:center;padding:.3rem 0;border-top:1px solid var(--grid);break-inside:avoid}
.lane p{margin:0;font-size:.875rem;line-height:1.3}
.lane.ages{border:0;padding:.1rem 0}
.lane .task{overflow-wrap:anywhere}
.lane .task small{white-space:nowrap}
.lane.now{background:var(--raised)}
.anomaly{grid-column:2/-1;color:var(--loss)}
.anomaly b{display:inline-block;box-sizing:content-box;width:1.15em;border:1.5px solid;border-radius:50%;line-height:1.15em;text-align:center;font-size:.75rem;margin-right:.2rem}
.strip{display:block;width:100%;overflow:visible}
.letter{font-size:11.5px;font-weight:700;text-anchor:middle;fill:var(--ink);stroke:none}
.ages .strip text{font-size:11.5px;text-anchor:middle;fill:var(--ink-soft);font-variant-numeric:tabular-nums}
.ages .strip text:first-child{text-anchor:start}
.ages .strip text[text-anchor]{text-anchor:end}
.key .lane-mark{width:18px;height:18px;vertical-align:-4px;margin-right:.2rem}
.age{stroke:var(--grid)}
.strip .fault{fill:var(--fault);opacity:.18}
.strip .life{stroke:var(--ink-soft);stroke-width:1}
.gap{fill:none;stroke:var(--loss);stroke-width:1.6;stroke-dasharray:3 3}
.owner{fill:color-mix(in srgb,var(--own) 38%,var(--paper));stroke:var(--own)}
.letter.by{paint-order:stroke;stroke:var(--paper);stroke-width:2.5px;stroke-linejoin:round}
.line,.thick,.bad,.tick,.edged{fill:none;stroke:var(--ink);stroke-width:1.3}
.thick{stroke-width:2.6}
.bad{stroke:var(--loss);stroke-width:2.6}
.tick{stroke:var(--paper);stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
.solid,.solid-fill{fill:var(--ink)}
.edge{stroke:var(--paper);stroke-width:1}
.paper,.box{fill:var(--paper)}
.box{stroke:var(--ink);stroke-width:1.3}
.loss{fill:var(--loss);stroke:var(--paper);stroke-width:.8}
.letter.on-loss{fill:var(--paper)}
.more-lanes{border-top:1px solid var(--grid)}
.fate.lost{font-weight:650}
.cost{max-width:62rem}
@media (max-width:60rem){
.lane{grid-template-columns:minmax(0,1fr) auto;padding:.45rem 0}
.lane .strip{grid-column:1/-1;grid-row:2}
.lane .anomaly{grid-column:1/-1;grid-row:3}
.lane.ages .task{display:none}
.lane.ages .strip{grid-row:1}
.fate{text-align:right}
}
@media print{
.lane{grid-template-columns:6.4rem minmax(0,1fr) 8.4rem}
.lane .strip,.lane .anomaly{grid-row:auto}
.lane .strip{grid-column:auto}
.lane .anomaly{grid-column:2/-1}
.lane.ages .task{display:block;grid-area:1/1}
.lane.ages .strip{grid-area:1/2}
.fate{text-align:left}
.more-lanes{display:none}
}
`;
