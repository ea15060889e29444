/** The way of one job: every job that is planned, started or reported has one. */
export interface Route {
  /** The cluster that it leaves. */
  readonly from: string;
  /** The zone that takes it. */
  readonly to: string;
}

/** The way of a job, without what else is known of it. */
export function routeOf({ from, to }: Route): Route {
  return { from, to };
}
