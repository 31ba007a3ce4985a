// Secrets that belong to one installation and to no customer's configuration: made once, kept in the data folder.

export type InstallationSecrets = {
  /** Of filebrowser's `admin`; filebrowser sets it anew at each of its starts. */
  readonly filebrowserPassword: string;
  /** Signs filebrowser's sessions; without one of ours every start would end them all. */
  readonly filebrowserKey: string;
};
