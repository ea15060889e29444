/**
 * Sends a file's bytes to a DataNode. Over Node's own HTTP client and not undici: a DataNode answers
 * `100 Continue` before its real answer although nobody asked for it, which undici takes for a broken connection.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../clock.ts';
import { StallWatch, watchedOut } from '../stall-watch.ts';

/** What is sent: bytes, or a stream that gives exactly as many as it says. */
export type UploadContent = Uint8Array | { body: AsyncIterable<Uint8Array>; sizeBytes: number };

export interface UploadAnswer {
  status: number;
  body: IncomingMessage;
}

/** Connections to the DataNodes of one store. */
export class DataNodeUploads {
  readonly #clock: Clock;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(options: { connections: number; clock: Clock }) {
    this.#clock = options.clock;
    this.#http = new HttpAgent({ keepAlive: true, maxSockets: options.connections });
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets: options.connections });
  }

  /**
   * PUTs the bytes; the caller must read or destroy the answer's body. Throws Node's connection errors, those of the
   * stream, and `Stalled` when the DataNode takes the bytes too slowly or does not answer, its connecting included.
   */
  async put(url: string, content: UploadContent, signal?: AbortSignal): Promise<UploadAnswer> {
    const sizeBytes = content instanceof Uint8Array ? content.length : content.sizeBytes;
    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const options = {
      method: 'PUT',
      agent: secure ? this.#https : this.#http,
      headers: { 'content-length': sizeBytes, 'content-type': 'application/octet-stream' },
      ...(signal ? { signal } : {}),
    };
    return await new Promise((resolve, reject) => {
      const watch = new StallWatch(this.#clock, (why) => request.destroy(why));
      const request = (secure ? httpsRequest : httpRequest)(target, options, (body) => {
        resolve({ status: body.statusCode ?? 0, body });
      });
      request.once('response', () => watch[Symbol.dispose]());
      request.once('close', () => watch[Symbol.dispose]());
      request.once('error', reject);
      const body = content instanceof Uint8Array ? slicesOf(content) : content.body;
      // It ends and destroys the request with the stream, and waits where the DataNode is slower.
      pipeline(watchedOut(body, watch), request).catch(reject);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Small enough that each shows that bytes move. */
const sliceBytes = 64 << 10;

async function* slicesOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
}
