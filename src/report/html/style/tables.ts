/** Tables of numbers, failures and checks, and the section on repeating the experiment. */
export const tablesStyle = `
.numbers,.list{margin-top:.7rem;font-size:.9375rem;line-height:1.4;min-width:100%}
.numbers th,.numbers td,.list th,.list td{text-align:left;vertical-align:top;padding:.34rem 1.1rem .34rem 0;border-top:1px solid var(--grid)}
.numbers th,.list th{font-weight:400;color:var(--ink-soft)}
.numbers thead th,.list thead th{vertical-align:bottom;border-top:0;font-size:.875rem}
.numbers thead td{border-top:0}
.numbers thead th .name{color:var(--ink)}
.numbers tbody th{min-width:11rem}
.numbers td{min-width:11.5rem}
.numbers td b{font-weight:600}
.numbers td small{display:block;line-height:1.35;max-width:20rem}
.numbers .none b{font-weight:400;color:var(--ink-soft)}
.numbers td.lost b{color:var(--loss)}
.numbers .lost{color:inherit}
.numbers .group th{color:var(--ink);font-weight:650;padding-top:.9rem;border-top-color:var(--line)}
.numbers th:first-child,.numbers thead td{position:sticky;left:0;background:var(--paper)}
.list td{min-width:5rem}
@media (max-width:44rem){
.numbers tbody th{min-width:7.2rem;max-width:7.2rem;padding-right:.8rem}
.numbers td{min-width:10.5rem}
}
.list .right{text-align:right;white-space:nowrap}
.list td small{display:block;line-height:1.35;max-width:26rem}
.list .differs td{background:color-mix(in srgb,var(--fail) 8%,transparent)}
.list .message,.list .reason{min-width:16rem;overflow-wrap:anywhere}
.list code{overflow-wrap:break-word}
.list .reason{color:var(--ink-soft)}
details{border-top:1px solid var(--grid);padding:.5rem 0}
details[open]{padding-bottom:1.2rem}
summary{cursor:pointer;font-size:.9375rem;overflow-wrap:anywhere}
summary>span{margin-right:.5rem}
.compared{padding-left:1.1rem;margin-top:.4rem}
section>h3+details{margin-top:.6rem}
.command{display:flex;gap:.8rem;align-items:flex-start;margin-top:.8rem;background:var(--raised);padding:.8rem 1rem}
.command pre{flex:1;min-width:0;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.5}
button{font:inherit;font-size:.875rem;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:.3rem;padding:.2rem .7rem;cursor:pointer}
.facts{margin-top:1rem;font-size:.9375rem}
.facts div{display:flex;gap:1rem;padding:.3rem 0;border-top:1px solid var(--grid)}
.facts dt{flex:0 0 6rem;color:var(--ink-soft)}
.facts dd{min-width:0;overflow-wrap:anywhere}
.source pre{overflow-x:auto;background:var(--raised);padding:.8rem 1rem;margin-top:.5rem;line-height:1.45}
`;
