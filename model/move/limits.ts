/** To which jobs of the lost zone an escape is limited by who asked for it. */
import { jobKey } from '../job/job.ts';
import { type FlinkDeployment, jobOf } from '../job/flink-deployment.ts';
import { labelsOf } from '../job/job-labels.ts';
import { meetsSelector, parseLabelSelector } from '../job/label-selector.ts';
import { labels } from '../job/marks.ts';
import type { Tier } from '../job/tier.ts';
import type { Reason } from '../outcome/outcome.ts';

/** Absent fields limit nothing; a job must be within all that are there. */
export interface Limits {
  tiers?: Tier[];
  namespaces?: string[];
  /** Label selector on the job's labels. */
  selector?: string;
  /** Jobs as `namespace/name`. */
  jobs?: string[];
}

/** Why a job is outside; undefined for one that is within. @throws Error for a selector that cannot be read */
export function limitsOf(limits: Limits): (candidate: FlinkDeployment) => Reason | undefined {
  const jobs = limits.jobs && new Set(limits.jobs);
  const selector = limits.selector === undefined ? undefined : parseLabelSelector(limits.selector);
  if (selector && 'problem' in selector) throw new Error(`selector "${limits.selector}": ${selector.problem}`);
  return (candidate) => {
    const job = jobOf(candidate);
    const tier = candidate.metadata.labels?.[labels.tier];
    const missed = [
      limits.tiers && !limits.tiers.some((one) => one === tier) ? 'tiers' : '',
      limits.namespaces && !limits.namespaces.includes(job.namespace) ? 'namespaces' : '',
      jobs && !jobs.has(jobKey(job)) ? 'jobs' : '',
      selector && !meetsSelector(labelsOf(candidate), selector.requirements) ? 'selector' : '',
    ].find((what) => what !== '');
    if (missed === undefined) return undefined;
    const were = missed === 'selector' ? 'was' : 'were';
    return { code: 'OutsideScope', message: `outside the ${missed} that ${were} asked for` };
  };
}

/** The limits as people read them, such as `tiers P0, P1; selector "team=a"`; empty where there are none. */
export function limitsInWords({ tiers, namespaces, jobs, selector }: Limits): string {
  const lists = Object.entries({ tiers, namespaces, jobs }).flatMap(([what, list]) =>
    list ? [`${what} ${list.slice(0, 5).join(', ')}${list.length > 5 ? ' …' : ''}`] : [],
  );
  return [...lists, ...(selector === undefined ? [] : [`selector "${selector}"`])].join('; ');
}
