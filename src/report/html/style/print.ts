/** On paper: light, without what only works on a screen, and nothing cut in two that belongs together. */
export const printStyle = `
@page{margin:14mm}
@media print{
html{font-size:10pt}
main{max-width:none;padding:0}
.matrix thead td,.matrix .side{width:8rem}
.columns-5{min-width:0}
.panels{grid-template-columns:repeat(3,minmax(0,1fr))}
nav,button{display:none}
.scroll,.source pre{overflow:visible}
.source pre{white-space:pre-wrap}
.panel,.cell,tr,figcaption{break-inside:avoid}
h2,h3,figcaption{break-after:avoid}
details::details-content{content-visibility:visible;display:block;height:auto}
a{color:inherit;text-decoration:none}
}
`;
