// The version of this build.
import about from '../../package.json' with { type: 'json' };

export const VERSION = about.version;
