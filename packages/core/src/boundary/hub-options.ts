/** The hub that models of the catalogue are downloaded from. */
export interface HubOptions {
  /** Default `https://huggingface.co`. */
  remoteHost?: string | undefined;
  /** Default `{model}/resolve/{revision}/{path}`. */
  pathTemplate?: string | undefined;
  /** Bearer token for gated or private repositories. */
  token?: string | undefined;
  /** Hosts with the same files, asked in turn while the one before fails. */
  mirrors?: readonly string[] | undefined;
}

/** As {@link HubOptions}; the token may come from a function, which is called whenever a worker starts. */
export interface LocalHubOptions extends Omit<HubOptions, 'token'> {
  token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
}
