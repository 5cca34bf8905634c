/** Style of the page's frame: type, columns, navigation, print. No double quotes: see `render.tsx`. */

// Serif for reading, sans for data, both as the reader's system has them: nothing is loaded.
const SERIF =
  "'Iowan Old Style','Palatino Linotype',Palatino,Charter,'Noto Serif','Liberation Serif',Georgia,serif";
const SANS =
  "-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans','Helvetica Neue',Arial,sans-serif";
const MONO = "ui-monospace,'SF Mono',Menlo,Consolas,'Liberation Mono',monospace";

export const PAGE_CSS = `
*,*::before,*::after{box-sizing:border-box}
html{font:100%/1.55 ${SANS};background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{--gutter:clamp(1rem,4vw,2rem);margin:0;overflow-wrap:break-word;font-variant-numeric:lining-nums tabular-nums}
a{color:var(--link);text-underline-offset:.18em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
main:focus{outline:none}
code,pre,.mono{font-family:${MONO};font-size:.87em}
h1,h2,h3,.lead,.figure-value{font-family:${SERIF}}
h1,h2,h3{line-height:1.2;text-wrap:balance;font-weight:600}
h1{font-size:clamp(2rem,1.4rem + 2.6vw,3rem);margin:.1em 0 .25em;overflow-wrap:anywhere;letter-spacing:-.01em}
h2{font-size:1.6rem;margin:0 0 .6em}
h3{font-size:1.15rem;margin:2em 0 .5em}
p{margin:0 0 1em;max-width:42rem}
.muted{color:var(--muted)}
.note{margin-top:1.2rem}
.visually-hidden{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:1rem;top:-4rem;z-index:2;padding:.5rem 1rem;background:var(--paper);border:1px solid var(--rule)}
.skip:focus{top:1rem}
.page{max-width:80rem;margin:0 auto;padding:1.5rem var(--gutter) 4rem}
main{min-width:0;max-width:62rem}
main>section{margin-top:3.5rem;padding-top:2rem;border-top:1px solid var(--rule);scroll-margin-top:0}
main>.folded{margin-top:0;padding-top:0}
main>section+.folded,main>.folded+.folded{border-top:1px solid var(--rule)}
.folded>details>summary{display:flex;align-items:baseline;gap:.6rem;padding:.75rem 0;list-style:none}
.folded>details>summary::-webkit-details-marker{display:none}
.folded>details>summary::before{content:'+';width:1rem;flex:none;font-family:${MONO};color:var(--muted)}
.folded>details[open]>summary::before{content:'−'}
.folded>details>summary h2{margin:0;font-size:1.25rem;color:var(--ink)}
.folded>details[open]>summary h2{font-size:1.6rem}
.folded>details>summary:hover h2{color:var(--link);text-decoration:underline;text-decoration-thickness:.06em;text-underline-offset:.18em}
.folded>details>.content{padding:.75rem 0 2.5rem;scroll-margin-top:4rem}
details:has(:target)::details-content{content-visibility:visible;block-size:auto}
abbr[title]{text-decoration:underline dotted;text-decoration-color:var(--muted);text-underline-offset:.2em;cursor:help}
nav{font-size:.9rem;margin-bottom:1.5rem}
nav ol{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:0;padding:0;list-style:none}
nav a{display:inline-block;padding:.25rem 0;color:var(--muted);text-decoration:none}
nav a:hover{color:var(--link);text-decoration:underline}
@media (min-width:72rem){
.page{display:grid;grid-template-columns:11.5rem minmax(0,1fr);column-gap:3rem}
nav{position:sticky;top:1.5rem;align-self:start;margin:0;padding-top:.4rem}
nav ol{flex-direction:column;border-left:1px solid var(--rule);padding-left:1rem}
}
.kicker{margin:0;color:var(--muted);font-size:.9rem}
.version{color:var(--muted);font-weight:400;white-space:nowrap}
.dateline{color:var(--muted);font-size:.9rem;max-width:none}
.lead{font-size:clamp(1.1rem,1rem + .5vw,1.3rem);line-height:1.5;max-width:46rem;margin:1.6rem 0 0;text-wrap:pretty}
footer{margin-top:3rem;color:var(--muted);font-size:.85rem}
@media print{
html{font-size:10pt}
:root{--paper:#ffffff}
.plot,.strip td{min-width:0!important}
nav,.skip,.folded>details>summary::before,.strongest a,.warnings a{display:none}
abbr[title]{text-decoration:none}
.page{max-width:none;padding:0}
main>section{margin-top:1.5rem;padding-top:1rem}
h2,h3,caption,figcaption{break-after:avoid}
figure,tr,li,.examples>div{break-inside:avoid}
.scroll{overflow:visible!important;background:none!important;animation:none!important}
pre{white-space:pre-wrap}
details::details-content{content-visibility:visible;block-size:auto;height:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
