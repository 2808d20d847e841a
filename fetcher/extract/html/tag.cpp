#include "fetcher/extract/html/tag.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t slots = 512;
constexpr std::size_t name_bytes_max = 14;

// In the order of HtmlTag.
constexpr std::array<std::string_view, html_tags> names{"",
                                                        "",
                                                        "a",
                                                        "abbr",
                                                        "acronym",
                                                        "address",
                                                        "annotation-xml",
                                                        "applet",
                                                        "area",
                                                        "article",
                                                        "aside",
                                                        "audio",
                                                        "b",
                                                        "base",
                                                        "basefont",
                                                        "bdi",
                                                        "bdo",
                                                        "bgsound",
                                                        "big",
                                                        "blockquote",
                                                        "body",
                                                        "br",
                                                        "button",
                                                        "canvas",
                                                        "caption",
                                                        "center",
                                                        "cite",
                                                        "code",
                                                        "col",
                                                        "colgroup",
                                                        "data",
                                                        "datalist",
                                                        "dd",
                                                        "del",
                                                        "desc",
                                                        "details",
                                                        "dfn",
                                                        "dialog",
                                                        "dir",
                                                        "div",
                                                        "dl",
                                                        "dt",
                                                        "em",
                                                        "embed",
                                                        "fieldset",
                                                        "figcaption",
                                                        "figure",
                                                        "font",
                                                        "footer",
                                                        "foreignobject",
                                                        "form",
                                                        "frame",
                                                        "frameset",
                                                        "h1",
                                                        "h2",
                                                        "h3",
                                                        "h4",
                                                        "h5",
                                                        "h6",
                                                        "head",
                                                        "header",
                                                        "hgroup",
                                                        "hr",
                                                        "html",
                                                        "i",
                                                        "iframe",
                                                        "image",
                                                        "img",
                                                        "input",
                                                        "ins",
                                                        "kbd",
                                                        "keygen",
                                                        "label",
                                                        "legend",
                                                        "li",
                                                        "link",
                                                        "listing",
                                                        "main",
                                                        "malignmark",
                                                        "map",
                                                        "mark",
                                                        "marquee",
                                                        "math",
                                                        "menu",
                                                        "meta",
                                                        "meter",
                                                        "mglyph",
                                                        "mi",
                                                        "mn",
                                                        "mo",
                                                        "ms",
                                                        "mtext",
                                                        "nav",
                                                        "nobr",
                                                        "noembed",
                                                        "noframes",
                                                        "noscript",
                                                        "object",
                                                        "ol",
                                                        "optgroup",
                                                        "option",
                                                        "output",
                                                        "p",
                                                        "param",
                                                        "picture",
                                                        "plaintext",
                                                        "pre",
                                                        "progress",
                                                        "q",
                                                        "rb",
                                                        "rp",
                                                        "rt",
                                                        "rtc",
                                                        "ruby",
                                                        "s",
                                                        "samp",
                                                        "script",
                                                        "search",
                                                        "section",
                                                        "select",
                                                        "slot",
                                                        "small",
                                                        "source",
                                                        "span",
                                                        "strike",
                                                        "strong",
                                                        "style",
                                                        "sub",
                                                        "summary",
                                                        "sup",
                                                        "svg",
                                                        "table",
                                                        "tbody",
                                                        "td",
                                                        "template",
                                                        "textarea",
                                                        "tfoot",
                                                        "th",
                                                        "thead",
                                                        "time",
                                                        "title",
                                                        "tr",
                                                        "track",
                                                        "tt",
                                                        "u",
                                                        "ul",
                                                        "var",
                                                        "video",
                                                        "wbr",
                                                        "xmp"};

constexpr std::size_t slot_of(std::string_view name) {
  std::uint32_t hash = 0;
  for (const char c : name) hash = hash * 31 + static_cast<unsigned char>(c);
  return (hash ^ hash >> 9) % slots;
}

// Open addressing: a name stands in its slot or in the next that was free; HtmlTag::unknown is a
// free one.
constexpr std::array<HtmlTag, slots> make_index() {
  std::array<HtmlTag, slots> index{};
  for (std::size_t tag = 2; tag < names.size(); ++tag) {
    std::size_t slot = slot_of(names[tag]);
    while (index[slot] != HtmlTag::unknown) slot = (slot + 1) % slots;
    index[slot] = static_cast<HtmlTag>(tag);
  }
  return index;
}
constexpr std::array<HtmlTag, slots> index = make_index();

}  // namespace

std::string_view name_of(HtmlTag tag) {
  return names[static_cast<std::size_t>(tag)];
}

HtmlTag tag_named(std::string_view name) {
  if (name.size() > name_bytes_max) return HtmlTag::unknown;
  std::size_t slot = slot_of(name);
  while (index[slot] != HtmlTag::unknown && name_of(index[slot]) != name) slot = (slot + 1) % slots;
  return index[slot];
}

}  // namespace seekd::fetcher
