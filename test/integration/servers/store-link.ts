/** A way to a real store on which its bytes can be slowed down. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HdfsServer } from './hdfs.ts';
import type { S3Server } from './s3.ts';
import { SlowLink } from './slow-link.ts';

export interface StoreLink {
  link: SlowLink;
  /** Where the store answers by way of the link. */
  endpoint: string;
  stop(): Promise<void>;
}

export async function linkToS3(server: Pick<S3Server, 'endpoint'>): Promise<StoreLink> {
  const link = await new SlowLink(Number(new URL(server.endpoint).port)).start();
  return { link, endpoint: `http://127.0.0.1:${link.port}`, stop: () => link.stop() };
}

/** A NameNode names its DataNode by its address: what stands in front of it names the link. */
export async function linkToHdfs(server: Pick<HdfsServer, 'endpoint' | 'dataNodePort'>): Promise<StoreLink> {
  const link = await new SlowLink(server.dataNodePort).start();
  const front = createServer((asked, answer) => {
    const pass = async () => {
      const real = await fetch(server.endpoint + asked.url, { method: asked.method ?? 'GET' });
      const text = (await real.text()).replace(`:${server.dataNodePort}/`, `:${link.port}/`);
      answer.writeHead(real.status, { 'content-type': 'application/json' }).end(text);
    };
    pass().catch((error: unknown) => answer.writeHead(502).end(String(error)));
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const stop = async () => {
    front.closeAllConnections();
    front.close();
    await link.stop();
  };
  return { link, endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`, stop };
}
