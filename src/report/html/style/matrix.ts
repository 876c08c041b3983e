/** The matrix: a table on wide screens, cards below each other on narrow ones. */
export const matrixStyle = `
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.matrix{width:100%;table-layout:fixed;border-bottom:1px solid var(--line)}
.matrix th,.matrix td{text-align:left;vertical-align:top;font-weight:400}
.matrix thead td,.matrix .side{width:13.5rem}
.matrix .top{padding:.5rem .9rem .6rem;border-top:4px solid var(--own,var(--line))}
.matrix .side{padding:.7rem 1rem .8rem 0}
.matrix .side[class*=" d"]{border-left:4px solid var(--own);padding-left:.7rem}
.matrix th .name,.matrix th a{font-weight:650;overflow-wrap:anywhere}
.matrix th small{display:block;line-height:1.35}
.matrix tbody tr{border-top:1px solid var(--line)}
.cell{padding:.55rem .9rem .55rem}
.cell-label{display:none}
.big{line-height:1.2}
.big strong{font-size:1.5rem;font-weight:700;letter-spacing:-.015em;white-space:nowrap}
.big em{margin-left:.15rem}
.under{display:flex;align-items:center;gap:.6rem;min-height:1.3rem;font-size:.8125rem;line-height:1.3;color:var(--ink-soft);white-space:nowrap}
p.under{white-space:normal}
.under>span{flex:0 0 9.4rem}
.many .under{flex-wrap:wrap;row-gap:0}
.under abbr{text-decoration:none}
.bar{flex:1;min-width:3rem;height:8px}
.bar .all{fill:var(--grid)}.bar .lost{fill:var(--loss)}
.bar .sure{fill:none;stroke:var(--ink);stroke-width:2;vector-effect:non-scaling-stroke}
.sub{font-size:.8125rem;color:var(--ink-soft);line-height:1.3}
.cell dl{margin-top:.15rem;font-size:.9375rem;line-height:1.42}
.cell dl div{display:flex;gap:.5rem}
.cell dt{flex:0 0 5.8rem;color:var(--ink-soft)}
.cell dd{min-width:0}
.foot{margin-top:.2rem;font-size:.9375rem;line-height:1.35}
.foot>span:last-child{color:var(--ink-soft)}
@media (min-width:60rem){
.many{min-width:62rem}.many.columns-6{min-width:71rem}.many.columns-7{min-width:80rem}.many.columns-8{min-width:90rem}
.many thead td,.many .side{width:11.5rem}
.many .top,.many .cell{padding-left:.5rem;padding-right:.5rem}
.many .big strong{display:block;font-size:1.35rem}
.many .cell dl div{display:block;margin-bottom:.3rem}
.many .cell dt{font-size:.8125rem;line-height:1.2}
}
@media screen and (max-width:60rem){
.matrix,.matrix tbody,.matrix tr,.matrix .side,.cell{display:block;width:auto}
.matrix{min-width:0;border:0}
.matrix thead{display:none}
.matrix tbody tr{padding:.9rem 0 .3rem}
.matrix .side{padding:0 0 .5rem}
.matrix .side a{font-size:1.12rem}
.cell{padding:.6rem 0 .7rem .8rem;margin:0 0 .6rem;border-left:3px solid var(--line)}
.cell-label{display:block;font-size:.9375rem;margin-bottom:.1rem}
}
`;
