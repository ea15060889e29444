/** What most commands begin with: the configuration, and where asked a Temporal client. */
import type { Command } from 'commander';
import type { Client } from '@temporalio/client';
import type { Config } from '../model/config/types.ts';
import { configPath, loadConfig } from '../runtime/config/load.ts';
import { connectClient } from '../client/temporal.ts';

/** Loads the configuration that the command line names. @throws ConfigError */
export function configOf(command: Command): Promise<Config> {
  return loadConfig(configPath(command.optsWithGlobals<{ config?: string }>().config));
}

/** Runs `use` with a connected client and closes it. */
export async function withClient<T>(config: Config, use: (client: Client) => Promise<T>): Promise<T> {
  const { client, close } = await connectClient(config);
  try {
    return await use(client);
  } finally {
    await close();
  }
}
