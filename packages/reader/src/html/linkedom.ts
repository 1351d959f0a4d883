/**
 * A document without a browser: linkedom's nodes in the tree that the HTML standard prescribes. linkedom's own parser
 * follows the source, so that a page that leaves out or misplaces a tag has another shape than in a browser, often
 * with an empty body.
 */
import { parseHTML } from 'linkedom';
import { html, parse, type Token, type TreeAdapter, type TreeAdapterTypeMap } from 'parse5';

type Parent = Document | DocumentFragment | Element;
type Types = TreeAdapterTypeMap<
  Node,
  Parent,
  ChildNode,
  Document,
  DocumentFragment,
  Element,
  Comment,
  Text,
  Element,
  DocumentType
>;

/** Deepest that elements nest, as in Chromium; those that a page nests deeper stand side by side. */
const MAX_DEPTH = 512;

/** Parses a page as a browser does, with scripts switched off. */
export function parseWithoutBrowser(source: string): Document {
  const { document } = parseHTML('<!doctype html><html></html>');
  document.documentElement.remove();
  return parse(source, { treeAdapter: adapter(document as unknown as Document), scriptingEnabled: false });
}

function adapter(document: Document): TreeAdapter<Types> {
  let mode = html.DOCUMENT_MODE.NO_QUIRKS;
  const depths = new Map<Node, number>();
  const setAttributes = (element: Element, attributes: readonly Token.Attribute[]): void => {
    for (const { prefix, name, value } of attributes) {
      const full = prefix ? `${prefix}:${name}` : name;
      if (!element.hasAttribute(full)) element.setAttribute(full, value);
    }
  };
  const insertText = (parent: Parent, text: string, next: ChildNode | null): void => {
    const last = next ? next.previousSibling : parent.lastChild;
    if (last?.nodeType === 3) (last as Text).data += text;
    else parent.insertBefore(document.createTextNode(text), next);
  };
  return {
    createDocument: () => document,
    createDocumentFragment: () => document.createDocumentFragment(),
    createElement(name, namespace, attributes) {
      const element =
        namespace === html.NS.HTML ? document.createElement(name) : document.createElementNS(namespace, name);
      setAttributes(element, attributes);
      return element as Element;
    },
    createCommentNode: (data) => document.createComment(data),
    createTextNode: (data) => document.createTextNode(data),
    adoptAttributes: setAttributes,
    appendChild(parent, node) {
      const isDeepest = (depths.get(parent) ?? 0) >= MAX_DEPTH;
      const target = isDeepest ? (parent.parentNode ?? parent) : parent;
      target.appendChild(node);
      depths.set(node, (depths.get(target) ?? 0) + 1);
    },
    insertBefore: (parent, node, next) => void parent.insertBefore(node, next),
    insertText: (parent, text) => insertText(parent, text, null),
    insertTextBefore: insertText,
    detachNode: (node) => node.remove(),
    // What a template holds is nothing that a reader sees: it stays inside, where it is passed over.
    getTemplateContent: (template) => template as unknown as DocumentFragment,
    setTemplateContent: () => undefined,
    getFirstChild: (node) => node.firstChild,
    getChildNodes: (node) => [...node.childNodes],
    getParentNode: (node) => node.parentNode as Parent | null,
    getAttrList: (element) => Array.from(element.attributes, ({ name, value }) => ({ name, value })),
    getTagName: (element) => element.localName,
    getNamespaceURI: (element) => (element.namespaceURI ?? html.NS.HTML) as html.NS,
    getTextNodeContent: (node) => node.data,
    getCommentNodeContent: (node) => node.data,
    getDocumentTypeNodeName: (node) => node.name,
    getDocumentTypeNodePublicId: (node) => node.publicId,
    getDocumentTypeNodeSystemId: (node) => node.systemId,
    isTextNode: (node): node is Text => node.nodeType === 3,
    isCommentNode: (node): node is Comment => node.nodeType === 8,
    isDocumentTypeNode: (node): node is DocumentType => node.nodeType === 10,
    isElementNode: (node): node is Element => node.nodeType === 1,
    setDocumentType: () => undefined,
    getDocumentMode: () => mode,
    setDocumentMode: (_document, value) => {
      mode = value;
    },
    getNodeSourceCodeLocation: () => undefined,
    setNodeSourceCodeLocation: () => undefined,
    updateNodeSourceCodeLocation: () => undefined,
  };
}
