// What may be a link at one place of a Markdown text: how far it goes, where it leads, and what of
// it is text.
//
// Pure; any thread. CommonMark 0.31 §4.7, §6.3, §6.4, §6.5, §6.6 and GFM's autolinks (§6.9), read
// generously: what some renderer may take for a link is one here.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace seekd::daemon {

enum class TextEnd : std::uint8_t {
  open,    // more text may follow
  closed,  // that is all
};

struct LinkReading {
  enum class Kind : std::uint8_t {
    none,        // the first byte is text
    undecided,   // the text that follows decides
    link,        // [label](target)
    image,       // ![label](target)
    definition,  // [label]: target
    bare,        // the target itself, or <target>
    tag,         // HTML that may lead elsewhere
    end_tag,     // its end: no link, and left without its beginning
  };
  Kind kind = Kind::none;
  std::size_t size = 1;  // bytes of the text
  std::string_view label;
  std::string_view target;
};

// Whether a link may begin with this byte, after that one.
bool may_begin_link(char before, char first);

// At the beginning of `text`. REQUIRES: may_begin_link() of its first byte. Not undecided where
// `end` is closed, nor where text is longer than LinkFilter::held_bytes_max.
LinkReading read_link(std::string_view text, TextEnd end);

}  // namespace seekd::daemon
