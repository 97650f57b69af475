declare module "markdown-it-container" {
  import type { MarkdownIt, RendererRule } from "markdown-it";
  interface ContainerOptions {
    validate?: (params: string) => boolean;
    render?: RendererRule;
  }
  const container: (md: MarkdownIt, name: string, options?: ContainerOptions) => void;
  export default container;
}
