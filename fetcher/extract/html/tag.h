// The names of HTML's elements as numbers, and what the parser must know of each.
//
// Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace seekd::fetcher {

enum class HtmlTag : std::uint8_t {
  unknown,  // an element of another name
  text,     // no element: a text node
  a,
  abbr,
  acronym,
  address,
  annotation_xml,
  applet,
  area,
  article,
  aside,
  audio,
  b,
  base,
  basefont,
  bdi,
  bdo,
  bgsound,
  big,
  blockquote,
  body,
  br,
  button,
  canvas,
  caption,
  center,
  cite,
  code,
  col,
  colgroup,
  data,
  datalist,
  dd,
  del,
  desc,
  details,
  dfn,
  dialog,
  dir,
  div,
  dl,
  dt,
  em,
  embed,
  fieldset,
  figcaption,
  figure,
  font,
  footer,
  foreignobject,
  form,
  frame,
  frameset,
  h1,
  h2,
  h3,
  h4,
  h5,
  h6,
  head,
  header,
  hgroup,
  hr,
  html,
  i,
  iframe,
  image,
  img,
  input,
  ins,
  kbd,
  keygen,
  label,
  legend,
  li,
  link,
  listing,
  main,
  malignmark,
  map,
  mark,
  marquee,
  math,
  menu,
  meta,
  meter,
  mglyph,
  mi,
  mn,
  mo,
  ms,
  mtext,
  nav,
  nobr,
  noembed,
  noframes,
  noscript,
  object,
  ol,
  optgroup,
  option,
  output,
  p,
  param,
  picture,
  plaintext,
  pre,
  progress,
  q,
  rb,
  rp,
  rt,
  rtc,
  ruby,
  s,
  samp,
  script,
  search,
  section,
  select,
  slot,
  small,
  source,
  span,
  strike,
  strong,
  style,
  sub,
  summary,
  sup,
  svg,
  table,
  tbody,
  td,
  template_,
  textarea,
  tfoot,
  th,
  thead,
  time,
  title,
  tr,
  track,
  tt,
  u,
  ul,
  var,
  video,
  wbr,
  xmp,
  count,
};

inline constexpr std::size_t html_tags = static_cast<std::size_t>(HtmlTag::count);

// A set of tags that can be asked while compiling.
class TagSet {
 public:
  template <class... Tags>
  constexpr explicit TagSet(Tags... tags) {
    (add(tags), ...);
  }
  constexpr bool contains(HtmlTag tag) const {
    const auto bit = static_cast<std::size_t>(tag);
    return (words_[bit / 64] >> (bit % 64) & 1) != 0;
  }
  constexpr TagSet operator|(const TagSet& other) const {
    TagSet both = *this;
    for (std::size_t i = 0; i < words_.size(); ++i) both.words_[i] |= other.words_[i];
    return both;
  }

 private:
  constexpr void add(HtmlTag tag) {
    const auto bit = static_cast<std::size_t>(tag);
    words_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }

  std::array<std::uint64_t, (html_tags + 63) / 64> words_{};
};

// `name` in lower case.
HtmlTag tag_named(std::string_view name);

// "" for HtmlTag::unknown and HtmlTag::text.
std::string_view name_of(HtmlTag tag);

}  // namespace seekd::fetcher
