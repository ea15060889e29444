/**
 * Sends a file's bytes to a DataNode. Over Node's own HTTP client and not undici: a DataNode answers
 * `100 Continue` before its real answer although nobody asked for it, which undici takes for a broken connection.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

/** What is sent: bytes, or a stream that gives exactly as many as it says. */
export type UploadContent = Uint8Array | { body: AsyncIterable<Uint8Array>; sizeBytes: number };

export interface UploadAnswer {
  status: number;
  body: IncomingMessage;
}

/** Connections to the DataNodes of one store. */
export class DataNodeUploads {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #silenceMs: number;

  /** `silenceMs`: an upload ends with `ETIMEDOUT` when nothing moves for this long, the connecting included. */
  constructor(options: { connections: number; silenceMs: number }) {
    this.#http = new HttpAgent({ keepAlive: true, maxSockets: options.connections });
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets: options.connections });
    this.#silenceMs = options.silenceMs;
  }

  /**
   * PUTs the bytes; the caller must read or destroy the answer's body. Throws Node's connection errors, and those of
   * the stream.
   */
  async put(url: string, content: UploadContent, signal?: AbortSignal): Promise<UploadAnswer> {
    const sizeBytes = content instanceof Uint8Array ? content.length : content.sizeBytes;
    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const options = {
      method: 'PUT',
      agent: secure ? this.#https : this.#http,
      headers: { 'content-length': sizeBytes, 'content-type': 'application/octet-stream' },
      timeout: this.#silenceMs,
      ...(signal ? { signal } : {}),
    };
    return await new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(target, options, (body) => {
        resolve({ status: body.statusCode ?? 0, body });
      });
      // Node only tells of the silence; ending the request is ours.
      request.once('timeout', () => {
        request.destroy(Object.assign(new Error(`nothing moved for ${this.#silenceMs} ms`), { code: 'ETIMEDOUT' }));
      });
      request.once('error', reject);
      if (content instanceof Uint8Array) request.end(content);
      // It ends and destroys the request with the stream, and waits where the DataNode is slower.
      else pipeline(content.body, request).catch(reject);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}
