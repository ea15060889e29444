/** What a step's state is and how it is made, whichever kind of tool it is. */
import { classDataDigest, makeClassData } from './class-data.ts';
import { flinkHomeDigest, makeFlinkHome } from './flink-home.ts';
import { goToolDigest, makeGoTool } from './go-tool.ts';
import { imageDigest, makeImage } from './image.ts';
import { jobJarDigest, makeJobJar } from './job-jar.ts';
import type { Made, MakeContext } from './making.ts';
import { makeMavenTool, mavenToolDigest } from './maven-tool.ts';
import { readStamp, stateOf } from './stamp.ts';
import type { StepState } from './stamp.ts';
import type { Tool } from './tools.ts';

/** Digest of a step's inputs as they are now. */
export function digestOfStep(tool: Tool): string {
  switch (tool.how) {
    case 'go':
      return goToolDigest(tool);
    case 'maven':
      return mavenToolDigest(tool);
    case 'image':
      return imageDigest();
    case 'flink-home':
      return flinkHomeDigest();
    case 'class-data':
      return classDataDigest();
    case 'job-jar':
      return jobJarDigest();
  }
}

/** Whether the step is done, or why not. */
export function stateOfStep(tool: Tool): StepState {
  return stateOf(readStamp(tool.name), digestOfStep(tool));
}

/** Makes the step; its files are in place when this resolves. */
export async function makeStep(tool: Tool, context: MakeContext): Promise<Made> {
  switch (tool.how) {
    case 'go':
      return await makeGoTool(tool, context);
    case 'maven':
      return await makeMavenTool(tool, context);
    case 'image':
      return await makeImage(context);
    case 'flink-home':
      return makeFlinkHome();
    case 'class-data':
      return await makeClassData(context);
    case 'job-jar':
      return await makeJobJar(context);
  }
}
