// What the build puts wherever a module of the bundle says `Intl.Segmenter`.
export { PlainSegmenter } from './plain-text.cjs';
