/** The error classes of `@db/redis`: none of them sets a `name`. */

/** The stream ended inside a reply. */
export class EOFError extends Error {}

/** The connection is closed. */
export class ConnectionClosedError extends Error {}

/** The subscription is closed. */
export class SubscriptionClosedError extends Error {}

/** An error reply of the server. */
export class ErrorReplyError extends Error {}

/** Something that is not there. */
export class NotImplementedError extends Error {
  constructor(message?: string) {
    super(withDetail("Not implemented", message));
  }
}

/** Something that cannot be done now. */
export class InvalidStateError extends Error {
  constructor(message?: string) {
    super(withDetail("Invalid state", message));
  }
}

function withDetail(text: string, detail: string | undefined): string {
  return detail ? `${text}: ${detail}` : text;
}
