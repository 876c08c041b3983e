/** On paper: light, without what only works on a screen, and nothing cut in two that belongs together. */
export const printStyle = `
@page{margin:14mm}
@media print{
html{font-size:10pt}
main{max-width:none;padding:0}
.matrix thead td,.matrix .side{width:6.6rem}
.columns-5{min-width:0}
.cell,.matrix .top{padding-left:.35rem;padding-right:.35rem}
.cell dl{font-size:.8125rem}
.cell dt{flex-basis:4.3rem}
.under>span{flex-basis:7.6rem;font-size:.75rem}
.list,.numbers{font-size:.8125rem}
.list th,.list td,.numbers th,.numbers td{padding-right:.7rem}
.list td,.numbers td,.numbers tbody th{min-width:0}
.list .message,.list .reason{min-width:9rem}
.panels{grid-template-columns:repeat(3,minmax(0,1fr))}
nav,button,#tip,.guide,.exchanges{display:none}
.scroll,.source pre{overflow:visible}
.source pre{white-space:pre-wrap}
.panel,.cell,tr,figcaption{break-inside:avoid}
h2,h3,figcaption{break-after:avoid}
details::details-content{content-visibility:visible;display:block;height:auto}
a{color:inherit;text-decoration:none}
}
`;
