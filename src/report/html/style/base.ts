/** Type, rhythm and the page's frame. */
export const baseStyle = `
*{box-sizing:border-box}
html{font:16px/1.5 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Noto Sans","Helvetica Neue",Arial,system-ui,sans-serif;-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:break-word}
main{max-width:78rem;margin:0 auto;padding:1.75rem clamp(1rem,3vw,2rem) 4rem}
h1,h2,h3,p,ul,dl,dd,figure,pre{margin:0}
h1{font-size:clamp(1.35rem,1rem + 1.2vw,1.8rem);line-height:1.22;font-weight:680;letter-spacing:-.012em;max-width:64rem;text-wrap:balance}
h2{font-size:1.45rem;line-height:1.25;font-weight:680;letter-spacing:-.01em}
h3{font-size:1.06rem;line-height:1.35;font-weight:650}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:1px}
a:focus-visible,button:focus-visible,summary:focus-visible,.scroll:focus-visible,.plot:focus-visible,pre:focus-visible{outline:2px solid var(--link);outline-offset:2px}
small{font-size:.8125rem;color:var(--ink-soft)}
em{font-style:normal;color:var(--ink-soft);font-size:.8125rem;border:1px solid var(--line);border-radius:.6rem;padding:0 .42rem;white-space:nowrap}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
code{overflow-wrap:anywhere}
pre code{font-size:1em}
.kicker{color:var(--ink-soft);font-size:.875rem;margin-bottom:.4rem}
.asked{margin-top:.5rem;color:var(--ink-soft)}
.overall{margin-top:.5rem}
.how{margin:.35rem 0 1.1rem;color:var(--ink-soft);font-size:.9375rem;max-width:72rem}
.banner{margin-top:.6rem;padding:.5rem .8rem;border-left:4px solid var(--fail);background:var(--raised)}
.note,.question{color:var(--ink-soft);max-width:46rem}
.note{font-size:.9375rem}
.lost{color:var(--loss)}
.differs{color:var(--fail)}
.verdict{white-space:nowrap}
.verdict b{font-weight:650}
.icon{width:1.05em;height:1.05em;vertical-align:-.17em;margin-right:.3em}
.icon path{fill:none;stroke:var(--paper);stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.verdict.pass{color:var(--pass)}.verdict.fail{color:var(--fail)}.verdict.unknown{color:var(--ink)}
.icon circle{fill:currentColor}
.swatch{display:inline-block;width:.72em;height:.72em;border-radius:.16em;background:var(--own);margin-right:.42em}
.name{font-weight:600;overflow-wrap:anywhere}
nav{margin-top:1.4rem}
nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;font-size:.9375rem}
nav li{min-width:0;overflow-wrap:anywhere}
section{margin-top:3.2rem;padding-top:1.5rem;border-top:1px solid var(--line)}
section>h3{margin-top:2.2rem}
.answer{font-size:1.12rem;max-width:50rem;margin:.55rem 0 .5rem}
.attention{margin-top:1.6rem;padding:1rem 1.1rem;border:1px solid var(--line);border-left:4px solid var(--fail)}
.attention h2{font-size:1.06rem}
.attention ul,.warnings ul{list-style:none;padding:0;margin-top:.4rem;display:grid;gap:.4rem}
.attention li>span:last-child{display:block;color:var(--ink-soft);font-size:.9375rem}
.warnings{margin-top:1rem;padding:.7rem 1rem;background:var(--raised);border-left:4px solid var(--ink-soft)}
.empty{color:var(--ink-soft);padding:1.2rem 0;font-size:.9375rem}
.scroll{overflow-x:auto}
@media (min-width:105rem){
nav{position:fixed;top:2rem;left:calc(50% - 39rem - 12.5rem);width:11.5rem;max-height:90vh;overflow-y:auto;margin:0}
nav ul{flex-direction:column;gap:.45rem}
}
@media (min-width:125rem){
html{font-size:18px}
main{max-width:84rem}
nav{left:calc(50% - 42rem - 12.5rem)}
}
@media (min-width:150rem){html{font-size:20px}}
`;
