/** The page's style sheet: light and dark, wide and narrow, screen and paper. Colours meet WCAG AA in both. */
import { asIs } from './markup.ts';
import type { Markup } from './markup.ts';

const light = `--bg:#fff;--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--face:#f6f8fa;--link:#0550ae;
--good:#116329;--goodbg:#dafbe1;--bad:#a40e26;--badbg:#ffebe9;--unknown:#7d4e00;--unknownbg:#fff8c5;
--whole:#dce5ee;--part0:#ffd8a8;--part1:#c5dcff;--part2:#e3d0ff;--part3:#b9efe0;--part4:#ffd0e0;--part5:#e9e6a0;
--hatch:#1b1f2430;--fault:#a40e2612;--edge:#a40e26;--timeouts:#a40e26;--ok:#0550ae;--errors:#7d4e00`;

const dark = `--bg:#0d1117;--fg:#e6edf3;--soft:#9da7b3;--line:#30363d;--face:#161b22;--link:#79c0ff;
--good:#7ee787;--goodbg:#12261e;--bad:#ffa198;--badbg:#2d1316;--unknown:#e3b341;--unknownbg:#272115;
--whole:#2b3643;--part0:#6b3a00;--part1:#0c3a7a;--part2:#4c2a85;--part3:#0b4f43;--part4:#7a1f48;--part5:#55500a;
--hatch:#ffffff2b;--fault:#ffa19817;--edge:#ffa198;--timeouts:#ffa198;--ok:#79c0ff;--errors:#e3b341`;

const page = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;color-scheme:light dark}
body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
.page{max-width:1144px;margin:0 auto;padding:20px 32px 48px;overflow-wrap:anywhere}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-9999px}
.skip:focus{left:16px;top:8px;background:var(--bg);padding:6px 10px;z-index:1}
code,pre{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--face);border:1px solid var(--line);border-radius:6px;padding:10px 12px;overflow:auto;margin:6px 0}
h1{font-size:25px;line-height:1.25;margin:2px 0 6px;font-weight:650;letter-spacing:-.01em}
h2{font-size:17px;margin:34px 0 10px;padding-top:12px;border-top:1px solid var(--line);font-weight:650}
h3{font-size:14px;margin:18px 0 4px;font-weight:650}
p{margin:6px 0;max-width:90ch}
ul,ol{margin:4px 0;padding-left:22px}
.none,.run,.under,.foot{color:var(--soft)}
.top{border:1px solid var(--line);border-left:6px solid var(--tone,var(--soft));border-radius:8px;padding:14px 20px 16px;background:var(--face)}
.good{--tone:var(--good);--tonebg:var(--goodbg)}.bad{--tone:var(--bad);--tonebg:var(--badbg)}
.unknown{--tone:var(--unknown);--tonebg:var(--unknownbg)}.plain{--tone:var(--soft);--tonebg:var(--face)}
.run{margin:0;font-size:13px}
.outcome{color:var(--tone);margin-right:.35em}
.what{font-weight:500}
.says{font-size:15.5px;margin:0 0 8px}
.do{border:1px solid var(--tone);border-radius:6px;padding:8px 12px;background:var(--bg)}
.chips{list-style:none;display:flex;flex-wrap:wrap;gap:8px;margin:12px 0 0;padding:0}
.chip,.tag{color:var(--tone);background:var(--tonebg);border:1px solid var(--tone);border-radius:999px;white-space:nowrap;text-decoration:none}
.chip{display:block;padding:3px 12px}
.chip b{color:var(--fg);font-weight:600;margin-right:4px}
.chip:hover{text-decoration:underline}
.tag{padding:0 8px;font-size:12.5px;font-weight:500}
.figures{display:flex;flex-wrap:wrap;gap:10px 34px;margin:16px 0 0}
.figures dt,.origin dt{color:var(--soft);font-size:12.5px}
.figures dd{margin:0;font-size:21px;font-weight:600;line-height:1.2}
.figures small{font-size:13px;font-weight:400;color:var(--soft)}
.origin{display:grid;grid-template-columns:repeat(3,1fr);gap:8px 28px;margin:16px 0 0;padding:0 4px}
.origin dd{margin:0}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:13px;margin:4px 0 8px}
caption{text-align:left;color:var(--soft);padding:2px 0 4px;font-size:12.5px}
th,td{text-align:left;vertical-align:top;padding:4px 14px 4px 0;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:500;white-space:nowrap}
tbody th{font-weight:600}
th.n,td.n{text-align:right;white-space:nowrap}
time{white-space:nowrap}
td,th{overflow-wrap:normal}
#steps td,#steps th,#states td,#hypotheses td,#parts td{overflow-wrap:anywhere;min-width:7ch}
details{margin:8px 0;max-width:100%}
summary{cursor:pointer;color:var(--link);width:fit-content}
.events{columns:2;column-gap:40px;padding:0;font-size:13px;margin:6px 0 10px;list-style:none;counter-reset:event}
.events li{break-inside:avoid;padding:1.5px 0;display:grid;grid-template-columns:20px 11ch 1fr auto;gap:0 10px;align-items:baseline;counter-increment:event}
.events li::before{content:counter(event);background:var(--fg);color:var(--bg);border-radius:3px;font-size:10.5px;font-weight:600;text-align:center;line-height:1.5}
.events .n{text-align:right;white-space:nowrap}
.columns{columns:2;column-gap:40px}.columns>section{break-inside:avoid;padding-top:1px}.columns h3{margin-top:10px}
.scroll>table:not(.grid){width:100%}.scroll>table:not(.grid) tr>:last-child{padding-right:0}
.events time{color:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:12.5px;color:var(--soft);margin:6px 0}
.by-hand li{margin:8px 0}
.foot{margin-top:34px;border-top:1px solid var(--line);padding-top:10px;font-size:12.5px}`;

const picture = `
.picture{overflow-x:auto}
svg{display:block;width:100%;min-width:720px;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
svg text{fill:var(--fg)}
svg .name{text-anchor:end;font-weight:600}
svg .under,svg .tick,svg .unit,svg .gap{fill:var(--soft);font-size:11px}
svg .under,svg .unit{text-anchor:end}
svg .tick,svg .gap,svg .state,svg .key,text.event{text-anchor:middle}
svg .whole{fill:var(--whole)}
svg .part0{fill:var(--part0)}svg .part1{fill:var(--part1)}svg .part2{fill:var(--part2)}
svg .part3{fill:var(--part3)}svg .part4{fill:var(--part4)}svg .part5{fill:var(--part5)}
.whole,.part0,.part1,.part2,.part3,.part4,.part5{stroke:var(--bg);stroke-width:1}
.hatch{stroke:var(--hatch);stroke-width:1.4;fill:none}
.key{font-weight:600;paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-opacity:.55}
.silent{fill:none;stroke:var(--soft);stroke-dasharray:2 3}
.migrating{fill:var(--fg);opacity:.45}
.orphan{fill:none;stroke:var(--bad);stroke-width:2;stroke-dasharray:4 2}
svg text.state{font-size:11px}
.state0{fill:var(--face);stroke:var(--line)}.state1{fill:var(--line);stroke:var(--line)}
.on{fill:var(--badbg);stroke:var(--edge)}.on.flaps{stroke-dasharray:5 3}
.fault{fill:var(--fault)}
.edge{stroke:var(--edge);stroke-dasharray:4 3;fill:none}
.grid path,path.grid,.floor{stroke:var(--line);fill:none}
.curve{fill:none;stroke-width:1.6}
.curve.ok{stroke:var(--ok)}.curve.timeouts{stroke:var(--timeouts)}.curve.errors{stroke:var(--errors)}
circle.ok{fill:var(--ok)}circle.timeouts{fill:var(--timeouts)}circle.errors{fill:var(--errors)}
path.event{stroke:var(--soft);stroke-width:.8;stroke-dasharray:1 4;fill:none}
rect.event{fill:var(--fg)}
svg text.event{fill:var(--bg);font-size:9px;font-weight:600}`;

const matrix = `
.grids{display:flex;flex-wrap:wrap;gap:10px 30px;align-items:flex-start}
table.grid caption{color:var(--fg);font-weight:600;font-size:13px}
table.grid th,table.grid td{padding:3px 7px;border:1px solid var(--line);text-align:center;vertical-align:middle;font-size:12.5px}
table.grid thead th{font-weight:600;color:var(--fg)}
table.grid th{white-space:normal;max-width:15ch;min-width:5ch}
table.grid thead th:first-child{font-weight:400;color:var(--soft)}
table.grid td span{display:block;white-space:nowrap}
table.grid .dialled{font-weight:600}
table.grid small,.stands{font-size:11px;font-weight:400}
td.void{background:var(--face)}
td.passing{background:var(--goodbg)}
td.stopped{background:repeating-linear-gradient(45deg,var(--unknownbg) 0 5px,var(--bg) 5px 7px)}
td.wrong{background:var(--badbg);outline:2px solid var(--bad);outline-offset:-2px}
td strong,td.wrong{color:var(--bad)}`;

const others = `
@media (max-width:760px){.page{padding:12px 16px 32px}.top{padding:10px 14px 12px}.events,.columns{columns:1}
.origin{grid-template-columns:1fr}h1{font-size:21px}.scroll>table:not(.grid){min-width:600px}.figures{gap:8px 22px}.figures dd{font-size:18px}
#steps td,#steps th,#states td,#hypotheses td,#parts td{min-width:16ch}}
@media print{:root{${light};color-scheme:light}body{font-size:11px}.page{max-width:none;padding:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details::details-content{content-visibility:visible;block-size:auto}summary{list-style:none;color:var(--soft)}
.scroll,.picture{overflow:visible}svg{min-width:0}tr,svg,li,.top{break-inside:avoid}h2,h3{break-after:avoid}
.skip{display:none}a{color:inherit}table{width:auto}td,th{overflow-wrap:anywhere}pre{white-space:pre-wrap}}`;

const all = `:root{${light}}@media (prefers-color-scheme:dark){:root{${dark}}}${page}${picture}${matrix}${others}`;

export const style: Markup = asIs(all.replaceAll('\n', ''));
