import { instant } from './clock.ts';
import { lines, markup, nothing } from './markup.ts';
import type { Content } from './markup.ts';
import type { Report } from '../report.ts';

/** What restore could not end, and what a person pastes to end it. */
export function byHand({ stuck, runId }: Report): Content {
  if (stuck === null) return nothing;
  return markup`
    <h3 id="by-hand">Stuck: what a person does</h3>
    <p>Since ${instant(stuck.since)} UTC restore could not end what follows; the sweeper goes on trying. In this order:</p>
    <ol class="by-hand">${stuck.steps.map(
      ({ stepId, says, reason, byHand: commands }) => markup`
        <li><p><code>${stepId}</code> ${says}<br>${reason}</p>${
          commands.length === 0
            ? markup`<p class="none">Nobody knows how: the plan is not there.</p>`
            : markup`<pre tabindex="0" role="group" aria-label="Commands for ${stepId}">${lines(commands)}</pre>`
        }</li>`,
    )}</ol>
    <p>Then let the run end: <code>aerofault restore ${runId}</code></p>`;
}
