/** All routes of the API. */
import type { ApiContext, Route } from '../route.ts';
import { aboutRoutes } from './about.ts';
import { escapeRoutes } from './escapes.ts';
import { hookRoutes } from './hooks.ts';
import { protectionRoutes } from './protections.ts';
import { reportRoutes } from './reports.ts';

export function createRoutes(context: ApiContext): Route[] {
  const routes: Route[] = [
    ...escapeRoutes(context),
    ...protectionRoutes(context),
    ...reportRoutes(context),
    ...hookRoutes(context),
    ...aboutRoutes(context, () => routes),
  ];
  return routes;
}
