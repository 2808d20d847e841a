#include "daemon/answer/link_filter.h"

#include <algorithm>
#include <utility>

#include "daemon/answer/link_reader.h"

namespace seekd::daemon {
namespace {

using Kind = LinkReading::Kind;

bool is_number(std::string_view label) {
  return !label.empty() && std::ranges::all_of(label, [](char c) { return c >= '0' && c <= '9'; });
}

// What stands in the text in a link's place. A marker of a citation keeps its brackets.
std::string without_target(const LinkReading& reading, std::string label) {
  switch (reading.kind) {
    case Kind::link:
      return is_number(label) ? "[" + label + "]" : label;
    case Kind::image:
      return label;
    case Kind::definition:
      return "[" + label + "]:";
    default:
      return {};
  }
}

std::string with_target(const LinkReading& reading, std::string_view whole,
                        const std::string& label) {
  const std::string target(reading.target);
  switch (reading.kind) {
    case Kind::link:
      return "[" + label + "](" + target + ")";
    case Kind::image:
      return "![" + label + "](" + target + ")";
    default:
      return std::string(whole);
  }
}

}  // namespace

std::string LinkFilter::feed(std::string_view text) {
  held_ += text;
  return drain();
}

std::string LinkFilter::finish() {
  ended_ = true;
  return drain();
}

std::string LinkFilter::drain() {
  std::string out;
  std::string_view rest = held_;
  while (!rest.empty()) {
    if (!may_begin_link(before_, rest[0])) {
      out += before_ = rest[0];
      rest.remove_prefix(1);
      continue;
    }
    const LinkReading reading = read_link(rest, ended_ ? TextEnd::closed : TextEnd::open);
    if (reading.kind == Kind::undecided) break;
    const std::string_view whole = rest.substr(0, reading.size);
    if (reading.kind == Kind::none) {
      out += whole;
    } else {
      LinkFilter inner(allows_);  // a label may hold links and images itself
      std::string label = inner.feed(reading.label) + inner.finish();
      removed_ += inner.removed();
      const bool leads = reading.kind != Kind::tag && reading.kind != Kind::end_tag;
      const bool allowed = leads && !reading.target.empty() && allows_(reading.target);
      if (!allowed && reading.kind != Kind::end_tag) ++removed_;
      out +=
          allowed ? with_target(reading, whole, label) : without_target(reading, std::move(label));
    }
    before_ = whole.back();
    rest.remove_prefix(reading.size);
  }
  held_ = rest;
  return out;
}

}  // namespace seekd::daemon
