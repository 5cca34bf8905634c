/** Style of what carries data: tables, figures, heat map, strips of layers, pictures. No double quotes. */

/** Diagonal lines say "not trained" without relying on colour. */
const HATCH = "repeating-linear-gradient(135deg,var(--frozen) 0 5px,var(--frozen-line) 5px 6px)";

export const DATA_CSS = `
figure{margin:1.5rem 0}
figcaption,caption{text-align:left;font-size:.9rem;line-height:1.45;color:var(--muted)}
figcaption{margin-top:.6rem;max-width:46rem}
caption{padding:0 0 .6rem}
caption .text{display:block;position:sticky;left:0;max-width:min(46rem,calc(100vw - 2*var(--gutter)))}
.scroll{overflow-x:auto;max-width:100%;background:linear-gradient(to right,var(--paper) 40%,transparent) 0 0/2.5rem 100% local,linear-gradient(to left,var(--paper) 40%,transparent) 100% 0/2.5rem 100% local,linear-gradient(to right,var(--edge),transparent) 0 0/.9rem 100% scroll,linear-gradient(to left,var(--edge),transparent) 100% 0/.9rem 100% scroll;background-repeat:no-repeat}
@supports (animation-timeline:scroll()){
.scroll{background:none;animation:edges linear;animation-timeline:scroll(self inline)}
@keyframes edges{0%{mask-image:linear-gradient(to left,transparent,#000 3.5rem)}90%{mask-image:linear-gradient(to left,transparent,#000 3.5rem)}100%{mask-image:linear-gradient(to left,#000,#000 3.5rem)}}
}
.strongest{padding:.9rem 1.1rem;border-left:.35rem solid var(--warn);background:var(--panel);font-size:1.1rem}
.strongest.voids{border-left-color:var(--training)}
.warnings{margin:0;padding:0;list-style:none}
.warnings li{padding:.7rem 0 .7rem 1.1rem;border-left:.2rem solid var(--rule);margin-bottom:.8rem}
.warnings li.voids{border-left-color:var(--training)}
.warnings li.check{border-left-color:var(--warn)}
.warnings p{margin:0}
.warnings strong{font-weight:600}
.scroll+.scroll{margin-top:2rem}
.plot{display:block;height:auto;font-family:inherit;color:var(--ink);overflow:visible}
.plot text{font-variant-numeric:tabular-nums}
table{border-collapse:collapse;font-size:.9rem;line-height:1.4}
table.wide{width:100%}
th,td{padding:.45rem .8rem .45rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--rule)}
thead th{vertical-align:bottom;font-weight:600;border-bottom-color:var(--muted)}
tbody th{font-weight:600}
tbody th.mono{font-weight:400}
th.number,td.number{text-align:right;white-space:nowrap}
.number+:not(.number){padding-left:1.2rem}
tr>:last-child{padding-right:0}
td small,th small{display:block;font-weight:400;color:var(--muted);font-size:.87em}
tfoot th,tfoot td{border-bottom:0;font-weight:600}
.name{overflow-wrap:anywhere;min-width:7rem}
.bars{vertical-align:middle}
@media (max-width:40rem){.roomy .bars{display:none}}
.bar{display:block;min-width:5rem;height:.7rem;background:linear-gradient(var(--validation),var(--validation)) no-repeat 0 0/var(--share) 100%,var(--frozen)}
.outcome{white-space:nowrap;font-weight:600}
.kept{color:var(--good)}
.rolled-back{color:var(--warn)}
.result{display:grid;grid-template-columns:minmax(0,1fr);gap:1.25rem 3rem;margin:1.75rem 0 0;padding:1.4rem 0;border-top:1px solid var(--rule)}
@media (min-width:46rem){.result{grid-template-columns:auto minmax(0,1fr);align-items:center}}
.figure-value{font-size:clamp(3rem,2rem + 5vw,4.5rem);line-height:1;font-weight:600;letter-spacing:-.02em}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1rem 1.5rem;margin:0}
.figures dt{font-size:.85rem;color:var(--muted);line-height:1.35}
.figures dd{margin:.15rem 0 0;font-size:1.35rem;line-height:1.3}
.figures dd small{font-size:.85rem;color:var(--muted);display:block}
.beside{display:grid;grid-template-columns:minmax(0,1fr);gap:1.5rem 3rem}
@media (min-width:56rem){.beside{grid-template-columns:minmax(0,25rem) minmax(0,1fr)}}
.beside figure{margin:0}
.beside+.scroll{margin-top:2rem}
.side-by-side{display:flex;flex-wrap:wrap;gap:1.5rem 4rem}
.side-by-side>figure{margin:0;max-width:100%}
.side-by-side>div{flex:1 1 16rem}
.side-by-side h3{margin-top:0}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:0 0 .75rem;padding:0;list-style:none;font-size:.85rem}
.legend svg{width:1.9rem;height:.8rem;margin-right:.5rem;vertical-align:-.05rem;overflow:visible}
.pairs{margin:0;padding-left:1.1rem;max-width:26rem;overflow-wrap:anywhere}
.pairs li{margin-bottom:.3rem}
.heat{--cell:clamp(1.5rem,calc((min(100vw,60rem) - 11rem)/var(--classes)),2.75rem);--text:clamp(.7rem,calc(var(--cell)*.33),.9rem);border-collapse:separate;border-spacing:1px;line-height:1.1}
.heat th,.heat td{border:0;padding:0}
.heat td{text-align:center;vertical-align:middle;width:var(--cell);min-width:var(--cell);height:var(--cell);font-size:var(--text)}
.heat td.none{color:var(--muted)}
.heat thead th{height:auto;font-weight:400;vertical-align:bottom;text-align:center;font-size:.8rem}
.heat thead th span{writing-mode:vertical-rl;transform:rotate(180deg);display:inline-block;max-height:9rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding:.35rem 0}
.heat tbody th{position:sticky;left:0;z-index:1;background:var(--paper);font-weight:400;text-align:right;vertical-align:middle;padding-right:.6rem;font-size:.8rem;line-height:1.25}
.heat tbody th span{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;line-clamp:2;max-width:clamp(5rem,22vw,9rem);max-height:var(--cell);overflow:hidden;overflow-wrap:anywhere}
.heat.many tbody th span{display:block;white-space:nowrap;text-overflow:ellipsis}
@media (max-width:46rem){.heat tbody th span{display:block;white-space:nowrap;text-overflow:ellipsis}}
.heat thead .corner{font-size:.75rem;text-align:right;color:var(--muted);padding:0 .6rem .35rem 0;line-height:1.5}
.strip{border-collapse:separate;border-spacing:2px 4px}
.strip th,.strip td{border:0}
.strip thead th{font-weight:400;text-align:center;padding:0 .2rem .1rem;font-size:.8rem}
.strip tbody th{position:sticky;left:0;z-index:1;background:var(--paper);padding:.4rem .8rem .4rem 0;min-width:7.5rem;line-height:1.3;vertical-align:middle}
.strip td{height:2.6rem;min-width:4.4rem;padding:.2rem;text-align:center;vertical-align:middle;font-size:.8rem;line-height:1.2;white-space:nowrap}
.strip td.frozen{background:${HATCH};color:var(--muted)}
.strip td.boundary{box-shadow:-4px 0 0 0 var(--ink)}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.75rem,1fr));gap:1.5rem 1rem;margin:1.25rem 0;padding:0;list-style:none}
.pictures figure{margin:0}
.pictures figcaption{margin-top:.5rem;font-size:.8rem;overflow-wrap:anywhere;color:var(--ink)}
.pictures .path{display:block;margin-top:.2rem;color:var(--muted)}
.pictures dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 .5rem;margin:0}
.pictures dt{color:var(--muted)}
.pictures dd{margin:0;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;line-clamp:2;overflow:hidden}
.copies{margin:1.25rem 0;padding:0;list-style:none}
.copies>li{padding:.6rem 0;border-bottom:1px solid var(--rule)}
.copies p{margin:0;font-size:.9rem}
.copies .pictures{margin:.5rem 0}
.thumb{display:block;width:auto;height:7rem;max-width:100%;object-fit:contain;object-position:left;background:var(--panel)}
.no-thumb{display:grid;place-items:center;width:7rem;color:var(--muted);font-size:.85rem}
.seen{position:relative;display:block;width:min(100%,calc(7rem*var(--ratio)));aspect-ratio:var(--ratio)}
.seen .thumb{width:100%;height:100%}
.map{position:absolute;outline:1px solid rgba(255,255,255,.55)}
.toggle{accent-color:var(--link);width:1.1rem;height:1.1rem;vertical-align:-.2rem;margin:0 .4rem 0 0}
.toggle:not(:checked)~.pictures .map{display:none}
.map-of-features{position:relative;min-width:30rem}
.map-of-features .links{position:absolute;inset:0;pointer-events:none}
.links a{pointer-events:auto}
.links a:focus-visible{outline:3px solid var(--link);outline-offset:3px}
.markers svg{width:.9rem;height:.9rem;vertical-align:-.1rem}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));gap:1.25rem;margin:1.25rem 0;padding:0;list-style:none}
.panels figure{margin:0}
.panels figcaption{margin:.3rem 0 0;color:var(--ink);overflow-wrap:anywhere}
.panels svg{width:100%;background:var(--panel)}
.panels .others{stroke:var(--muted);stroke-opacity:.35;stroke-width:7;stroke-linecap:round;fill:none}
.panels .trained{fill:var(--validation);fill-opacity:.6}
.panels .right{fill:var(--validation)}
.panels .wrong{fill:var(--training);stroke:var(--paper);stroke-width:2}
.said{white-space:pre-line}
.card>:first-child h3{margin-top:0}
.card .facts+.points{margin-top:1rem}
.points{margin:0 0 1em;padding-left:1.1rem;max-width:42rem}
.points li{margin-bottom:.4rem}
.examples{margin:0;display:grid;grid-template-columns:minmax(0,1fr)}
.examples>div{padding:.6rem 0;border-bottom:1px solid var(--rule)}
.examples dt{font-weight:600;font-size:.9rem;overflow-wrap:anywhere}
.examples dd{margin:.35rem 0 0;display:flex;flex-wrap:wrap;gap:.4rem}
.examples .thumb{height:4.5rem}
@media (min-width:46rem){.examples>div{display:grid;grid-template-columns:11rem minmax(0,1fr);column-gap:1.5rem}.examples dd{margin:0}}
.facts{display:grid;grid-template-columns:minmax(0,1fr);margin:0;font-size:.95rem}
.facts dt{color:var(--muted)}
.facts dd{margin:0 0 .8rem;overflow-wrap:anywhere}
@media (min-width:46rem){.facts{grid-template-columns:11rem minmax(0,1fr);gap:.5rem 1.5rem}.facts dd{margin:0}}
pre{margin:0;padding:1rem 1.2rem;background:var(--panel);border:1px solid var(--rule);line-height:1.5;font-size:.85rem;tab-size:2}
summary{cursor:pointer;padding:.4rem 0;color:var(--link)}
.digest{overflow-wrap:anywhere;min-width:12rem}
`;
