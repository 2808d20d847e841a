// LinkFilter: takes links and images out of an answer whose target is not among those allowed. A
// page may have told the model to write them, to carry what it knows to a server of the page's.
//
// Not thread-safe; no I/O. Text comes in pieces, and goes out as soon as it is certain: what may
// become a link is held back, at most held_bytes_max. However the text is cut into pieces, the
// result is the same.
//
// Markdown as CommonMark and GFM have it: links and images, link reference definitions, autolinks,
// bare URLs, and HTML that names a target. Of a link its text stays, of an image its description;
// of everything else nothing.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace seekd::daemon {

class LinkFilter {
 public:
  static constexpr std::size_t held_bytes_max = 8 * 1024;

  // Whether an answer may lead to that target, as it is written there.
  using Allows = std::function<bool(std::string_view target)>;

  explicit LinkFilter(Allows allows) : allows_(std::move(allows)) {}

  // What is certain of the text so far and has not been given out.
  std::string feed(std::string_view text);
  // The text has ended: the rest.
  std::string finish();

  std::size_t removed() const { return removed_; }  // links and images

 private:
  std::string drain();

  Allows allows_;
  std::string held_;
  char before_ = '\n';  // the last byte that went through
  std::size_t removed_ = 0;
  bool ended_ = false;
};

}  // namespace seekd::daemon
