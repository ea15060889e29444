/** How every process of ours finds Temporal: the configuration file, then Temporal's own environment and files. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { Client, Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Config } from '../model/config/types.ts';
import { Refusal } from './client.ts';

/** Connection options and namespace; `temporal.address` of the configuration goes before TEMPORAL_ADDRESS. */
export function temporalOptions(config: Config): { connection: TemporalConnection; namespace: string } {
  const fromEnvironment = loadClientConnectConfig();
  const { address, tls, apiKey, metadata } = fromEnvironment.connectionOptions;
  return {
    connection: {
      address: config.temporal.address ?? address ?? '127.0.0.1:7233',
      ...(tls === undefined ? {} : { tls }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(metadata === undefined ? {} : { metadata }),
    },
    namespace: config.temporal.namespace ?? fromEnvironment.namespace ?? 'default',
  };
}

/** What clients and workers both take. */
type TemporalConnection = Pick<NativeConnectionOptions, 'tls' | 'metadata'> & { address: string; apiKey?: string };

/** A client and how to close it. @throws Refusal `TemporalDown` within `connectTimeoutMs` when it does not answer */
export async function connectClient(
  config: Config,
  connectTimeoutMs = 10_000,
): Promise<{ client: Client; close(): Promise<void> }> {
  const { connection: options, namespace } = temporalOptions(config);
  const connection = await Connection.connect({ ...options, connectTimeout: connectTimeoutMs }).catch(
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Refusal('TemporalDown', `Temporal at ${options.address} does not answer: ${why}`);
    },
  );
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}
